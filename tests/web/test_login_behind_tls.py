"""A desk behind a proxy that speaks TLS, where a claim of the token gives the roles."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from data_access.database import reading
from data_access.schema import audit_entry
from tests.signing_in import GROUPS, VISIT, Guest, LoginDesk, led_to, served_desk

PUBLIC = "https://desk.example"


class Proxy(httpx.HTTPTransport):
    """Ends TLS as a proxy does: what is for the public name goes to the desk in plain HTTP."""

    def __init__(self, desk: LoginDesk) -> None:
        super().__init__()
        self._desk = httpx.URL(desk.url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Passes a request on; its Host stays."""
        assert (request.url.scheme, request.url.host) == ("https", "desk.example")
        there = request.url.copy_with(scheme="http", host=self._desk.host, port=self._desk.port)
        return super().handle_request(
            httpx.Request(
                request.method,
                there,
                headers=request.headers,
                content=request.read(),
                extensions=request.extensions,
            )
        )


@pytest.fixture(scope="module")
def desk(login_desk: LoginDesk, tmp_path_factory) -> Iterator[LoginDesk]:
    """The same sellers and the same provider; roles come from the claim `groups`."""
    environment = login_desk.environment | {
        "DESK_PUBLIC_URL": PUBLIC,
        "DESK_ROLE_CLAIM": "groups",
        "DESK_ROLES": json.dumps(GROUPS),
    }
    with served_desk(login_desk.engine, environment, tmp_path_factory.mktemp("tls") / "log") as one:
        yield one


@pytest.fixture
def guest(desk: LoginDesk) -> Guest:
    """A fresh browser that knows the desk by its public name."""
    guest = Guest(desk)
    guest.http = httpx.Client(base_url=PUBLIC, transport=Proxy(desk), timeout=60)
    return guest


def last_entry(desk: LoginDesk) -> tuple[str, str, str, dict]:
    """Who did what in which role, and how, at last."""
    with reading(desk.engine) as connection:
        e = audit_entry.c
        newest = connection.execute(select(audit_entry).order_by(e.id.desc()).limit(1)).one()
    return newest.actor, newest.role, newest.act, json.loads(newest.details)


@pytest.mark.parametrize(("who", "role"), [("lead", "admin"), ("kim", "agent")])
def test_the_highest_role_that_a_list_or_a_text_of_the_token_gives(guest: Guest, who, role):
    assert led_to(guest.sign_in(who, "/account?id=5")) == "/account?id=5"
    assert guest.visit("/account?id=5").status_code == 200
    actor, had, act, said = last_entry(guest.desk)
    assert (actor, had, act) == (f"{who}@vendor.example", role, "sign_in")
    assert "refused" not in said


@pytest.mark.parametrize("who", ["anna", "boss", "deep", "temp", "admin", "desk-admins"])
def test_a_token_without_the_claim_or_with_unknown_values_gives_no_role(guest: Guest, who):
    guest.sign_in(who)
    assert guest.visit("/account?id=5").headers["location"] == "/no-role"
    assert guest.http.get("/_stcore/host-config").status_code == 403
    assert last_entry(guest.desk)[3]["refused"] == "no role"


def test_every_cookie_is_for_this_very_host_and_encrypted(guest: Guest):
    answers = [
        guest.http.get("/sign-in/begin?next=/data"),
        guest.http.get("/auth/login"),
        guest.sign_in("kim"),
        guest.http.post("/sign-out", headers={"origin": PUBLIC}),
    ]
    set_cookies = [each for answer in answers for each in answer.headers.get_list("set-cookie")]
    for each in set_cookies:
        attributes = {part.strip().lower() for part in each.split(";")[1:]}
        assert "secure" in attributes and attributes & {"httponly", "max-age=0"}, each
        assert not any(part.startswith("domain") for part in attributes), each
    begun, ended = [each for each in set_cookies if each.startswith("__Host-desk_session=")]
    assert "SameSite=strict" in begun and "Path=/;" in begun
    assert 'desk_session=""' in ended and "Max-Age=0" in ended
    assert guest.visit("/").headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    "path", ["/", "/account?id=5", "/sign-in", "/export/x", "/auth/login", "/_stcore/health", "/x"]
)
def test_every_answer_keeps_browsers_on_tls_and_out_of_frames(guest: Guest, path):
    answer = guest.visit(path)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")


def test_the_way_in_runs_nothing_and_tells_nobody_where_one_wanted_to_go(guest: Guest):
    page = guest.visit("/sign-in?next=/account?id=5")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    back = guest.sign_in("kim", "/account?id=5")
    assert back.headers["referrer-policy"] == "no-referrer"
    assert back.headers["content-security-policy"].startswith("default-src 'none'")


def test_under_another_name_one_is_sent_to_the_public_one(desk: LoginDesk):
    sent = httpx.get(f"{desk.url}/sign-in?next=/data", headers=VISIT).headers["location"]
    assert urlsplit(sent).netloc == "desk.example" and sent.endswith("?next=%2Fdata")
