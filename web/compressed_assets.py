"""The screens' scripts and styles, compressed once instead of never.

Streamlit compresses its answers but leaves its own files alone, as it would do them anew for each
visitor. They are 8 MB on a cold load and never change while the desk runs: here each is compressed
when it is first asked for and kept, some 2 MB in all. Brotli makes an eighth less of them.
"""

import gzip
import mimetypes
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/static/"
TEXTS = (".js", ".css", ".svg")
"""Fonts and pictures are compressed already."""

ENCODINGS = {
    "br": lambda content: brotli.compress(content, quality=6),
    "gzip": lambda content: gzip.compress(content, compresslevel=6, mtime=0),
}
"""The better one first; higher levels take many times as long and gain 2 %."""

NOT_AT_ALL = re.compile(r"\s*q=0(\.0*)?\s*")
"""The weight of an encoding that is refused."""

FOR_A_YEAR = "public, max-age=31536000, immutable"
"""The file names carry a digest of the content."""


class CompressedAssets:
    """Answers for Streamlit's own text files, to browsers that take them compressed; else passes
    on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only names that the folder holds are answered, so none leads out of it."""
        name = _asked_for(scope)
        encoding = _encoding(scope) if name is not None else None
        if name is None or encoding is None:
            await self._app(scope, receive, send)
            return
        body = await run_in_threadpool(_compressed, name, encoding)
        answer = Response(
            body if scope["method"] == "GET" else b"",
            media_type=mimetypes.guess_type(name)[0],
            headers={
                "content-encoding": encoding,
                "content-length": str(len(body)),
                "cache-control": FOR_A_YEAR,
                "vary": "accept-encoding",
            },
        )
        await answer(scope, receive, send)


def assets_folder() -> Path:
    """Where Streamlit keeps its scripts and styles."""
    package = find_spec("streamlit")
    assert package is not None and package.origin is not None  # noqa: S101
    return Path(package.origin).parent / "static" / "static"


def _asked_for(scope: Scope) -> str | None:
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    if not scope["path"].startswith(PREFIX):
        return None
    name = scope["path"].removeprefix(PREFIX)
    return name if name in _names() else None


def _encoding(scope: Scope) -> str | None:
    headers = Headers(scope=scope)
    # A part of a file cannot be cut out of its compressed form.
    if "range" in headers:
        return None
    offered = (each.partition(";") for each in headers.get("accept-encoding", "").split(","))
    taken = {name.strip() for name, _, weight in offered if not NOT_AT_ALL.fullmatch(weight)}
    return next((encoding for encoding in ENCODINGS if encoding in taken), None)


@cache
def _names() -> frozenset[str]:
    folder = assets_folder()
    return frozenset(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in TEXTS and path.is_file()
    )


@cache
def _compressed(name: str, encoding: str) -> bytes:
    return ENCODINGS[encoding]((assets_folder() / name).read_bytes())
