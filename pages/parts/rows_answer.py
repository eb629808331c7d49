"""What a browser shows of the start page ahead of Streamlit, and draws it with.

GET /account-rows is a page of the list, /account-rows/timeline the picture of the chart above it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from data_access.account_order import BadCursor
from data_access.database import DatabaseAway
from data_access.login_sessions import NOBODY, cookie_name, login_of
from data_access.settings import settings
from data_access.snapshot import Snapshot, snapshot
from data_access.timeline import timeline
from pages.parts.account_rows import ASSETS
from pages.parts.account_table import in_words
from pages.parts.listed_page import listed
from pages.parts.rows_ahead import PATH
from pages.parts.timeline_chart import first_picture
from pages.parts.url import CURSOR
from pages.parts.viewer import Viewer, viewer_of
from rules.account_filter import AccountFilter, from_query
from rules.acts import Actor

NOT_KEPT = {"cache-control": "no-store"}


@dataclass(frozen=True)
class _Asked:
    """What an address asks for, by whom, and the state of the token database that answers it."""

    viewer: Viewer
    wanted: AccountFilter
    cursor: str | None
    shared: Snapshot

    @property
    def as_of(self) -> datetime:
        """The moment of the answer, in the viewer's zone."""
        return self.shared.as_of.astimezone(self.viewer.zone)


async def rows(request: Request) -> Response:
    """The rows that a filter and a cursor mean, as the table takes them; 404 where that page is no
    more, and the screen has something else to say."""
    return await _answered(request, _rows)


async def picture(request: Request) -> Response:
    """The timeline that a filter means, as chart.js takes it; 404 where there is none."""
    return await _answered(request, _picture)


async def _answered(request: Request, find: Callable[[_Asked], Response]) -> Response:
    try:
        return await run_in_threadpool(_answer, request, find)
    except DatabaseAway:
        return PlainTextResponse("The database does not answer.", 503)


def _answer(request: Request, find: Callable[[_Asked], Response]) -> Response:
    actor = _who(request)
    if actor is None:
        return PlainTextResponse("Not signed in.", 401)
    query = parse_qs(request.url.query)
    wanted, _ = from_query(query)
    viewer = viewer_of(actor, request.query_params)
    return find(_Asked(viewer, wanted, query.get(CURSOR, [None])[-1], snapshot()))


def _rows(of: _Asked) -> Response:
    try:
        page = listed(of.shared, of.wanted, of.as_of, of.cursor)
    except BadCursor:
        return PlainTextResponse("There is no such page.", 404)
    if of.cursor is not None and not page.accounts:
        return PlainTextResponse("That page is no more.", 404)
    return _as_json(in_words(of.viewer, of.shared, page, of.wanted, of.cursor).written)


def _picture(of: _Asked) -> Response:
    drawn = timeline(of.wanted, of.as_of, bands=settings().bands, shared=of.shared)
    shown = first_picture(of.viewer, drawn, of.wanted, of.as_of)
    if not shown["bars"]:
        return PlainTextResponse("None of these accounts expires in the shown time.", 404)
    return _as_json(orjson.dumps(shown))


def _as_json(written: str | bytes) -> Response:
    return Response(written, media_type="application/json", headers=NOT_KEPT)


def _who(request: Request) -> Actor | None:
    """Who asks: the gate has looked before, and this does not rely on it."""
    if not settings().login:
        return NOBODY
    login = login_of(request.cookies.get(cookie_name(), ""))
    return login.actor if login else None


class Fresh(StaticFiles):
    """Files whose name stays when what is in them changes: a browser asks each time."""

    def file_response(self, *of: Any, **more: Any) -> Response:
        """The file, or that it is still the same."""
        answer = super().file_response(*of, **more)
        answer.headers["cache-control"] = "no-cache"
        return answer


ROWS = [
    Mount(f"{PATH}/assets", Fresh(directory=ASSETS)),
    Route(PATH, rows),
    Route(f"{PATH}/timeline", picture),
]
