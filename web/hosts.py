"""Under which names the desk answers: a page that lured a browser here by a name of its own gets
nothing. Links never depend on it; they begin with DESK_PUBLIC_URL."""

from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from data_access.settings import settings
from web.streamlit_routes import HEALTH

THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "[::1]"})

WHATEVER_THE_NAME = frozenset({"/healthz", HEALTH})
"""Watchmen and load balancers ask by address."""


class KnownHosts:
    """Answers 400 to requests that name another host, several, or none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Looks at the Host header of requests and of websockets."""
        if (
            scope["type"] == "lifespan"
            or scope["path"] in WHATEVER_THE_NAME
            or _host(scope) in _known()
        ):
            await self._app(scope, receive, send)
        else:
            refusal = PlainTextResponse("The desk is not known by this name.\n", 400)
            await refusal(scope, receive, send)


def _known() -> frozenset[str]:
    public = urlsplit(settings().public_url).netloc.rpartition("@")[2]
    return THIS_MACHINE | {_without_port(public.lower())} | set(settings().allowed_hosts)


def _host(scope: Scope) -> str:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return _without_port(hosts[0].decode("latin-1").lower()) if len(hosts) == 1 else ""


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
