"""The list gives every account once, in the order asked for, whatever the page size."""

import base64
import json
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data_access import demo, rollup
from data_access.account_list import (
    LAST,
    account_page,
    every_account,
    every_page,
)
from data_access.account_order import BadCursor, Position
from data_access.account_rows import facts
from data_access.database import writing
from data_access.schema import authorization
from data_access.sources.translate import LONGEST_NAME
from rules.account_filter import SORTS, AccountFilter
from rules.authorization import Status, status
from tests.accounts import rows

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 8, tzinfo=BERLIN)


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_shows_every_account_once(demo_database, now, sort):
    frames = every_account(AccountFilter(sort=sort), now, of=demo_database, batch=7)
    ids = [i for frame in frames for i in frame["id"]]
    assert sorted(ids) == sorted(row.id for row in rows(demo_database, authorization))


@pytest.mark.parametrize("sort", SORTS)
def test_going_back_shows_the_same_pages(demo_database, now, sort):
    wanted = AccountFilter(sort=sort)
    pages = [account_page(wanted, now, size=40, of=demo_database)]
    while pages[-1].after:
        pages.append(account_page(wanted, now, pages[-1].after, 40, of=demo_database))
    assert pages[0].before is None
    for number in range(len(pages) - 1, 0, -1):
        back = account_page(wanted, now, pages[number].before, 40, of=demo_database)
        assert list(back.rows["id"]) == list(pages[number - 1].rows["id"])


@pytest.mark.parametrize("sort", SORTS)
def test_the_last_page_ends_the_list_and_the_one_before_it_goes_on_from_there(
    demo_database, now, sort
):
    wanted = AccountFilter(sort=sort)
    frames = every_account(wanted, now, of=demo_database)
    everything = [i for frame in frames for i in frame["id"]]
    last = account_page(wanted, now, LAST, 40, of=demo_database)
    assert last.after is None
    assert list(last.rows["id"]) == everything[-40:]
    before = account_page(wanted, now, last.before, 40, of=demo_database)
    assert list(before.rows["id"]) == everything[-80:-40]
    again = account_page(wanted, now, before.after, 40, of=demo_database)
    assert list(again.rows["id"]) == everything[-40:]


def test_the_last_page_of_few_or_none_is_the_first(demo_database, now):
    for wanted in (AccountFilter(statuses=(Status.PAUSED,)), AccountFilter(text="nobody at all")):
        first = account_page(wanted, now, size=200, of=demo_database)
        last = account_page(wanted, now, LAST, 200, of=demo_database)
        assert list(last.rows["id"]) == list(first.rows["id"])
        assert (last.before, last.after) == (None, None)


def test_urgent_first_is_expired_by_what_they_lose_then_refused_then_by_expiry(demo_database, now):
    frames = list(every_account(AccountFilter(), now, of=demo_database))
    rows = [row for frame in frames for row in frame.itertuples()]
    kinds = [row.status for row in rows]
    expired = [row for row in rows if row.status == "expired"]
    assert kinds[: len(expired)] == ["expired"] * len(expired)
    values = [row.daily_value for row in expired]
    assert values == sorted(values, reverse=True)
    refused = kinds.count("refused")
    assert kinds[len(expired) : len(expired) + refused] == ["refused"] * refused
    upcoming = [r.expires_at for r in rows if r.status in ("expiring", "active", "verifying")]
    assert upcoming == sorted(upcoming)


@pytest.mark.parametrize("zone", [BERLIN, ZoneInfo("America/Los_Angeles")])
@pytest.mark.parametrize("wanted_status", list(Status))
def test_the_status_filter_is_the_rule(demo_database, now, wanted_status, zone):
    for days in (-200, 0, 1, 45):
        as_of = (now + timedelta(days=days)).astimezone(zone)
        frames = every_account(AccountFilter(statuses=(wanted_status,)), as_of, of=demo_database)
        shown = {i for frame in frames for i in frame["id"]}
        meant = {
            row.id
            for row in rows(demo_database, authorization)
            if status(facts(row), as_of) is wanted_status
        }
        assert shown == meant


def test_a_new_account_shifts_no_page(database, now):
    demo.fill(60, 3, now, of=database)
    wanted = AccountFilter(sort="name")
    first = account_page(wanted, now, size=20, of=database)
    second = account_page(wanted, now, first.after, 20, of=database)
    with database.begin() as connection:
        connection.execute(
            authorization.update()
            .where(authorization.c.id == int(second.rows["id"].iloc[-1]))
            .values(seller_sort="")
        )
    again = account_page(wanted, now, first.after, 20, of=database)
    assert list(again.rows["id"][:19]) == list(second.rows["id"][:19])


@pytest.mark.parametrize("letter", ["x", "株", "😀", '"', "\x01"])
def test_the_longest_names_that_come_in_have_pages(database, now, letter):
    demo.fill(5, 3, now, of=database)
    with database.begin() as connection:
        longest = letter * (LONGEST_NAME // len(letter.encode()))
        connection.execute(authorization.update().values(seller_sort=longest))
    pages = every_page(AccountFilter(sort="name"), now, of=database, batch=2)
    assert len({account.id for page in pages for account in page.accounts}) == 5


def test_an_account_that_is_renewed_while_all_are_gone_through_comes_once(database, now):
    demo.fill(60, 3, now, of=database)
    pages = every_page(AccountFilter(sort="expiry"), now, of=database, batch=20)
    first = next(pages).accounts
    renewed = [account.id for account in first if account.expires_at is not None]
    with writing(database) as connection, rollup.kept(connection, renewed):
        connection.execute(
            authorization.update()
            .where(authorization.c.id.in_(renewed))
            .values(granted_at=now, expires_at=now + timedelta(days=365))
        )
    all_of_them = first + [account for page in pages for account in page.accounts]
    assert len(renewed) == 20
    assert sorted(account.id for account in all_of_them) == list(range(1, 61))


def test_an_account_that_moves_forward_while_all_are_gone_through_is_not_passed_by(database, now):
    demo.fill(60, 3, now, of=database)
    pages = every_page(AccountFilter(sort="-expiry"), now, of=database, batch=20)
    first = next(pages).accounts
    renewed = [i for i in range(1, 61) if i not in {account.id for account in first}]
    with writing(database) as connection, rollup.kept(connection, renewed):
        connection.execute(
            authorization.update()
            .where(authorization.c.id.in_(renewed))
            .values(granted_at=now, expires_at=now + timedelta(days=365), paused=False)
        )
    rest = [account for page in pages for account in page.accounts]
    assert sorted(account.id for account in rest) == renewed
    assert {account.expires_at for account in rest} == {now + timedelta(days=365)}


def test_a_number_is_no_moment_in_a_cursor():
    with pytest.raises(BadCursor):
        Position(0, 1_795_000_000.0, 1, False).bound(authorization.c.expires_at)


@given(st.text(max_size=300))
def test_a_cursor_that_is_none_of_ours_is_refused(text):
    with pytest.raises(BadCursor):
        position = Position.read(text, 3)
        position.bound(authorization.c.expires_at)


ANY_VALUE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.datetimes().map(str),
)


@given(
    st.one_of(
        ANY_VALUE,
        st.lists(ANY_VALUE, max_size=5),
        st.tuples(st.integers(0, 4), ANY_VALUE, st.one_of(st.just(1), ANY_VALUE), st.just(0)),
    )
)
@example(4)
@example([0, float("inf"), 1, 0])
@example([0, 2**64, 1, 0])
@example([0, "2026-11-25 08:00:00", 1, 0])
@example([0, "0001-01-01T00:00:00+23:00", 1, 0])
@example([0, "\0", 1, 0])
@example([0, "\ud800", 1, 0])
@example([0, None, False, False])
def test_a_cursor_of_any_content_gives_a_page_or_is_refused(demo_database, content):
    cursor = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    for sort in ("urgency", "expiry", "name", "-value"):
        with suppress(BadCursor):
            account_page(AccountFilter(sort=sort), NOW, cursor, of=demo_database)
