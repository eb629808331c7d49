"""Nothing secret is ever logged, whoever logs it: the desk, the server, a library."""

import io
import json
import logging
import secrets
from urllib.parse import parse_qsl, urlsplit

import pytest
import structlog
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from streamlit import logger as streamlit_logger
from streamlit.testing.v1 import AppTest

from data_access import keys
from data_access.audit_export import trail_export_path
from data_access.export import export_path
from data_access.links import renew_path
from data_access.login_sessions import NOBODY
from rules.account_filter import AccountFilter
from rules.trail_filter import TrailFilter
from tests.accounts import an_account, token_of, with_old_token
from tests.renewing import Browser
from web.logs import HIDDEN, configure_logs, scrubbed, without_secrets


@pytest.fixture
def logged():
    """What is logged, by everybody and in all detail, as it would stand in the file."""
    stream = io.StringIO()
    configure_logs(stream, logging.DEBUG)
    # A server that another test ran here has set how much it says.
    server = logging.getLogger("uvicorn.error")
    said = server.level
    server.setLevel(logging.DEBUG)
    yield stream
    server.setLevel(said)


shapes = st.sampled_from(
    [
        lambda: f"Atzr|{secrets.token_urlsafe(30)}",
        lambda: f"Atza%7C{secrets.token_urlsafe(30)}",
        lambda: f"amzn1.oa2-cs.v1.{secrets.token_hex(32)}",
        lambda: f"whsec_{secrets.token_urlsafe(24)}",
        lambda: Fernet(Fernet.generate_key()).encrypt(b"x").decode(),
        lambda: f"?spapi_oauth_code={secrets.token_urlsafe(9)}",
        lambda: f"&state={secrets.token_urlsafe(32)}",
        lambda: f"Bearer {secrets.token_urlsafe(20)}",
        lambda: renew_path(17, None, "anna").removeprefix("/renew/"),
        lambda: f"/calendar/{secrets.token_urlsafe(9)}",
    ]
)
around = st.text("abc XYZ:,;()", max_size=10)


@given(shapes, around, around)
def test_what_has_the_shape_of_a_secret_is_hidden_wherever_it_stands(shape, before, after):
    secret = shape()
    told = secret.rpartition("=")[2] if secret[0] in "?&" else secret.rpartition(" ")[2]
    told = told.removeprefix("/calendar/")
    line = f"{before} {secret} {after}"
    event = {"event": line, "deep": {"list": [line, {"x": line}]}, "error": ValueError(line)}
    assert told not in json.dumps(without_secrets(None, "", event))


@pytest.mark.parametrize(
    "name", ["refresh_token", "client_secret", "state", "spapi_oauth_code", "password", "Cookie"]
)
def test_fields_with_the_name_of_a_secret_are_hidden_whatever_they_hold(name):
    event = {"event": "x", "more": {name: "short"}, name: "short"}
    assert without_secrets(None, "", event) == {"event": "x", "more": {name: HIDDEN}, name: HIDDEN}


def test_what_is_no_secret_stays_readable():
    line = "GET /accounts?status=expired&sort=name 200 in 12 ms for amzn1.sp.solution.0000"
    assert scrubbed(line) == line
    event = {"event": "background.done", "job": "purge", "count": 3, "token_age": 4}
    assert without_secrets(None, "", event) == event


def test_addresses_of_people_and_passwords_of_databases_are_hidden():
    line = "from leo@vendor.example at postgresql://desk:hunter2@db/desk"
    assert scrubbed(line) == "from …@vendor.example at postgresql://desk:…@db/desk"


@pytest.mark.parametrize("path", ["/account-rows", "/accounts", "/"])
def test_whom_an_agent_looks_for_is_not_told(path):
    """An erased seller would be left in every log, and the next page of a list names another."""
    line = '1.2.3.4:5 - "GET {path}?{q}sort=name&page={page}&row=26&viewer_zone=UTC HTTP/1.1" 200'
    asked = {"q": "q=O'Neill%40nord.example&", "page": "WzAsIm5vcmQgZ21iaCIsMTcsMF0"}
    hidden = {"q": f"q={HIDDEN}&", "page": HIDDEN}
    assert scrubbed(line.format(path=path, **asked)) == line.format(path=path, **hidden)


def test_a_line_is_json_with_time_level_and_event_where_nobody_looks_on(logged):
    structlog.get_logger("desk").warning("database_away", error="no route", token="abc")
    logging.getLogger("uvicorn.error").info("Started on %s", "/renew/abc")
    ours, servers = (json.loads(line) for line in logged.getvalue().splitlines())
    assert (ours["event"], ours["level"], ours["token"]) == ("database_away", "warning", HIDDEN)
    assert ours["timestamp"].endswith("Z")
    assert servers["event"] == f"Started on /renew/{HIDDEN}"


@pytest.mark.parametrize("made", ["before", "afterwards"])
def test_what_streamlit_says_takes_the_same_way(made, capfd):
    name = f"streamlit.made.{made}"
    its = streamlit_logger.get_logger(name) if made == "before" else None
    stream = io.StringIO()
    configure_logs(stream)
    its = its or streamlit_logger.get_logger(name)
    streamlit_logger.update_formatter()
    its.error("refused for anna@vendor.example, token Atzr|IwEBIMPossible123")
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == f"refused for {HIDDEN}@vendor.example, token {HIDDEN}"
    assert capfd.readouterr() == ("", "")


def test_a_stack_trace_is_logged_without_the_secrets_it_quotes(logged):
    try:
        raise RuntimeError("refused Atzr|IwEBIMPossible123")
    except RuntimeError:
        logging.getLogger("any.library").exception("failed")
    assert "RuntimeError" in logged.getvalue()
    assert "IwEBIMPossible123" not in logged.getvalue()


def test_the_traceback_of_a_screen_is_logged_without_the_secrets_it_quotes(logged, capfd):
    def screen(token: str) -> None:
        raise RuntimeError(f"refused {token}")

    AppTest.from_function(screen, args=("Atzr|IwEBIMPossible123",)).run()
    printed = "".join(capfd.readouterr())
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert any("RuntimeError" in line.get("exception", "") for line in lines)
    assert "RuntimeError" not in printed
    assert "IwEBIMPossible123" not in logged.getvalue() + printed


def test_a_whole_renewal_an_export_and_what_fails_leave_no_secret_in_the_log(
    browser: Browser, database, live_now, logged
):
    account = an_account(database, live_now, language="en")
    with_old_token(database, account, live_now)
    link = browser.link(account)
    browser.get(link)
    callback = browser.consent(account)
    ended = browser.come_back(callback)
    assert ended.status_code == 200 and "established" in ended.text
    browser.get(callback)
    browser.get("/amazon/callback?spapi_oauth_code=TheCode12345&state=TheState12345")
    export = export_path("csv", AccountFilter(), live_now, NOBODY.name)
    trail = trail_export_path(TrailFilter(), live_now, NOBODY)
    assert browser.get(export).status_code == browser.get(trail).status_code == 200
    sought = {
        "link": link.rpartition("/")[2],
        "exports": export.rpartition("/")[2],
        "trail": trail.rpartition("/")[2],
        "new token": token_of(database, account),
        "link key": keys.link_key(),
        "forged": "TheCode12345",
        "forged state": "TheState12345",
        "cookie": browser.http.cookies.get("renewal_browser"),
        **{f"callback {i}": v for i, v in enumerate(_values(callback))},
    }
    text = logged.getvalue()
    assert "renewal.begun" in text and "renewal.ended" in text
    assert {name for name, value in sought.items() if value and value in text} == set()


def _values(address: str) -> list[str]:
    """The values of an address that are long enough to be secret."""
    pairs = parse_qsl(urlsplit(address).query)
    return [value for name, value in pairs if name in ("state", "spapi_oauth_code")]
