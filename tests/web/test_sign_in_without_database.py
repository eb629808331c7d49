"""The token database is away while somebody comes to sign in, or is signed in."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data_access.login_sessions import cookie_name
from tests.renewing import set_up
from tests.signing_in import VISIT
from web.middleware import MIDDLEWARE
from web.routes import ROUTES

HERE = "http://127.0.0.1:8501"


@pytest.fixture
def guest(tmp_path):
    """Somebody's browser at a desk with a login, whose database nobody reaches."""
    values = {
        "DESK_DATABASE_URL": "sqlite:////nowhere/desk.sqlite",
        "DESK_PUBLIC_URL": HERE,
        "DESK_OIDC_METADATA_URL": "https://login.example/.well-known/openid-configuration",
        "DESK_OIDC_CLIENT_ID": "desk",
        "DESK_OIDC_CLIENT_SECRET": "s" * 40,
        "DESK_COOKIE_SECRET": "c" * 40,
        "DESK_ROLES": '{"agent": ["*@vendor.example"]}',
    }
    with set_up(values, tmp_path):
        app = Starlette(routes=ROUTES, middleware=MIDDLEWARE)
        there = ("127.0.0.1", 50_000)
        yield TestClient(app, base_url=HERE, follow_redirects=False, headers=VISIT, client=there)


def with_a_session(guest: TestClient) -> TestClient:
    """The same browser, signed in before."""
    guest.cookies.set(cookie_name(), "t" * 43, domain="127.0.0.1", path="/")
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
