"""Who is asking: the address that a configured proxy names, else the one that is connected."""

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from data_access.settings import settings

log = structlog.get_logger()


class TrustedProxies:
    """Believes X-Forwarded-For and X-Forwarded-Proto of DESK_TRUSTED_PROXIES and nobody else.

    The server in front (uvicorn) believes this machine unless told otherwise; web.serving tells it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._by_setting: dict[tuple[str, ...], ASGIApp] = {}
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrites client and scheme where they came through a proxy of ours."""
        scope = _as_ipv4(scope)
        trusted = settings().trusted_proxies
        if not trusted:
            self._warn_once(scope)
            await self._app(scope, receive, send)
            return
        if trusted not in self._by_setting:
            self._by_setting = {trusted: ProxyHeadersMiddleware(self._app, list(trusted))}
        await self._by_setting[trusted](scope, receive, send)

    def _warn_once(self, scope: Scope) -> None:
        if self._has_warned or scope["type"] == "lifespan":
            return
        if any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            self._has_warned = True
            log.warning("proxy.not_trusted", setting="DESK_TRUSTED_PROXIES")


def _as_ipv4(scope: Scope) -> Scope:
    """A server that listens to both kinds of addresses names those of IPv4 as ::ffff:10.0.0.5."""
    host, port = scope.get("client") or ("", 0)
    plain = host.removeprefix("::ffff:")
    return {**scope, "client": (plain, port)} if plain != host and "." in plain else scope
