"""The page behind every screen names the scripts that the start page draws its rows with.

The start page also names those that show its rows and its chart before Streamlit has come.

Streamlit's own page names the scripts of its frame alone. Which files draw a table or a button, a
browser only learns when a table or a button arrives; then it begins to fetch sixty of them. Named
at once, they come while it waits for the rows. The chart's script is not among them: it comes
behind the rows, and a slow browser that reads it earlier shows both later.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from web.compressed_assets import assets_folder

ELEMENTS = (
    "BidiComponent",
    "Button",
    "ButtonGroup",
    "Checkbox",
    "Html",
    "LinkButton",
    "Metric",
    "Multiselect",
    "PageLink",
    "Selectbox",
    "TextInput",
)
"""Streamlit's files of these names draw the start page without its chart; a digest follows each."""

OWN = {"/open-boxes.js": "open_boxes.js", "/links.js": "links.js", "/back.js": "back.js"}
"""The addresses of our own scripts of all screens, and their files, which say what they are for."""

_IMPORTED = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')


FIRST = """
<link rel="stylesheet" href="./account-rows/assets/rows.css">
<link rel="stylesheet" href="./account-rows/assets/first.css">
<link rel="modulepreload" href="./account-rows/assets/arriving.js">
<link rel="modulepreload" href="./account-rows/assets/table.js">
<script type="module" async src="./account-rows/assets/first.js"></script>"""
"""They draw the list of the start page, and ask for a picture of its chart, before the scripts of
the frame have come."""


async def start(_request: Request) -> Response:
    """GET of the start page's address."""
    return _answer(page().replace("<head>", f"<head>{FIRST}", 1))


async def screen(_request: Request) -> Response:
    """GET of another screen's address."""
    return _answer(page())


def _answer(html: str) -> Response:
    return HTMLResponse(html, headers={"cache-control": "no-cache"})


@cache
def page() -> str:
    """Streamlit's page with our links and our scripts at the end of its head."""
    folder = assets_folder()
    own = (folder.parent / "index.html").read_text()
    scripts = [
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">'
        for name in _needed(folder / "js", ELEMENTS)
        if name not in own
    ]
    styles = [
        f'<link rel="preload" as="style" crossorigin href="./static/css/{path.name}">'
        for element in ELEMENTS
        for path in (folder / "css").glob(f"{element}.*.css")
    ]
    ours = [f'<script type="module" src=".{address}"></script>' for address in OWN]
    return own.replace("</head>", "\n".join([*scripts, *styles, *ours, "</head>"]), 1)


def _needed(folder: Path, elements: Sequence[str]) -> Iterator[str]:
    """The scripts that draw some elements, and those that they import, each once."""
    waiting = [path.name for element in elements for path in sorted(folder.glob(f"{element}.*.js"))]
    seen = set()
    while waiting:
        name = waiting.pop(0)
        if name not in seen:
            seen.add(name)
            yield name
            waiting += _IMPORTED.findall((folder / name).read_text())
