"""`manage.py remind` at the command line: what it prints, and what cron is told."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs
from typer.testing import CliRunner

from data_access import database as database_module
from data_access import schema
from data_access.database import writing
from data_access.jobs import REMIND, lease
from tests.accounts import an_account, rows
from tests.forgetting import set_up
from tests.mailing import mail_settings, postbox
from web.command_line import app

FAILED, WRONG_USE = 1, 2


@pytest.fixture
def desk(database, tmp_path, monkeypatch):
    """A mail server, and one seller whose reminder is due at this very moment."""
    an_account(database, datetime.now(UTC), 360)
    with writing(database) as connection:
        connection.execute(update(schema.seller).values(email="a@shop.example"))
        connection.execute(update(schema.authorization).values(seller_name="[red]Café[/red]"))
    monkeypatch.setattr(database_module, "engine", lambda: database)
    with (
        postbox() as box,
        set_up(mail_settings(box, DESK_REMIND_HOURS="0-24", DESK_LINK_KEY="k" * 40), tmp_path),
        capture_logs(),
    ):
        yield box


def remind(*arguments: str):
    """What the command came to; wide enough that nothing wraps."""
    return CliRunner().invoke(app, ["remind", *arguments], env={"COLUMNS": "200"})


def test_it_sends_and_says_what_came_of_it(desk):
    result = remind()
    assert result.exit_code == 0, result.output
    assert "1 due, 1 sent, 0 failed, 0 waiting" in result.output
    assert "7 days before expiry" in result.output
    assert len(desk.got) == 1
    assert "0 due, 0 sent" in remind().output


def test_a_dry_run_names_the_sellers_as_they_are_called_and_writes_nothing(desk, database):
    result = remind("--dry-run")
    assert result.exit_code == 0, result.output
    assert "[red]Café[/red]: 7 days before expiry" in result.output
    assert "1 due. Nothing was written: dry run." in result.output
    assert desk.got == []
    assert rows(database, schema.message) == rows(database, schema.job_run) == []


def test_machines_are_told_the_same(desk, database):
    planned = json.loads(remind("--dry-run", "--json").stdout)
    (account,) = rows(database, schema.authorization)
    assert planned["accounts"] == [{"account": account.id, "rung": 7}]
    sent = json.loads(remind("--json").stdout)
    assert (sent["due"], sent["sent"], sent["failed"], sent["dry_run"]) == ({"7": 1}, 1, 0, False)


@pytest.mark.parametrize("answer", ["451 later", "550 no such person"])
def test_cron_hears_of_a_mail_that_did_not_leave(desk, answer):
    desk.answers = [answer]
    result = remind()
    assert result.exit_code == FAILED, result.output
    assert "0 sent" in result.output


def test_while_another_process_sends_it_does_nothing_and_is_no_failure(desk, database):
    with lease(REMIND, of=database):
        result = remind()
    assert result.exit_code == 0
    assert "Another process is just sending reminders" in result.output
    assert desk.got == []


def test_another_moment_is_for_looking_only(desk):
    result = remind("--as-of", "2026-12-01")
    assert result.exit_code == WRONG_USE
    assert "--dry-run" in result.output
    assert desk.got == []
