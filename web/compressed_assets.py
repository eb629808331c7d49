"""The screens' scripts and styles, compressed once instead of never.

Streamlit compresses its answers but leaves its own files alone, as it would do them anew for each
visitor. They are 8 MB on a cold load and never change while the desk runs: here each is compressed
when it is first asked for and kept, some 2 MB in all.
"""

import gzip
import mimetypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/static/"
TEXTS = (".js", ".css", ".svg")
"""Fonts and pictures are compressed already."""

FOR_A_YEAR = "public, max-age=31536000, immutable"
"""The file names carry a digest of the content."""


class CompressedAssets:
    """Answers for Streamlit's own text files where the browser takes gzip; else passes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only names that the folder holds are answered, so none leads out of it."""
        name = _asked_for(scope)
        if name is None:
            await self._app(scope, receive, send)
            return
        body = await run_in_threadpool(_compressed, name)
        answer = Response(
            body if scope["method"] == "GET" else b"",
            media_type=mimetypes.guess_type(name)[0],
            headers={
                "content-encoding": "gzip",
                "content-length": str(len(body)),
                "cache-control": FOR_A_YEAR,
                "vary": "accept-encoding",
            },
        )
        await answer(scope, receive, send)


def _asked_for(scope: Scope) -> str | None:
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    if not scope["path"].startswith(PREFIX):
        return None
    headers = Headers(scope=scope)
    # A part of a file cannot be cut out of its compressed form.
    if "gzip" not in headers.get("accept-encoding", "") or "range" in headers:
        return None
    name = scope["path"].removeprefix(PREFIX)
    return name if name in _names() else None


@cache
def _names() -> frozenset[str]:
    folder = _folder()
    return frozenset(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in TEXTS and path.is_file()
    )


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress((_folder() / name).read_bytes(), compresslevel=6, mtime=0)


def _folder() -> Path:
    package = find_spec("streamlit")
    assert package is not None and package.origin is not None  # noqa: S101
    return Path(package.origin).parent / "static" / "static"
