"""The token database is away while somebody comes to sign in, or is signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data_access import login_sessions
from data_access.database import DatabaseAway
from data_access.login_sessions import cookie_name
from rules.roles import Person
from tests.conftest import migrated
from tests.forgetting import set_up
from tests.signing_in import VISIT, WITH_LOGIN
from web.middleware import MIDDLEWARE
from web.routes import ROUTES

HERE = "http://127.0.0.1:8501"


@contextmanager
def desk(database_url: str, home: Path) -> Iterator[TestClient]:
    """Somebody's browser at a desk with a login."""
    with set_up(WITH_LOGIN | {"DESK_DATABASE_URL": database_url, "DESK_PUBLIC_URL": HERE}, home):
        app = Starlette(routes=ROUTES, middleware=MIDDLEWARE)
        there = ("127.0.0.1", 50_000)
        yield TestClient(app, base_url=HERE, follow_redirects=False, headers=VISIT, client=there)


@pytest.fixture
def guest(tmp_path):
    """Somebody's browser at a desk with a login, whose database nobody reaches."""
    with desk("sqlite:////nowhere/desk.sqlite", tmp_path) as browser:
        yield browser


def with_a_session(guest: TestClient, token: str = "t" * 43) -> TestClient:
    """The same browser, signed in before."""
    guest.cookies.set(cookie_name(), token, domain="127.0.0.1", path="/")
    return guest


def test_the_way_in_stands_for_who_has_no_session(guest):
    answer = guest.get("/sign-in")
    assert answer.status_code == 200 and "/sign-in/begin" in answer.text


def test_who_had_a_session_is_told_and_keeps_it(guest):
    answer = with_a_session(guest).get("/sign-in?next=/account?id=5")
    assert answer.status_code == 200
    assert "The token database does not answer" in answer.text
    assert "set-cookie" not in answer.headers


def test_nobody_is_sent_to_the_provider_for_nothing(guest):
    answer = with_a_session(guest).get("/sign-in/begin?next=/account?id=5")
    assert answer.headers["location"] == "/sign-in?failed=database"
    assert "The token database does not answer" in guest.get("/sign-in?failed=database").text


@pytest.mark.parametrize("path", ["/", "/account?id=5", "/export/abc", "/_stcore/host-config"])
def test_nothing_is_readable_and_the_session_is_not_taken(guest, path):
    answer = with_a_session(guest).get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "does not answer" in answer.text and "nowhere" not in answer.text
    assert "set-cookie" not in answer.headers


def test_who_can_not_be_signed_out_is_told_and_stays_signed_in(sqlite_url, tmp_path, monkeypatch):
    def away(*_):
        raise DatabaseAway("locked")

    anna = Person("sub-anna", "anna@vendor.example")
    with migrated(sqlite_url), desk(sqlite_url, tmp_path) as browser:
        token, _login = login_sessions.begin(anna, [anna.name], datetime.now(UTC))
        with_a_session(browser, token)
        with monkeypatch.context() as locked:
            locked.setattr(login_sessions, "acting", away)
            answer = browser.post("/sign-out", headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 303 and "set-cookie" not in answer.headers
        page = browser.get(answer.headers["location"])
        assert "You are still signed in" in page.text and "set-cookie" not in page.headers
        assert login_sessions.login_of(token)
