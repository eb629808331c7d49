"""Who may come in, and which of Amazon's hosts the first segment of a path names.

``/sellercentral.amazon.de/apps/authorize/consent`` and ``/apps/authorize/consent`` are the same
page; the first says which central was meant. ``Loopback`` lets in this machine only.
"""

import ipaddress

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from amazon_stand_in.marketplaces import is_amazon_host


class Loopback:
    """Refuses every client but this machine, whatever address the server was bound to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 unless the client's address is a loopback one."""
        if scope["type"] == "http" and not _is_loopback(scope.get("client")):
            refusal = "This is not Amazon: a local stand-in, for this machine only.\n"
            await PlainTextResponse(refusal, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_loopback(client: tuple[str, int] | None) -> bool:
    try:
        return client is not None and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


class AmazonHost:
    """Takes a leading host name off the path and keeps it as the request's ``amazon_host``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with the host as ``root_path``, so that routes and links need not know of it."""
        if scope["type"] == "http":
            first, _, rest = scope["path"].lstrip("/").partition("/")
            host = first.lower() if is_amazon_host(first.lower()) else ""
            scope = {**scope, "state": {**scope.get("state", {}), "amazon_host": host}}
            if host:
                scope["root_path"] = f"{scope.get('root_path', '')}/{first}"
                scope["state"]["route"] = f"/{rest}"
            else:
                scope["state"]["route"] = scope["path"]
        await self._app(scope, receive, send)


def amazon_host_of(connection: HTTPConnection) -> str:
    """The host named in the path, for example ``sellercentral.amazon.de``; empty if none."""
    return connection.scope["state"]["amazon_host"]


def own_url(connection: HTTPConnection, path: str) -> str:
    """A full URL of the stand-in, under the same host segment as the request."""
    url = connection.url
    return f"{url.scheme}://{url.netloc}{connection.scope.get('root_path', '')}{path}"
