"""What a stranger may send, how often, under which name, and what they learn from the answer."""

import socket
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from data_access.links import renew_path
from data_access.schema import consent_state, funnel_step
from tests.accounts import an_account, rows
from tests.forgetting import forget
from tests.renewing import Browser, served
from web.login_gate import LoginGate
from web.middleware import MIDDLEWARE
from web.proxies import TrustedProxies
from web.rate_limits import LIMITER, _address

ELSEWHERE = "203.0.113.7"


@pytest.fixture
def set_to(configured, monkeypatch):
    """Sets a setting for the rest of a test, in which nobody has come here before."""
    LIMITER.storage.reset()

    def change(name: str, value: str) -> None:
        monkeypatch.setenv(f"DESK_{name}", value)
        forget()

    yield change
    monkeypatch.undo()
    forget()


@pytest.fixture(scope="module")
def echo():
    """An application of our middleware that says who it thinks is asking."""

    async def who(request: Request):
        return PlainTextResponse(f"{request.client.host} {request.url.scheme}")

    async def broken(_request: Request):
        raise RuntimeError("the secret detail")

    routes = [Route("/who", who), Route("/broken", broken)]
    # Without a login the gate lets in this machine alone; what stands before it is meant here.
    before_the_gate = [each for each in MIDDLEWARE if each.cls is not LoginGate]
    with served(Starlette(routes=routes, middleware=before_the_gate)) as url:
        yield url


def sent(url: str, request: bytes) -> str:
    """The answer to the very bytes of a request."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while block := connection.recv(65_536):
            answer += block
    return answer.decode("latin-1")


# Proxies


def test_forwarded_headers_of_strangers_are_not_believed(echo, configured):
    headers = {"x-forwarded-for": ELSEWHERE, "x-forwarded-proto": "https"}
    assert httpx.get(f"{echo}/who", headers=headers).text == "127.0.0.1 http"


def test_forwarded_headers_of_configured_proxies_are_believed(echo, set_to):
    set_to("TRUSTED_PROXIES", "127.0.0.0/8")
    # What the client itself put in front is passed over: the proxy's own word counts.
    headers = {"x-forwarded-for": f"198.51.100.1, {ELSEWHERE}", "x-forwarded-proto": "https"}
    assert httpx.get(f"{echo}/who", headers=headers).text == f"{ELSEWHERE} https"


def test_a_proxy_is_known_where_the_desk_listens_to_both_kinds_of_addresses(set_to):
    set_to("TRUSTED_PROXIES", "10.0.0.5")

    async def who(request: Request):
        return PlainTextResponse(f"{request.client.host} {request.url.scheme}")

    app = Starlette(routes=[Route("/who", who)], middleware=[Middleware(TrustedProxies)])
    asking = TestClient(app, client=("::ffff:10.0.0.5", 40_000))
    headers = {"x-forwarded-for": ELSEWHERE, "x-forwarded-proto": "https"}
    assert asking.get("/who", headers=headers).text == f"{ELSEWHERE} https"
    assert asking.get("/who").text == "10.0.0.5 http"


# Names


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8501", "a@127.0.0.1", ""]
)
def test_the_desk_is_not_known_by_other_names(echo, configured, host):
    assert "400" in sent(echo, f"GET /who HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())[:15]


def test_a_name_of_the_settings_is_known(echo, set_to):
    assert httpx.get(f"{echo}/who", headers={"host": "desk.example"}).status_code == 400
    set_to("ALLOWED_HOSTS", "desk.example")
    assert httpx.get(f"{echo}/who", headers={"host": "Desk.Example:443"}).status_code == 200


def test_links_come_from_the_public_address_whatever_the_host_says(
    browser: Browser, database, live_now, set_to
):
    set_to("ALLOWED_HOSTS", "other.example")
    link = browser.link(an_account(database, live_now))
    answer = browser.http.post(f"{link}/authorize", headers={"host": "other.example"})
    assert answer.status_code == 303
    assert "other.example" not in answer.headers["location"]
    (state,) = rows(database, consent_state)
    assert "other.example" not in state.redirect_uri


# Requests that two programs may read in two ways


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"POST /who HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /who HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n"
        b"Content-Length: 4\r\n\r\nabc",
        b"POST /who HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"GET /who%00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /who%0d%0ax HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /who%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /who%ff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /..%5c..%5cetc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nA\x00: b\r\n\r\n",
        b"GET /who HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_odd_requests_are_refused(echo, configured, request_):
    assert sent(echo, request_).startswith("HTTP/1.1 400")


def test_long_addresses_are_refused(echo, browser: Browser):
    long = "a" * 5_000
    assert sent(echo, f"GET /{long} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())[9:12] == "414"
    assert browser.get(f"/renew/x?lang={'a' * 9_000}").status_code == 414


# Errors


def test_a_mistake_of_ours_is_a_sentence_with_headers(echo, configured, capfd):
    answer = httpx.get(f"{echo}/broken")
    assert answer.status_code == 500
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["content-security-policy"]
    printed = "".join(capfd.readouterr())
    assert "secret detail" not in answer.text + printed
    assert "RuntimeError" in printed


def test_headers_stand_on_every_refusal(echo, browser: Browser):
    answers = [
        httpx.get(f"{echo}/nowhere"),
        httpx.post(f"{echo}/who"),
        httpx.get(f"{echo}/who", headers={"host": "evil.example"}),
        browser.http.post("/amazon/login", data={"a": "x" * 20_000}),
        browser.get("/renew/x"),
    ]
    assert [each.status_code for each in answers] == [404, 405, 400, 413, 404]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_behind_tls_browsers_are_told_to_stay_there(echo, set_to):
    assert "strict-transport-security" not in httpx.get(f"{echo}/who").headers
    set_to("PUBLIC_URL", "https://desk.vendor.example")
    for path in ("/who", "/nowhere", "/broken"):
        assert "max-age=" in httpx.get(f"{echo}{path}").headers["strict-transport-security"]


# Rates


def test_beyond_the_rate_comes_a_page_that_says_when_to_come_again(browser: Browser, set_to):
    set_to("RATE_PER_ADDRESS", "5/minute")
    answers = [browser.get("/amazon/callback?state=x") for _ in range(12)]
    refused = [each for each in answers if each.status_code == 429]
    # A new minute may begin in between.
    assert refused and 2 <= len(refused) <= 7
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60
    assert "Too many visits" in refused[0].text
    assert refused[0].headers["referrer-policy"] == "no-referrer"


def test_nobody_is_kept_from_their_link_by_what_others_do_behind_the_same_address(
    browser: Browser, database, live_now, set_to
):
    set_to("RATE_PER_ADDRESS", "3/hour")
    set_to("RATE_PER_LINK", "1000/hour")
    for _ in range(8):
        last = browser.get("/renew/guessed")
    assert last.status_code == 429
    for _ in range(8):
        assert browser.get(browser.link(an_account(database, live_now))).status_code == 200


def test_one_link_may_not_be_used_endlessly(browser: Browser, database, live_now, set_to):
    set_to("RATE_PER_LINK", "5/hour")
    one, other = (browser.link(an_account(database, live_now)) for _ in range(2))
    assert 429 in [browser.get(one).status_code for _ in range(11)]
    assert browser.get(other).status_code == 200
    # A signature can be spelled in many ways; the link is the same.
    spelled = [f"{other}{ending}" for ending in ("!!!!", "!!!!!!!!", "$$$$", "::::")]
    assert 429 in [browser.get(each).status_code for each in (*spelled, *spelled, *spelled)]


def test_what_a_callback_hands_to_everybody_opens_no_way_around_the_rate(browser: Browser, set_to):
    outcome = browser.get("/amazon/callback").headers["location"]
    set_to("RATE_PER_ADDRESS", "4/hour")
    asked = [f"{outcome}{ending}" for ending in ("", "!!!!", "$$$$", "::::")]
    assert 429 in [browser.get(each).status_code for each in (*asked, *asked, *asked)]


@pytest.mark.parametrize(
    ("client", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:0db8:0001:0002"),
        ("testclient", "unknown"),
    ],
)
def test_an_address_is_counted_as_its_owner_has_it(client, counted_as):
    assert _address({"client": (client, 4711)}) == counted_as


def test_a_forged_link_counts_as_none(browser: Browser, database, live_now, set_to):
    set_to("RATE_PER_ADDRESS", "4/hour")
    link = browser.link(an_account(database, live_now))
    forged = [f"{link[:-3]}{number:03d}" for number in range(12)]
    assert 429 in [browser.get(each).status_code for each in forged]


# What one learns


def test_a_link_nobody_made_and_one_of_an_erased_seller_get_the_same_answer(
    browser: Browser, database, live_now
):
    known = browser.link(an_account(database, live_now))
    gone = renew_path(999_999, live_now, "anna", made_at=datetime.now(UTC))
    tampered = known[:-4] + "AAAA"
    answers = [(link, browser.get(link)) for link in (gone, tampered, "/renew/x")]
    assert {answer.status_code for _, answer in answers} == {404}
    assert len({answer.text.replace(link, "") for link, answer in answers}) == 1


def test_a_link_nobody_made_is_looked_for_as_well(browser: Browser, monkeypatch):
    from web import opening

    looked = []
    monkeypatch.setattr(opening, "seller_view", lambda number: looked.append(number))
    browser.get("/renew/x")
    assert looked == [opening.NOBODY]


@pytest.mark.parametrize("path", ["/renew/x", "/renew/x/authorize", "/renewed/x"])
@pytest.mark.parametrize("query", ["next=https://evil.example", "lang=//evil.example"])
def test_no_page_sends_anybody_where_an_address_says(browser: Browser, path, query):
    answer = browser.get(f"{path}?{query}")
    assert answer.status_code == 404 and "evil.example" not in answer.text


@pytest.mark.parametrize("rest", ["/evil.example", "//evil.example", "?next=//evil.example"])
def test_the_way_to_the_start_page_stays_here(browser: Browser, rest):
    answer = browser.http.get(f"/accounts{rest}")
    where = answer.headers.get("location", "/")
    assert where.startswith("/") and not where.startswith("//")


def test_opening_links_of_strangers_writes_nothing(browser: Browser, database):
    browser.get("/renew/x")
    assert rows(database, funnel_step) == []
