"""On PostgreSQL an event can be seen after one with a higher number: nothing of it is missed."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, delete, insert, update

from data_access import case_batches, column_reading, demo, history, news
from data_access.account_detail import version
from data_access.database import writing
from data_access.held_columns import HeldColumns
from data_access.history import add_event
from data_access.news import news_since
from data_access.schema import authorization, event
from data_access.sync_profiles import sync_columns
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


def test_what_was_worked_out_from_the_accounts_hears_of_it(twenty):
    known = version(twenty)
    with writing(twenty) as slow:
        pause(slow, 7)
        with writing(twenty) as quick:
            pause(quick, 8)
        first = version(twenty)
    assert len({known, first, version(twenty)}) == 3


def test_a_renewal_that_is_seen_between_two_looks_is_told_of_once(twenty, monkeypatch):
    known = news_since(None, twenty)
    with writing(twenty) as connection:
        add_event(connection, "granted", 7, NOW)
        add_event(connection, "granted", 8, NOW)
        last = history.last_event(connection)
    # The first of them was still open when it was looked where we are.
    then = (last, ((last - 1, last - 1),), *known.version[2:])
    monkeypatch.setattr(news, "latest_version", lambda of: then)
    first = news_since(known.version, twenty)
    monkeypatch.undo()
    second = news_since(first.version, twenty)
    told = [[each.account_id for each in seen.renewals] for seen in (first, second)]
    assert told == [[8], [7]]


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


def test_held_columns_read_only_the_account_of_it_again(twenty, monkeypatch):
    monkeypatch.setattr(column_reading, "MOST_CHANGED", 3)
    held = HeldColumns(behind=lambda work: pytest.fail("all were read again"))
    read_again: list[Sequence[int] | None] = []

    def noted(*asked, among=None):
        read_again.append(among)
        return sync_columns(*asked, **({} if among is None else {"among": among}))

    monkeypatch.setattr(column_reading, "sync_columns", noted)

    def look() -> None:
        held.reading(AccountFilter(), NOW, DEFAULT_BANDS, twenty)

    with writing(twenty) as connection:
        for account in range(9, 15):
            pause(connection, account)
    look()
    with writing(twenty) as slow:
        pause(slow, 7)
        with writing(twenty) as quick:
            pause(quick, 8)
        look()
    look()
    look()
    assert read_again == [None, (8,), (7,)]


def test_the_agent_is_told_of_a_renewal_whose_event_comes_late(twenty):
    def renew(connection, account: int) -> None:
        add_event(connection, "renewed", account, NOW, actor=f"agent {account}")

    def told(known):
        news = news_since(known.version, twenty)
        return news, [each.agent for each in news.renewals]

    with writing(twenty) as connection:
        renew(connection, 9)
    known = news_since(None, twenty)
    with writing(twenty) as slow:
        renew(slow, 7)
        with writing(twenty) as quick:
            renew(quick, 8)
        known, agents = told(known)
        assert agents == ["agent 8"]
    known, agents = told(known)
    assert agents == ["agent 7"]
    assert told(known)[1] == []


def test_only_numbers_shortly_before_the_last_one_are_looked_through(twenty, monkeypatch):
    with writing(twenty) as connection:
        for account in range(1, 9):
            add_event(connection, "changed", account, NOW)
        last = history.last_event(connection)
        connection.execute(delete(event).where(event.c.id.in_([last - 6, last - 3, last - 2])))
        for far, open_ones in (
            (9, ((last - 6, last - 6), (last - 3, last - 2))),
            (6, ((last - 3, last - 2),)),
            (3, ((last - 2, last - 2),)),
            (2, ()),
        ):
            monkeypatch.setattr(history, "RECENT", far)
            assert history.open_numbers(connection, last) == open_ones
