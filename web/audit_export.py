"""GET /audit-export/<token>: the audit trail as a file, for the admin who was given the address."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from data_access.audit_export import read_trail_export, write_trail
from data_access.clock import utc_now
from data_access.database import DatabaseAway
from data_access.export_links import ExportRefused
from rules.acts import NotAllowed
from web.export import MEDIA, as_file
from web.login_gate import actor_of
from web.unanswered import database_away


async def audit_export(request: Request) -> Response:
    """Answers with the file, or with one sentence that says why not."""
    try:
        asked = read_trail_export(request.path_params["token"])
        lines = await run_in_threadpool(write_trail, asked, actor_of(request), utc_now())
    except ExportRefused as refusal:
        return PlainTextResponse(str(refusal), status_code=410)
    except NotAllowed:
        return PlainTextResponse("Only admins export the audit trail.", status_code=403)
    except DatabaseAway:
        return database_away()
    return StreamingResponse(lines, media_type=MEDIA["csv"], headers=as_file(asked.filename))
