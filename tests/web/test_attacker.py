"""An attacker without a login, and one who may only look, against everything that is served."""

import json
import subprocess
import sys
from functools import cache

import httpx
import pytest
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed, InvalidStatus

from data_access.database import reading
from data_access.export import export_path
from data_access.lapse_report import report_path
from data_access.schema import audit_entry, metadata, seller
from pages.parts.places import PAGES
from rules.account_filter import AccountFilter
from tests.conftest import NOW
from tests.pages.conftest import forget
from tests.signing_in import ROOT, VISIT, Guest, LoginDesk
from tests.web.speaking_streamlit import open_tab

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
}
BEHIND_THE_LOGIN = {
    "/accounts",
    "/export/{token}",
    "/audit-export/{token}",
    "/lapse-report/{token}",
    "/no-role",
    "/sign-out",
    "/_stcore/host-config",
    "/_stcore/bidi-components/{path:path}",
    "/component/{path:path}",
    "/media/{file_id:path}",
    "/_stcore/stream",
    "",  # Streamlit's own files, and the shell of every screen
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
SCREENS = sorted(p.stem for p in PAGES.glob("*.py") if p.stem not in ("__init__", "navigation"))

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
    odd = ["/static/../account", "/%2e%2e/renew/", "/x/_stcore/host-config", "/renewx", "//account"]
    return filled + screens + odd + ["/app/static/x", "/_stcore/script-health-check"]


def secrets_of(desk: LoginDesk) -> list[str]:
    """What must never be read: names and addresses of the sellers."""
    with reading(desk.engine) as connection:
        rows = connection.execute(select(seller.c.name, seller.c.email, seller.c.shop_url)).all()
    return [value for row in rows for value in row if value]


def state_of(desk: LoginDesk) -> dict[str, list]:
    """Everything in the database but who is signed in or looks, and the desk's own jobs."""
    passing = ("login_session", "visit", "job_run", "job_lease", "audit_head")
    with reading(desk.engine) as connection:
        state = {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name not in passing
        }
        acts = connection.scalars(select(audit_entry.c.act)).all()
    return state | {"audit_entry": [act for act in acts if not act.startswith("sign_")]}


@pytest.fixture
def viewer(login_desk: LoginDesk) -> Guest:
    """Somebody who may look and nothing else."""
    guest = Guest(login_desk)
    guest.sign_in("vera")
    return guest


@pytest.fixture
def same_keys(login_desk: LoginDesk, monkeypatch):
    """Lets this process sign what the desk believes: the attacker has stolen an address."""
    for name in ("DESK_LINK_KEY", "DESK_COOKIE_SECRET", "DESK_DATABASE_URL"):
        monkeypatch.setenv(name, login_desk.environment[name])
    forget()
    yield
    forget()


def stolen(agent: str) -> list[str]:
    """Addresses that were made for somebody."""
    return [
        export_path("csv", AccountFilter(), NOW, agent),
        export_path("xlsx", AccountFilter(), NOW, agent),
        report_path(1, NOW, "en", "UTC", agent),
    ]


def test_every_route_is_classified():
    known = OPEN_TO_ALL | BEHIND_THE_LOGIN | CLOSED
    assert every_route() - known == set(), "say for whom the new route is"
    assert known - every_route() == set()


@pytest.mark.parametrize("cookies", [{}, {"desk_session": "x" * 43}, {"_streamlit_user": "x"}])
def test_signed_out_nothing_is_readable(login_desk: LoginDesk, cookies):
    before, secrets = state_of(login_desk), secrets_of(login_desk)
    with httpx.Client(base_url=login_desk.url, cookies=cookies, timeout=60) as http:
        for path in addresses():
            for method in METHODS:
                answer = http.request(method, path, headers=VISIT)
                where = f"{method} {path}: {answer.status_code}"
                assert answer.status_code in (303, 400, 401, 404, 405), where
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith("/sign-in"), where
                assert not any(secret in answer.text for secret in secrets), where
                assert "Streamlit" not in answer.text, where
    assert state_of(login_desk) == before


@pytest.mark.parametrize("cookies", [{}, {"desk_session": "x" * 43}, {"_streamlit_user": "x"}])
def test_signed_out_no_screen_opens(login_desk: LoginDesk, cookies):
    with pytest.raises(InvalidStatus) as refused, open_tab(login_desk.url, cookies):
        pass
    assert refused.value.response.status_code == 403


def test_an_address_for_an_export_is_worth_nothing_without_its_person(
    login_desk: LoginDesk, viewer: Guest, same_keys
):
    agent = Guest(login_desk)
    agent.sign_in("anna")
    for path in stolen("anna@vendor.example")[:2]:
        assert httpx.get(login_desk.url + path).status_code == 401
        assert viewer.http.get(path).status_code == 410
        assert agent.http.get(path).status_code == 200
    before = state_of(login_desk)
    for path in stolen("vera@vendor.example")[:2]:
        assert viewer.http.get(path).status_code == 403
    assert "somebody else" in viewer.http.get(stolen("anna@vendor.example")[2]).text
    assert state_of(login_desk) == before


def test_a_viewer_reads_and_gets_no_link(viewer: Guest):
    with open_tab(viewer.desk.url, viewer.http.cookies) as tab:
        said = tab.run("account", "id=1") + tab.run("", "") + tab.run("sync-effect", "")
    assert any(secret.encode() in said for secret in secrets_of(viewer.desk))
    assert b"/renew/" not in said


def test_a_viewer_changes_nothing_whatever_is_pressed(viewer: Guest):
    before = state_of(viewer.desk)
    pages = [("", ""), ("account", "id=1"), ("sync-effect", ""), ("data", ""), ("workload", "")]
    for page, query in [*pages, ("today", ""), ("audit", "")]:
        with open_tab(viewer.desk.url, viewer.http.cookies) as tab:
            tab.run(page, query)
            texts = {each: {"string_value": "attack"} for each in tab.ids("text_input")}
            ticks = {each: {"bool_value": True} for each in tab.ids("checkbox")}
            for button in sorted(tab.ids("button")):
                if "sign_out" in button:
                    continue
                tab.run(page, query, **texts, **ticks, **{button: {"trigger_value": True}})
    assert state_of(viewer.desk) == before


def test_the_same_presses_of_an_agent_do_change_something(login_desk: LoginDesk):
    agent = Guest(login_desk)
    agent.sign_in("anna")
    before = state_of(login_desk)
    with open_tab(login_desk.url, agent.http.cookies) as tab:
        tab.run("account", "id=1")
        (sent,) = [each for each in tab.ids("button") if each.endswith("-sent")]
        tab.run("account", "id=1", **{sent: {"trigger_value": True}})
    assert state_of(login_desk) != before


def test_signing_out_ends_the_open_tabs_at_once(viewer: Guest):
    with open_tab(viewer.desk.url, viewer.http.cookies) as tab:
        tab.run("account", "id=1")
        viewer.http.post("/sign-out", headers={"origin": viewer.desk.url})
        tab.read_until_closed()
        with pytest.raises(ConnectionClosed):
            tab.run("account", "id=1")
    assert tab.seen[-1].auth_redirect.url == "/sign-in?left=1"


def test_a_screen_is_its_own_guard_when_the_frame_never_ran(viewer: Guest):
    with open_tab(viewer.desk.url, viewer.http.cookies) as tab:
        for name in (*SCREENS, "navigation", "parts/viewer"):
            said = tab.run(name, "id=1")
            assert b"Traceback" not in said
