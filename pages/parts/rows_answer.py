"""GET /account-rows: a page of the list of accounts, for the table that shows it ahead of the rest
of its screen; and what a browser draws it with before the rest has come."""

from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from data_access.account_order import BadCursor
from data_access.database import DatabaseAway
from data_access.login_sessions import NOBODY, cookie_name, login_of
from data_access.settings import settings
from data_access.snapshot import snapshot
from pages.parts.account_rows import ASSETS
from pages.parts.account_table import in_words
from pages.parts.listed_page import listed
from pages.parts.rows_ahead import PATH
from pages.parts.url import CURSOR
from pages.parts.viewer import viewer_of
from rules.account_filter import from_query
from rules.acts import Actor

NOT_KEPT = {"cache-control": "no-store"}


async def rows(request: Request) -> Response:
    """The rows that a filter and a cursor mean, as the table takes them; 404 where that page is no
    more, and the screen has something else to say."""
    try:
        return await run_in_threadpool(_answer, request)
    except DatabaseAway:
        return PlainTextResponse("The database does not answer.", 503)


def _answer(request: Request) -> Response:
    actor = _who(request)
    if actor is None:
        return PlainTextResponse("Not signed in.", 401)
    query = parse_qs(request.url.query)
    wanted, _ = from_query(query)
    cursor = query.get(CURSOR, [None])[-1]
    viewer = viewer_of(actor, request.query_params)
    shared = snapshot()
    try:
        page = listed(shared, wanted, shared.as_of.astimezone(viewer.zone), cursor)
    except BadCursor:
        return PlainTextResponse("There is no such page.", 404)
    if cursor is not None and not page.accounts:
        return PlainTextResponse("That page is no more.", 404)
    shown = in_words(viewer, shared, page, wanted, cursor)
    return Response(shown.written, media_type="application/json", headers=NOT_KEPT)


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


ROWS = [Mount(f"{PATH}/assets", Fresh(directory=ASSETS)), Route(PATH, rows)]
