"""Signing in and out, with a real provider."""

import json
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from data_access.database import reading, writing
from data_access.schema import audit_entry, login_session
from tests.signing_in import VISIT, Guest, LoginDesk, led_to, served_desk
from tests.waiting import wait_until


@pytest.fixture
def guest(login_desk: LoginDesk) -> Guest:
    """A fresh browser."""
    return Guest(login_desk)


def trail(desk: LoginDesk) -> list[tuple[str, str, dict]]:
    """Who did what, and how."""
    with reading(desk.engine) as connection:
        rows = connection.execute(select(audit_entry).order_by(audit_entry.c.id)).all()
    return [(row.actor, row.act, json.loads(row.details)) for row in rows]


def test_a_deep_link_survives_signing_in(guest: Guest):
    asked = guest.visit("/account?id=5&q=M%C3%BCller")
    assert asked.status_code == 303
    page = guest.visit(asked.headers["location"])
    assert "Sign in" in page.text and "/sign-in/begin?next=%2Faccount%3Fid%3D5" in page.text
    back = guest.sign_in("anna", "/account?id=5&q=M%C3%BCller")
    assert (back.status_code, led_to(back)) == (200, "/account?id=5&q=M%C3%BCller")
    assert guest.visit("/account?id=5").status_code == 200
    assert guest.http.get("/_stcore/host-config").status_code == 200


@pytest.mark.parametrize("evil", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_nobody_is_led_to_another_site(guest: Guest, evil):
    assert led_to(guest.sign_in("anna", evil)) == "/"
    signed_in = guest.http.get("/sign-in", params={"next": evil}, headers=VISIT)
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/")


def test_a_way_back_that_was_tampered_with_is_the_start_page(guest: Guest):
    asked = guest.go_to_provider("/account?id=5")
    guest.http.cookies.set("desk_return", "Ii8vZXZpbC5leGFtcGxlIg.x.y", path="/oauth2callback")
    back = httpx.post(asked, data={"sub": "anna"}).headers["location"]
    jar = guest.http.cookies.jar
    for cookie in [each for each in jar if each.name == "desk_return" and "x.y" not in each.value]:
        jar.clear(cookie.domain, cookie.path, cookie.name)
    assert led_to(guest.visit(back)) == "/"


def test_streamlits_cookies_never_reach_the_browser_and_ours_is_strict(guest: Guest):
    back = guest.sign_in("anna")
    cookies = back.headers.get_list("set-cookie")
    assert not any("_streamlit_user" in each for each in cookies)
    (ours,) = [each for each in cookies if each.startswith("desk_session=")]
    assert "HttpOnly" in ours and "SameSite=strict" in ours and "Max-Age=43200" in ours
    assert not {each for each in guest.http.cookies if each.startswith("_streamlit_user")}


def test_a_cookie_that_was_kept_is_worth_nothing_after_signing_out(guest: Guest):
    guest.sign_in("anna")
    kept = dict(guest.http.cookies)
    out = guest.http.post("/sign-out", headers={"origin": guest.desk.url})
    assert out.headers["location"] == "/sign-in?left=1"
    thief = httpx.Client(base_url=guest.desk.url, cookies=kept)
    assert thief.get("/account?id=5", headers=VISIT).headers["location"].startswith("/sign-in")
    assert thief.get("/_stcore/host-config").status_code == 401
    assert [act for _who, act, _how in trail(guest.desk)][-1] == "sign_out"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "https://evil.example"},
    ],
)
def test_another_site_cannot_sign_anybody_out(guest: Guest, headers):
    guest.sign_in("anna")
    assert guest.http.post("/sign-out", headers=headers).status_code == 403
    guest.http.get("/sign-out")
    assert guest.http.get("/auth/logout").status_code == 404
    assert guest.visit("/").status_code == 200


def test_a_new_sign_in_ends_the_one_before_in_the_same_browser(guest: Guest):
    guest.sign_in("anna")
    before = dict(guest.http.cookies)
    guest.sign_in("vera")
    assert guest.visit("/").status_code == 200
    thief = httpx.Client(base_url=guest.desk.url, cookies=before)
    assert thief.get("/", headers=VISIT).status_code == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_who_follows_a_link_elsewhere_comes_once_more_with_their_cookie(guest: Guest, site):
    signed_out = guest.http.get("/account?id=5", headers=VISIT | {"sec-fetch-site": site})
    assert (signed_out.status_code, led_to(signed_out)) == (200, "/account?id=5")
    assert "no-store" in signed_out.headers["cache-control"]
    from_here = VISIT | {"sec-fetch-site": "same-origin"}
    asked = guest.http.get("/account?id=5", headers=from_here)
    assert led_to(asked).startswith("/sign-in?next=")
    guest.sign_in("anna")
    again = guest.http.get("/account?id=5", headers=from_here)
    assert again.status_code == 200 and "refresh" not in again.headers


def test_another_site_cannot_make_the_browser_forget_its_session(guest: Guest):
    for path in ("/sign-in", "/sign-in?left=1", "/sign-in?failed=denied"):
        assert "set-cookie" not in guest.http.get(path, headers=VISIT).headers
    guest.sign_in("anna")
    assert guest.visit("/sign-in?next=/data").headers["location"] == "/data"
    assert guest.visit("/").status_code == 200


@pytest.mark.parametrize("who", ["stranger", "liar"])
def test_somebody_without_a_role_sees_one_page(guest: Guest, who):
    guest.sign_in(who, "/account?id=5")
    to = guest.visit("/account?id=5")
    assert to.headers["location"] == "/no-role"
    page = guest.visit("/no-role").text
    assert "You are signed in, but have no role here" in page and "it@vendor.example" in page
    assert ("stranger@elsewhere.example" if who == "stranger" else "liar") in page
    assert guest.http.get("/_stcore/host-config").status_code == 403
    assert trail(guest.desk)[-1][2]["refused"] == "no role"


def test_a_refusal_of_the_provider_is_said_in_plain_words(guest: Guest):
    back = guest.sign_in("", action="deny")
    assert back.headers["location"] == "/sign-in?failed=denied"
    page = guest.http.get("/sign-in?failed=denied", headers={"accept-language": "de"}).text
    assert "Sie wurden nicht angemeldet." in page
    assert trail(guest.desk)[-1] == ("(unknown)", "sign_in", {"refused": "access_denied"})


def test_what_a_stranger_writes_into_the_way_back_is_not_shown_and_not_kept(guest: Guest):
    before = trail(guest.desk)
    bad = "/oauth2callback?error=<script>&error_description=<script>alert(1)</script>&state=x"
    assert guest.visit(bad).headers["location"] == "/sign-in?failed=failed"
    assert guest.visit("/oauth2callback?code=x&state=y").headers["location"].endswith("stale")
    page = guest.visit("/sign-in?failed=<script>")
    assert "<script>" not in page.text and page.status_code == 200
    assert trail(guest.desk) == before


def test_a_callback_is_used_once(guest: Guest):
    asked = guest.go_to_provider()
    back = httpx.post(asked, data={"sub": "anna"}).headers["location"]
    assert led_to(guest.visit(back)) == "/"
    assert guest.visit(back).headers["location"] == "/sign-in?failed=stale"
    other = Guest(guest.desk)
    assert other.visit(back).headers["location"] == "/sign-in?failed=stale"


def test_a_provider_that_does_not_take_the_code_is_no_fault_of_who_signs_in(guest: Guest):
    asked = guest.go_to_provider()
    back = httpx.post(asked, data={"sub": "anna"}).headers["location"]
    refused = re.sub(r"code=[^&]+", "code=refused", back)
    assert guest.visit(refused).headers["location"] == "/sign-in?failed=failed"
    assert "sign_in.not_exchanged" in guest.desk.log.read_text()
    assert guest.visit(refused).headers["location"] == "/sign-in?failed=stale"


@pytest.mark.parametrize("host", ["{host}", "{name}:443", "{upper}"])
def test_a_proxy_that_names_another_port_or_writes_large_sends_nobody_round(guest: Guest, host):
    name = urlsplit(guest.desk.url).hostname
    named = host.format(host=urlsplit(guest.desk.url).netloc, name=name, upper=name.upper())
    answer = guest.http.get("/sign-in", headers={"host": named})
    assert answer.status_code == 200 and "/sign-in/begin" in answer.text


def test_sessions_work_whichever_process_answers(guest: Guest, login_desk, tmp_path):
    environment = login_desk.environment | {"DESK_PUBLIC_URL": login_desk.url}
    with served_desk(login_desk.engine, environment, tmp_path / "log") as second:
        guest.sign_in("anna")
        cookies = dict(guest.http.cookies)
        there = httpx.Client(base_url=second.url, cookies=cookies, timeout=60)
        assert there.get("/", headers=VISIT).status_code == 200
        # A sign-in that one process began is finished by the other.
        newcomer = Guest(login_desk)
        asked = newcomer.go_to_provider("/data")
        back = httpx.post(asked, data={"sub": "vera"}).headers["location"]
        finished = httpx.get(
            back.replace(login_desk.url, second.url),
            headers={"cookie": "; ".join(f"{c.name}={c.value}" for c in newcomer.http.cookies.jar)},
            timeout=60,
        )
        assert led_to(finished) == "/data"
        guest.http.post("/sign-out", headers={"origin": guest.desk.url})
        wait_until(lambda: there.get("/", headers=VISIT).status_code == 303, seconds=5)


def test_a_session_that_ran_out_is_over(guest: Guest):
    guest.sign_in("anna")
    with writing(guest.desk.engine) as connection:
        connection.execute(login_session.update().values(ends_at=datetime.now(UTC)))
    wait_until(lambda: guest.visit("/").status_code == 303, seconds=5)
    page = guest.visit(guest.visit("/data").headers["location"])
    assert "Your session has ended." in page.text
    assert "next=%2Fdata" in page.text
    assert 'desk_session=""' in page.headers["set-cookie"]
    assert "Your session has ended." not in guest.visit("/sign-in").text


def test_no_secret_of_the_login_is_logged(guest: Guest):
    guest.sign_in("anna")
    log = guest.desk.log.read_text()
    assert "the-secret-of-the-desk" not in log and "code=" not in log and "state=" not in log
