"""The addresses that are no screens: the seller's pages, Amazon's ways back, their style
sheets, a script of the screens, and the way in."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from web.access import OPEN_BELOW
from web.amazon_returns import callback, login, login_authorize
from web.answers import Handler, Notice, answered
from web.audit_export import audit_export
from web.calendar import calendar
from web.early_scripts import OWN, screen, start
from web.elsewhere import Elsewhere, nowhere
from web.export import export
from web.health import healthz
from web.lapse_report import report
from web.metrics import metrics
from web.outcome_page import outcome
from web.renew_page import ask, authorize, renew
from web.sign_in import begin, no_role, sign_in, sign_out
from web.unsubscribe_page import unsubscribe

STATIC = Path(__file__).parent / "static"


def own_file(name: str, media_type: str) -> Handler:
    """Answers with a style sheet or a script of ours."""

    async def file(_request: Request) -> Response:
        return FileResponse(
            STATIC / name, media_type=media_type, headers={"cache-control": "max-age=3600"}
        )

    return file


async def accounts(request: Request) -> Response:
    """GET /accounts: the start page, which Streamlit serves at the root alone."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{query}", status_code=307)


@answered
async def nothing_here(_request: Request) -> Response:
    """Anything else below an address for everybody, which must not fall through to the screens."""
    raise Notice("tampered", 404)


SCREENS = ("today", "account", "sync-effect", "workload", "messages", "data", "audit")
"""As pages/navigation.py names those beside the start page."""

ROUTES = [
    Route("/", start, methods=["GET"]),
    *(Route(f"/{name}", screen, methods=["GET"]) for name in SCREENS),
    Route("/accounts", accounts),
    Route("/calendar/{key}.ics", calendar),
    Route("/export/{token}", export),
    Route("/audit-export/{token}", audit_export),
    Route("/healthz", healthz),
    Route("/lapse-report/{token}", report),
    Route("/metrics", metrics),
    *(Route(address, own_file(name, "text/javascript")) for address, name in OWN.items()),
    Route("/renew-assets/renew.css", own_file("renew.css", "text/css")),
    Route("/renew/{token}/authorize", ask, methods=["GET"]),
    Route("/renew/{token}/authorize", authorize, methods=["POST"]),
    Route("/renew/{token}", renew),
    Route("/renewed/{token}", outcome),
    Route("/unsubscribe/{token}", unsubscribe, methods=["GET", "POST"]),
    Route("/amazon/callback", callback, methods=["GET"]),
    Route("/amazon/login", login, methods=["GET"]),
    Route("/amazon/login", login_authorize, methods=["POST"]),
    Route("/sign-in", sign_in),
    Route("/sign-in/begin", begin, methods=["GET"]),
    Route("/sign-in/style.css", own_file("sign_in.css", "text/css")),
    Route("/no-role", no_role),
    Route("/sign-out", sign_out, methods=["POST"]),
    *(Route(f"{below}{{rest:path}}", nothing_here, methods=["GET"]) for below in OPEN_BELOW),
    Elsewhere("/{path:path}", nowhere, methods=["GET"]),
]
