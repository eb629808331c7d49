"""`manage.py probe`: whom it asks, and what it says came of it."""

import socket

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from data_access import schema
from data_access.settings import settings
from tests.accounts import an_account, change, rows, with_old_token
from tests.forgetting import forget
from tests.renewing import Browser
from web.command_line import app


@pytest.fixture
def accounts(browser: Browser, database, live_now) -> list[int]:
    """Three working accounts, and one that expired."""
    working = [
        an_account(database, live_now, 100, selling_partner_id=f"A1PROBED{number}")
        for number in range(3)
    ]
    return [*working, an_account(database, live_now, 400, selling_partner_id="A1OLD")]


def probe(*arguments: str) -> tuple[int, str]:
    """The exit code of the command, and what it says in one line."""
    result = CliRunner().invoke(
        app, ["probe", "--per-second", "20", *arguments], terminal_width=400
    )
    return result.exit_code, " ".join(result.output.replace("│", "").split())


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("statos=active", "'statos' is no filter; there are: status, within"),
        ("status=active&regoin=EU", "'regoin' is no filter"),
        ("active", "'active' is no filter"),
        ("region=", "region needs a value"),
        ("region=EU&region=", "region needs a value"),
        ("status=bogus", "status=bogus is no filter"),
        ("within=-3", "within=-3 is no filter"),
    ],
)
def test_a_filter_that_cannot_be_read_asks_nobody(accounts, database, query, sentence):
    code, said = probe("--filter", query)
    assert code == 2 and sentence in said
    assert rows(database, schema.probe_run) == []


@pytest.mark.parametrize(
    ("number", "sentence"), [("77", "no probe run 77"), (str(2**63), "than or equal to")]
)
def test_a_run_that_there_is_not_is_not_resumed(accounts, number, sentence):
    code, said = probe("--resume", number)
    assert code == 2 and sentence in said


def test_only_the_accounts_of_the_filter_are_asked(accounts):
    code, said = probe("--filter", "status=active&region=EU")
    assert code == 0 and "3 asked: 3 fine, 0 refused, 0 without an answer." in said


def test_no_connection_is_named_with_the_address(accounts, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("DESK_STAND_IN_URL", nobody)
        forget()
        _, said = probe("--filter", "status=active")
    assert f"3 without an answer: no connection to {nobody}." in said


def test_a_status_of_amazon_is_named(accounts, amazon):
    amazon.set(fail_rate=1.0, fail_status=503)
    _, said = probe("--filter", "status=active")
    assert f"3 without an answer: {settings().stand_in_url} answered status 503." in said


def test_a_token_that_no_key_opens_is_named(accounts, database, live_now):
    with_old_token(database, accounts[0], live_now)
    lost = Fernet(Fernet.generate_key()).encrypt(b"lost")
    change(database, schema.credential, refresh_token=lost)
    code, said = probe("--filter", "status=active")
    assert code == 0 and "2 fine" in said
    assert "1 without an answer: no key of DESK_ENCRYPTION_KEYS opens the token." in said
