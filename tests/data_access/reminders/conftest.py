"""A mail server for reminders, and a clock to set."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from data_access.clock import Clock
from data_access.mails import Mail
from data_access.message_kinds import KINDS
from tests.data_access.reminders.sellers import TEN
from tests.forgetting import set_up
from tests.mailing import Postbox, mail_settings, postbox


@pytest.fixture(scope="module")
def server() -> Iterator[Postbox]:
    """A mail server for a whole file of tests."""
    with postbox() as box:
        yield box


@pytest.fixture
def box(server, tmp_path, monkeypatch) -> Iterator[Postbox]:
    """The mail server, empty; the subject of a reminder is its rung."""
    server.got.clear()
    server.answers.clear()
    said = replace(
        KINDS["reminder"], render=lambda _connection, row, _now: Mail(f"rung {row.rung}", "renew")
    )
    monkeypatch.setitem(KINDS, "reminder", said)
    with set_up(mail_settings(server), tmp_path):
        yield server


@pytest.fixture
def clock() -> Clock:
    """Stands at TEN until a test moves `clock.at`."""

    def tell() -> datetime:
        return tell.at

    tell.at = TEN
    return tell
