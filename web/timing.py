"""How long answers take, by the template of their route: addresses carry tokens and never count."""

from collections.abc import Sequence
from time import perf_counter

from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_access.measures import REQUESTS

OTHERS = "screens"
"""Everything that Streamlit answers: shell, scripts, styles."""

METHODS = frozenset({"GET", "HEAD", "POST"})


class Timing:
    """Measures every HTTP answer until its last byte; websockets pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Notes template, method and the hundred of the status."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            REQUESTS.labels(template(scope), method, f"{status // 100}xx").observe(
                perf_counter() - began
            )


def template(scope: Scope) -> str:
    """The path of the route that a request is for, its parameters unfilled."""
    # The routes' own files need the middleware's policies.
    from web.routes import ROUTES

    return _matching(ROUTES, scope) or OTHERS


def _matching(routes: Sequence[BaseRoute], scope: Scope) -> str:
    for route in routes:
        if isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE:
            return route.path
    return ""
