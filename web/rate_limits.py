"""How often a stranger may come: 429 with Retry-After beyond that, counted in this process.

Whoever brings a link of ours is counted by the link, and by nothing else: so nobody who shares an
address with an attacker (an office, a mobile network) is kept from renewing. Everything else on the
pages for everybody is counted by address. Both limits are settings, with their reasons.
"""

import hashlib
import math
import time
from ipaddress import IPv6Address, ip_address

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from data_access.links import is_ours as is_our_link
from data_access.settings import settings
from web.answers import Notice
from web.notices import notice_page

LIMITER = FixedWindowRateLimiter(MemoryStorage())
"""The one of this process."""

COUNTED = ("/renew/", "/renewed/", "/amazon/", "/unsubscribe/", "/calendar/")
"""The pages for everybody; the style sheet costs nothing."""


class RateLimits:
    """Counts the requests to the pages for everybody, and refuses those that are too many."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers with the page that says when to come again."""
        if scope["type"] == "http" and scope["path"].startswith(COUNTED):
            limit, key = _counted_as(scope)
            if not LIMITER.hit(limit, key):
                ends_at = LIMITER.get_window_stats(limit, key).reset_time
                await _too_many(scope, ends_at)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _counted_as(scope: Scope) -> tuple[RateLimitItem, str]:
    """The limit that a request falls under, and as whose."""
    link = _link(scope["path"])
    if link:
        return parse(settings().rate_per_link), f"link {_digest(link)}"
    return parse(settings().rate_per_address), f"address {_address(scope)}"


def _link(path: str) -> str:
    """The link of ours that a path carries, without its signature, of which there are many
    spellings; empty where it carries none, or one we never made."""
    kind, _, rest = path[1:].partition("/")
    token = rest.partition("/")[0]
    return token.rpartition(".")[0] if kind == "renew" and is_our_link(token) else ""


def _address(scope: Scope) -> str:
    client = scope.get("client")
    try:
        address = ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        # As a proxy says it that listens to both.
        return str(address.ipv4_mapped)
    if isinstance(address, IPv6Address):
        # One customer of a provider has a whole network of 64 bits for themselves.
        return address.exploded[:19]
    return str(address)


def _too_many(scope: Scope, ends_at: float) -> ASGIApp:
    answer = notice_page(Request(scope), Notice("too_many", 429))
    answer.headers["retry-after"] = str(max(1, math.ceil(ends_at - time.time())))
    return answer


def _digest(link: str) -> str:
    return hashlib.sha256(link.encode(errors="replace")).hexdigest()
