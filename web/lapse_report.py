"""GET /lapse-report/<token>: one lapse on one page, to be printed."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from data_access.database import DatabaseAway
from data_access.lapse_report import ReportRefused, lapse_report, read_report_path
from data_access.lapse_report_words import ReportWords
from data_access.settings import settings
from web.login_gate import actor_of
from web.rendering import rendered
from web.unanswered import database_away


async def report(request: Request) -> Response:
    """Answers with the page, or with one sentence that says why not."""
    try:
        html = await run_in_threadpool(_page, request.path_params["token"], actor_of(request).name)
    except ReportRefused as refusal:
        return PlainTextResponse(str(refusal), status_code=410)
    except DatabaseAway:
        return database_away()
    return HTMLResponse(html, headers={"cache-control": "no-store"})


def _page(token: str, reader: str) -> str:
    asked = read_report_path(token)
    if asked.agent != reader:
        raise ReportRefused("This link was made for somebody else. Open the report yourself.")
    found = lapse_report(asked.account_id, asked.began_at)
    return rendered(
        "lapse_report.html",
        words=ReportWords(found, asked.language, asked.zone),
        seller=found.account.seller_name,
        application=settings().application_name,
    )
