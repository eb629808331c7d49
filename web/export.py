"""GET /export/<token>: the accounts of a list as a file, for the person whom a page gave the
address to."""

import asyncio
import tempfile
import threading
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse

from data_access.database import DatabaseAway
from data_access.export import (
    Export,
    NobodyWaits,
    begin_export,
    read_export,
    write_csv,
    write_excel,
)
from data_access.export_links import ExportRefused
from rules.acts import NotAllowed
from web.login_gate import actor_of
from web.unanswered import database_away

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

LOOK_EVERY = 0.5
"""Seconds between two looks whether whoever waits for a sheet is still there."""

GONE = 499
"""The status that nobody sees, as nginx's log has it."""


async def export(request: Request) -> Response:
    """Answers with the file, or with one sentence that says why not."""
    try:
        asked = read_export(request.path_params["token"])
        await run_in_threadpool(begin_export, asked, actor_of(request))
        return _csv(asked) if asked.kind == "csv" else await _excel(asked, request)
    except ExportRefused as refusal:
        return PlainTextResponse(str(refusal), status_code=410)
    except NobodyWaits:
        return Response(status_code=GONE)
    except NotAllowed:
        return PlainTextResponse("Only agents and admins may export.", status_code=403)
    except DatabaseAway:
        return database_away()


def _csv(asked: Export) -> Response:
    return StreamingResponse(
        write_csv(asked), media_type=MEDIA["csv"], headers=as_file(asked.filename)
    )


async def _excel(asked: Export, request: Request) -> Response:
    """The sheet, made while somebody waits for it: a million rows take minutes of a processor."""
    left = threading.Event()
    making = asyncio.create_task(run_in_threadpool(_sheet, asked, left))
    try:
        while not (await asyncio.wait([making], timeout=LOOK_EVERY))[0]:
            if await request.is_disconnected():
                left.set()
    finally:
        # Also where the desk is stopped.
        left.set()
    path = await making
    return FileResponse(
        path,
        media_type=MEDIA["xlsx"],
        headers=as_file(asked.filename),
        background=BackgroundTask(path.unlink),
    )


def _sheet(asked: Export, left: threading.Event) -> Path:
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    try:
        write_excel(asked, path, is_waited_for=lambda: not left.is_set())
    except BaseException:
        path.unlink()
        raise
    return path


def as_file(name: str) -> dict[str, str]:
    """The headers of an answer that becomes a file, and is kept nowhere else."""
    return {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
