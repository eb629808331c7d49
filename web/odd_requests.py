"""Requests that no browser makes and that two programs may read in two ways: refused for all."""

import re
from collections import Counter

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MAX_PATH = 4_096

ONLY_ONCE = frozenset(
    {b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization"}
)
_BAD_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffd\\]")


class OddRequests:
    """400 for headers that contradict each other and for paths that are not text, 414 for long
    ones."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Looks at requests and at the beginning of websockets."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        path = scope.get("raw_path") or scope["path"].encode()
        if len(path) > MAX_PATH:
            answer = PlainTextResponse("The address is too long.\n", 414)
        elif _is_odd(scope, path):
            answer = PlainTextResponse("The desk cannot read this request.\n", 400)
        else:
            answer = self._app
        await answer(scope, receive, send)


def _is_odd(scope: Scope, path: bytes) -> bool:
    names = Counter(name for name, _ in scope["headers"])
    return (
        any(names[name] > 1 for name in ONLY_ONCE)
        # Which of the two tells where the request ends is what smugglers play with.
        or (b"content-length" in names and b"transfer-encoding" in names)
        or _BAD_PERCENT.search(path) is not None
        or _CONTROL.search(scope["path"]) is not None
    )
