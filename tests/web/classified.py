"""Everything that the application serves, and for whom it is."""

import json
import subprocess
import sys
from functools import cache

from data_access.settings import ROOT
from pages.parts.places import PAGES
from web.access import OPEN_BELOW

OPEN_TO_ALL = {
    "/renew-assets/renew.css",
    "/renew/{token}/authorize",
    "/renew/{token}",
    "/renewed/{token}",
    "/unsubscribe/{token}",
    "/calendar/{key}.ics",
    "/amazon/callback",
    "/amazon/login",
    "/healthz",
    "/metrics",
    "/_stcore/health",
    "/sign-in",
    "/sign-in/begin",
    "/sign-in/style.css",
    "/auth/login",
    "/oauth2callback",
    *(f"{below}{{rest:path}}" for below in OPEN_BELOW),
}
SCREENS = sorted(p.stem for p in PAGES.glob("*.py") if p.stem not in ("__init__", "navigation"))
URL_PATHS = sorted(
    {"accounts": "", "data_doctor": "data", "sync_effect": "sync-effect"}.get(name, name)
    for name in SCREENS
)
BEHIND_THE_LOGIN = {
    *(f"/{path}" for path in URL_PATHS),
    "/accounts",
    "/account-rows",
    "/account-rows/assets",
    "/account-rows/drawn/{key}",
    "/account-rows/timeline",
    "/back.js",
    "/links.js",
    "/open-boxes.js",
    "/export/{token}",
    "/audit-export/{token}",
    "/lapse-report/{token}",
    "/no-role",
    "/sign-out",
    "/{path:path}",
    "/_stcore/host-config",
    "/_stcore/bidi-components/{path:path}",
    "/component/{path:path}",
    "/media/{file_id:path}",
    "/_stcore/stream",
    "",  # Streamlit's own files
}
CLOSED = {
    "/_stcore/metrics",
    "/_stcore/upload_file/{session_id}/{file_id}",
    "/_stcore/agent/interact",
    "/_stcore/agent/openapi.json",
    "/_stcore/agent/mcp",
    "/auth/logout",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

ODD = ("/static/../account", "/%2e%2e/renew/", "/x/_stcore/host-config", "/renewx", "//account")

ENUMERATE = """
import json, dashboard
routes = dashboard.app._build_starlette_app().routes
print("ROUTES" + json.dumps([getattr(each, "path", "?") for each in routes]))
"""


@cache
def every_route() -> frozenset[str]:
    """What the application object serves: the desk's own routes and Streamlit's."""
    ran = subprocess.run(
        [sys.executable, "-c", ENUMERATE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return frozenset(json.loads(ran.stdout.partition("ROUTES")[2]))


def addresses() -> list[str]:
    """An address of every route, and of every screen."""
    filled = [
        path.replace("{token}", "x")
        .replace("{path:path}", "index.html")
        .replace("{file_id:path}", "x.csv")
        .replace("{session_id}", "x")
        .replace("{file_id}", "x")
        or "/"
        for path in sorted(every_route() - OPEN_TO_ALL)
    ]
    screens = [f"/{name}?id=1" for name in (*SCREENS, "sync-effect", "data", "navigation")]
    return filled + screens + list(ODD) + ["/app/static/x", "/_stcore/script-health-check"]
