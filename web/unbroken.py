"""The answer to a mistake of ours: a sentence with all headers, and the place of it in the log."""

import structlog
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_access.failures import where

log = structlog.get_logger()


class Unbroken:
    """Catches what a route, or Streamlit itself, lets out.

    Otherwise the server would answer outside the middleware, without its headers. Where the answer
    had begun already nothing can be said any more: the connection breaks off.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wraps HTTP; a websocket that breaks is Streamlit's to open again."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def noticing(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noticing)
        except Exception as error:
            log.error("request.failed", **where(error))
            if has_begun:
                raise
            answer = PlainTextResponse(
                "Something went wrong on our side. It has been written down.\n", 500
            )
            await answer(scope, receive, send)
