"""An opening that the database does not take is counted when it does again."""

import sqlite3
import time
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from data_access import openings, schema
from data_access.database import DatabaseAway, reading
from data_access.openings import Opening, note, write_waiting
from tests.accounts import an_account
from tests.conftest import NOW, migrated


@pytest.fixture
def account(database):
    """An account whose renew page is opened."""
    return an_account(database, NOW)


@pytest.fixture
def away(monkeypatch):
    """Takes the database away until `away.undo()`."""
    openings._waiting.clear()

    @contextmanager
    def refuse(*_, **__):
        raise DatabaseAway("gone")
        yield

    monkeypatch.setattr(openings, "writing", refuse)
    yield monkeypatch
    openings._waiting.clear()


def counted(database) -> list[tuple]:
    """First and last time, and how often."""
    f = schema.funnel_step.c
    with reading(database) as connection:
        return [tuple(row) for row in connection.execute(select(f.first_at, f.last_at, f.times))]


def test_it_is_counted_later_at_the_time_when_it_happened(database, account, away):
    early, late = NOW, NOW + timedelta(minutes=1)
    note(Opening(account, None, early, "anna"), database)
    assert counted(database) == []
    away.undo()
    note(Opening(account, None, late, "anna"), database)
    assert write_waiting(database) == 1
    assert counted(database) == [(early, late, 2)]
    assert write_waiting(database) == 0


def test_none_is_lost_while_the_database_stays_away(database, account, away):
    for minutes in range(3):
        note(Opening(account, None, NOW + timedelta(minutes=minutes), "anna"), database)
    for _ in range(2):
        with pytest.raises(DatabaseAway):
            write_waiting(database)
    away.undo()
    assert write_waiting(database) == 3
    assert counted(database) == [(NOW, NOW + timedelta(minutes=2), 3)]


def test_no_seller_waits_for_another_writer(sqlite_url):
    with migrated(sqlite_url) as engine, closing(sqlite3.connect(engine.url.database)) as other:
        opening = Opening(an_account(engine, NOW), None, NOW, "anna")
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        note(opening, engine)
        assert time.monotonic() - began < 5
        other.rollback()
        assert counted(engine) == []
        assert write_waiting(engine) == 1
        assert counted(engine) == [(NOW, NOW, 1)]
        with reading(engine) as connection:
            patience = connection.scalar(text("PRAGMA busy_timeout"))
        assert patience == 10_000, "others wait as long as before"
