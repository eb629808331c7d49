"""On PostgreSQL an event can be seen after one with a higher number: nothing of it is missed."""

import pytest
from sqlalchemy import Engine, insert, update

from data_access import case_batches, demo, history
from data_access.database import writing
from data_access.held_columns import HeldColumns
from data_access.history import add_event
from data_access.news import news_since
from data_access.schema import authorization, event
from rules.account_filter import AccountFilter
from rules.authorization import DEFAULT_BANDS
from tests.conftest import NOW


@pytest.fixture
def twenty(on_postgresql: Engine) -> Engine:
    """Twenty demo accounts."""
    demo.fill(20, 4, NOW, of=on_postgresql)
    return on_postgresql


def pause(connection, account: int) -> None:
    """Changes an account, and says so."""
    number = authorization.c.id == account
    connection.execute(update(authorization).where(number).values(paused=True))
    add_event(connection, "changed", account, NOW)


def test_a_tab_hears_of_it(twenty):
    known = news_since(None, twenty)
    with writing(twenty) as slow:
        pause(slow, 7)
        with writing(twenty) as quick:
            pause(quick, 8)
        first = news_since(known.version, twenty)
    second = news_since(first.version, twenty)
    assert len({known.version, first.version, second.version}) == 3
    assert news_since(second.version, twenty).version == second.version


def test_a_tab_hears_of_it_though_a_batch_of_casework_was_written_meanwhile(twenty):
    noted = {"at": NOW, "kind": "noted", "authorization_id": 8}
    known = news_since(None, twenty)
    with writing(twenty) as slow:
        pause(slow, 7)
        with writing(twenty) as quick:
            quick.execute(insert(event), [noted] * case_batches.BATCH)
        first = news_since(known.version, twenty)
    assert news_since(first.version, twenty).version != first.version


def test_held_columns_take_it_in(twenty):
    held = HeldColumns(behind=lambda work: pytest.fail("all were read again"))

    def paused() -> list[int]:
        columns = held.reading(AccountFilter(), NOW, DEFAULT_BANDS, twenty).columns
        return columns.ids[columns.others["paused"]].tolist()

    of_old = set(paused()) - {7, 8}
    with writing(twenty) as slow:
        pause(slow, 7)
        with writing(twenty) as quick:
            pause(quick, 8)
        assert set(paused()) == of_old | {8}
    assert set(paused()) == of_old | {7, 8}


def test_held_columns_take_it_in_though_a_batch_of_casework_was_written_meanwhile(twenty):
    noted = {"at": NOW, "kind": "noted", "authorization_id": 8}
    held = HeldColumns(behind=lambda work: pytest.fail("all were read again"))
    columns = held.reading(AccountFilter(), NOW, DEFAULT_BANDS, twenty).columns
    assert not columns.others["paused"][columns.ids == 7]
    with writing(twenty) as slow:
        pause(slow, 7)
        with writing(twenty) as quick:
            quick.execute(insert(event), [noted] * case_batches.BATCH)
        held.reading(AccountFilter(), NOW, DEFAULT_BANDS, twenty)
    columns = held.reading(AccountFilter(), NOW, DEFAULT_BANDS, twenty).columns
    assert columns.others["paused"][columns.ids == 7]


def test_numbers_are_counted_shortly_before_the_last_one_only(twenty, monkeypatch):
    monkeypatch.setattr(history, "RECENT", 3)
    with writing(twenty) as connection:
        for account in range(1, 8):
            add_event(connection, "changed", account, NOW)
        last = history.last_event(connection)
        assert history.taken(connection, last) == 3
        assert history.taken(connection, last + 1) == 2
