"""What every answer carries, and how much a stranger may send."""

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_access.settings import settings
from web.access import OPEN_BELOW
from web.compressed_assets import CompressedAssets
from web.hosts import KnownHosts
from web.login_gate import LoginGate
from web.odd_requests import OddRequests
from web.proxies import TrustedProxies
from web.rate_limits import RateLimits
from web.timing import Timing
from web.unbroken import Unbroken

STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
"""The messages of an answer that carry headers."""

MAX_QUERY = 8_192
MAX_BODY = 16_384

# No eval and no inline script; the screens' styles are set from script, hence 'unsafe-inline'.
SCREENS_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; "
    "worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'; object-src 'none'; "
    "form-action 'self'"
)

SELLER_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

FOR_SELLERS = {
    "content-security-policy": SELLER_POLICY,
    # Everything travels in addresses here, so none may go out as a referrer.
    # Source: https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-robots-tag": "noindex, nofollow",
}

FOR_SCREENS = {
    "content-security-policy": SCREENS_POLICY,
    "referrer-policy": "same-origin",
}


def seller_policy(goes_to: str) -> str:
    """The policy of a page whose form ends at another origin: browsers check the redirect too."""
    return f"{SELLER_POLICY} {goes_to}"


def is_for_sellers(path: str) -> bool:
    """Whether a path is one of the pages that sellers and Amazon come to."""
    return path.startswith(OPEN_BELOW)


class SecurityHeaders:
    """Adds the headers; what a route has set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wraps `send`: pages, errors, and the answer to whoever opens a websocket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        added = EVERYWHERE | (FOR_SELLERS if is_for_sellers(scope["path"]) else FOR_SCREENS)
        if settings().over_https:
            added = added | {"strict-transport-security": "max-age=31536000"}

        async def with_headers(message: Message) -> None:
            if message["type"] in STARTS:
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class Limits:
    """Refuses long addresses and bodies on the pages for everybody, before anything reads them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """414 for the address; 413 for the body, whether it tells its length or not."""
        if scope["type"] != "http" or not is_for_sellers(scope["path"]):
            await self._app(scope, receive, send)
            return
        if len(scope["query_string"]) > MAX_QUERY or len(scope["path"]) > MAX_QUERY:
            await PlainTextResponse("The address is too long.\n", 414)(scope, receive, send)
            return
        if _is_too_much(scope):
            await PlainTextResponse("That is too much.\n", 413)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_too_much(scope: Scope) -> bool:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    if any(not value.isdigit() or int(value) > MAX_BODY for value in lengths):
        return True
    # Bodies without a length are not sent by any browser's form.
    return any(name == b"transfer-encoding" for name, _ in scope["headers"])


MIDDLEWARE = [
    Middleware(Timing),
    Middleware(SecurityHeaders),
    Middleware(Unbroken),
    Middleware(TrustedProxies),
    Middleware(OddRequests),
    Middleware(KnownHosts),
    Middleware(Limits),
    Middleware(RateLimits),
    Middleware(LoginGate),
    Middleware(CompressedAssets),
]
"""In the order in which a request passes them."""
