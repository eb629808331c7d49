"""Which address is for whom. What is not named here is for people who are signed in."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from web.streamlit_routes import CALLBACK, HEALTH, SIGN_IN

OPEN_BELOW = ("/renew/", "/renewed/", "/renew-assets/", "/amazon/", "/unsubscribe/", "/calendar/")
"""The seller's pages and their ways; calendars, whose address holds their key."""

OPEN = ("/healthz", "/metrics", HEALTH)
SIGNING_IN = ("/sign-in", "/sign-in/begin", "/sign-in/style.css", SIGN_IN, CALLBACK)
"""The way in."""

WITHOUT_ROLE = ("/sign-out", "/no-role")
"""All that is left to people who are signed in and have no role."""

CLOSED_BELOW = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/upload_file", "/auth/logout")
"""What Streamlit serves and the desk does not need: signing out by a mere GET above all."""

PASSED_ON = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
"""What proxies add; one of them, and the request may come from anywhere."""


def is_open(path: str) -> bool:
    """Whether everybody may come there, from everywhere."""
    return path in OPEN or path.startswith(OPEN_BELOW)


def is_way_in(path: str) -> bool:
    """Whether it belongs to signing in."""
    return path in SIGNING_IN


def is_closed(path: str) -> bool:
    """Whether nobody may come there."""
    return any(path == each or path.startswith(f"{each}/") for each in CLOSED_BELOW)


def is_local(scope: Scope) -> bool:
    """Whether a request comes from this machine, and means it.

    The address alone would let in what a proxy here passes on, and every page in a browser here
    whose name somebody lets point to us; so the name that was asked for must be this machine's.
    """
    headers = Headers(scope=scope)
    if any(name in headers for name in PASSED_ON):
        return False
    client = scope.get("client")
    asked_for = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    return client is not None and is_loopback(client[0]) and is_loopback(asked_for)


def is_visit(scope: Scope) -> bool:
    """Whether a person wants to see a page, rather than a script some data."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    headers = Headers(scope=scope)
    mode = headers.get("sec-fetch-mode")
    return mode == "navigate" if mode else "text/html" in headers.get("accept", "")


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine's own, which no other can reach."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
