"""GET /export/<token>: the accounts of a list as a file, for the person whom a page gave the
address to."""

import tempfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse

from data_access.database import DatabaseAway
from data_access.export import (
    Export,
    ExportRefused,
    begin_export,
    read_export,
    write_csv,
    write_excel,
)
from rules.acts import NotAllowed
from web.login_gate import actor_of
from web.unanswered import database_away

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def export(request: Request) -> Response:
    """Answers with the file, or with one sentence that says why not."""
    try:
        asked = read_export(request.path_params["token"])
        await run_in_threadpool(begin_export, asked, actor_of(request))
        answer = _csv(asked) if asked.kind == "csv" else await run_in_threadpool(_excel, asked)
    except ExportRefused as refusal:
        return PlainTextResponse(str(refusal), status_code=410)
    except NotAllowed:
        return PlainTextResponse("Only agents and admins may export.", status_code=403)
    except DatabaseAway:
        return database_away()
    answer.headers["cache-control"] = "no-store"
    return answer


def _csv(asked: Export) -> Response:
    return StreamingResponse(write_csv(asked), media_type=MEDIA["csv"], headers=_named(asked))


def _excel(asked: Export) -> Response:
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    try:
        write_excel(asked, path)
    except BaseException:
        path.unlink()
        raise
    return FileResponse(
        path,
        media_type=MEDIA["xlsx"],
        headers=_named(asked),
        background=BackgroundTask(path.unlink),
    )


def _named(asked: Export) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{asked.filename}"'}
