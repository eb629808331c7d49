"""An attacker without a login, and one who may only look, against everything that is served."""

from itertools import product

import httpx
import pytest
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed, InvalidStatus

from data_access.audit_export import trail_export_path
from data_access.database import reading
from data_access.export import export_path
from data_access.lapse_report import report_path
from data_access.schema import audit_entry, metadata, seller
from rules.account_filter import AccountFilter
from rules.acts import Actor, Role
from rules.trail_filter import TrailFilter
from tests.conftest import NOW
from tests.forgetting import forget
from tests.signing_in import VISIT, Guest, LoginDesk
from tests.web.classified import (
    BEHIND_THE_LOGIN,
    CLOSED,
    METHODS,
    ODD,
    OPEN_TO_ALL,
    SCREENS,
    URL_PATHS,
    addresses,
    every_route,
)
from tests.web.pressing import press_everything
from tests.web.speaking_streamlit import open_tab
from web.access import OPEN_BELOW, is_closed, is_open, is_way_in


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
        trail_export_path(TrailFilter(), NOW, Actor(agent, Role.ADMIN)),
    ]


def refusals_of(path: str) -> tuple[int, ...]:
    """What somebody who is signed out may get there: the way in, or nothing. What is closed to all
    is not found; odd addresses may be refused as such."""
    if path in ODD:
        return (303, 400, 401, 404, 405)
    return (404,) if is_closed(path) else (303, 401)


def test_every_route_is_classified():
    known = OPEN_TO_ALL | BEHIND_THE_LOGIN | CLOSED
    assert every_route() - known == set(), "say for whom the new route is"
    assert known - every_route() == set()
    assert {path for path in known if is_closed(path)} == CLOSED
    assert {path for path in known if is_open(path) or is_way_in(path)} == OPEN_TO_ALL


@pytest.mark.parametrize(
    ("cookies", "methods"),
    [({}, METHODS), ({"desk_session": "x" * 43}, ["GET"]), ({"_streamlit_user": "x"}, ["GET"])],
)
def test_signed_out_nothing_is_readable(login_desk: LoginDesk, cookies, methods):
    before, secrets = state_of(login_desk), secrets_of(login_desk)
    with httpx.Client(base_url=login_desk.url, cookies=cookies, timeout=60) as http:
        for method, path in product(methods, addresses()):
            answer = http.request(method, path, headers=VISIT)
            where = f"{method} {path}: {answer.status_code}"
            assert answer.status_code in refusals_of(path), where
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/sign-in"), where
            assert not any(secret in answer.text for secret in secrets), where
            assert "Streamlit" not in answer.text, where
    assert state_of(login_desk) == before


def test_what_is_open_to_all_tells_nothing_of_anybody(login_desk: LoginDesk):
    before, secrets = state_of(login_desk), secrets_of(login_desk)
    routes = [
        path.replace("{token}", "x").replace("{key}", "x")
        for path in sorted(OPEN_TO_ALL)
        if "rest" not in path
    ]
    below = [f"{each}{rest}" for each in OPEN_BELOW for rest in ("", "a/b/c", "_stcore/stream")]
    with httpx.Client(base_url=login_desk.url, timeout=60) as http:
        for method, path in product(("GET", "POST"), [*routes, *below, "/unsubscribe"]):
            answer = http.request(method, path, headers=VISIT)
            where = f"{method} {path}: {answer.status_code}"
            assert answer.status_code < 500, where
            assert path in routes or answer.status_code in (301, 303, 308, 401, 404, 405), where
            assert not any(secret in answer.text for secret in secrets), where
            assert "Streamlit" not in answer.text, where
    assert state_of(login_desk) == before


def test_a_viewer_writes_nothing_by_any_address(viewer: Guest):
    before = state_of(viewer.desk)
    for method, path in product(METHODS, addresses()):
        answer = viewer.http.request(method, path, headers=VISIT)
        where = f"{method} {path}: {answer.status_code}"
        assert answer.status_code < 500, where
        assert "/renew/" not in answer.text, where
        if path.startswith("/_stcore/metrics"):
            assert answer.status_code == 404, where
    assert viewer.visit("/").status_code == 200, "still signed in"
    assert state_of(viewer.desk) == before


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
    for path in stolen("anna@vendor.example"):
        assert httpx.get(login_desk.url + path).status_code == 401
    for path in stolen("anna@vendor.example")[:2]:
        assert viewer.http.get(path).status_code == 410
        assert agent.http.get(path).status_code == 200
    before = state_of(login_desk)
    for path in stolen("vera@vendor.example")[:2]:
        assert viewer.http.get(path).status_code == 403
    report, trail = stolen("anna@vendor.example")[2:]
    assert "somebody else" in viewer.http.get(report).text
    assert (viewer.http.get(trail).status_code, agent.http.get(trail).status_code) == (410, 403)
    assert state_of(login_desk) == before


def test_a_viewer_reads_and_gets_no_link(viewer: Guest):
    with open_tab(viewer.desk.url, viewer.http.cookies) as tab:
        said = tab.run("account", "id=1") + tab.run("", "") + tab.run("sync-effect", "")
    assert any(secret.encode() in said for secret in secrets_of(viewer.desk))
    assert b"/renew/" not in said


def test_a_viewer_changes_nothing_whatever_is_pressed(viewer: Guest):
    before, pressed = state_of(viewer.desk), []
    for page in URL_PATHS:
        with open_tab(viewer.desk.url, viewer.http.cookies) as tab:
            pressed += press_everything(tab, page, "id=1")
    assert state_of(viewer.desk) == before
    names = " ".join(pressed)
    for deed in ("-sent", "-trial", "-save_view", "-bulk_mine", "-bulk_owner", "-plan_promise"):
        assert deed in names, "the screens no longer offer it, or the attacker did not find it"


def test_the_same_presses_of_an_agent_do_change_something(login_desk: LoginDesk):
    agent = Guest(login_desk)
    agent.sign_in("anna")
    before = state_of(login_desk)
    with open_tab(login_desk.url, agent.http.cookies) as tab:
        press_everything(tab, "account", "id=5")
    after = state_of(login_desk)
    assert {"assign", "snooze", "write_note", "promise"} <= set(after["audit_entry"])
    assert after["seller"] == before["seller"]


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
