"""Columns that are held stay those of the token database."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from data_access import casework, column_reading, demo, held_columns, schema, sync_profiles
from data_access.database import DatabaseAway, writing
from data_access.held_columns import (
    LEAST_ROWS,
    MOST_ROWS,
    NOTICED,
    SHARE,
    HeldColumns,
)
from data_access.history import add_event
from rules.account_filter import AccountFilter
from rules.acts import Actor, Role
from rules.authorization import DEFAULT_BANDS, Status
from tests.conftest import NOW
from tests.emptying import empty

ALL = AccountFilter()
INDIVIDUAL = AccountFilter(plans=("individual",))
ANNA = Actor("anna", Role.AGENT)


@dataclass
class Watched:
    """HeldColumns whose clock stands still but for `takes` seconds each time that all are read.

    asked  what was read: None for all, else the numbers of some accounts
    later  what it left to be done behind the scenes
    """

    takes: float = 0.0
    now: float = 1_000.0
    asked: list = field(default_factory=list)
    later: list = field(default_factory=list)

    def __post_init__(self):
        self.held = HeldColumns(lambda: self.now, self.later.append)

    def columns(self, engine, wanted=ALL):
        return self.held.reading(wanted, NOW, DEFAULT_BANDS, engine).columns


@pytest.fixture
def watched(monkeypatch):
    """Nothing is held, and what is read is written down."""
    made = Watched()

    def read(*args, among=None, **kwargs):
        made.asked.append(among)
        if among is None:
            made.now += made.takes
        return sync_profiles.sync_columns(*args, among=among, **kwargs)

    monkeypatch.setattr(column_reading, "sync_columns", read)
    return made


@pytest.fixture
def few(database):
    """Twenty demo accounts that a test may change."""
    demo.fill(20, 4, NOW, of=database)
    return database


def change(engine, account, kind="renewed", table=schema.authorization, **values):
    """Makes an account different, and says so unless `kind` is empty."""
    number = table.c.get("id", table.c.get("authorization_id"))
    with writing(engine) as connection:
        if values:
            connection.execute(update(table).where(number == account).values(**values))
        if kind:
            add_event(connection, kind, account, NOW)


def assert_true(held, engine, wanted=ALL):
    """They are what a fresh reading says."""
    fresh = sync_profiles.sync_columns(wanted, NOW, DEFAULT_BANDS, engine)
    np.testing.assert_array_equal(held.ids, fresh.ids)
    for name in fresh.profile:
        np.testing.assert_array_equal(held.profile[name], fresh.profile[name])
    for mine, theirs in ((held.moments, fresh.moments), (held.others, fresh.others)):
        assert mine.keys() == theirs.keys()
        for name, values in theirs.items():
            np.testing.assert_array_equal(mine[name], values)
            assert mine[name].dtype == values.dtype


def test_they_are_read_once_for_all_who_look(few, watched):
    first = watched.held.reading(ALL, NOW, DEFAULT_BANDS, few)
    later = NOW + timedelta(hours=1)
    in_another_order = replace(ALL, sort="name")
    assert watched.held.reading(in_another_order, later, DEFAULT_BANDS, few) is first
    assert watched.asked == [None]
    assert_true(first.columns, few)


def test_an_account_that_an_event_is_about_is_read_again_by_itself(few, watched):
    before = watched.held.reading(ALL, NOW, DEFAULT_BANDS, few)
    change(few, 7, granted_at=NOW, expires_at=NOW + timedelta(days=365))
    after = watched.held.reading(ALL, NOW, DEFAULT_BANDS, few)
    assert watched.asked == [None, (7,)]
    assert after.version != before.version
    assert_true(after.columns, few)
    # Whoever still draws from the earlier ones draws what was.
    assert before.columns.moments["expires_at"][6] != after.columns.moments["expires_at"][6]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(
            st.integers(1, 20), st.sampled_from(["professional", "individual"]), st.booleans()
        ),
        max_size=6,
    )
)
def test_they_are_true_after_any_changes(few, watched, changes):
    for wanted in (ALL, INDIVIDUAL, AccountFilter(statuses=(Status.PAUSED,))):
        watched.columns(few, wanted)
    for account, plan, paused in changes:
        change(few, account, plan=plan, paused=paused)
        assert_true(watched.columns(few, INDIVIDUAL), few, INDIVIDUAL)
    for wanted in (ALL, AccountFilter(statuses=(Status.PAUSED,))):
        assert_true(watched.columns(few, wanted), few, wanted)


def test_accounts_that_are_new_come_in_between(few, watched):
    with writing(few) as connection:
        connection.execute(update(schema.authorization).values(plan="professional"))
    assert len(watched.columns(few, INDIVIDUAL)) == 0
    for account in (9, 3, 5):
        change(few, account, plan="individual")
        assert_true(watched.columns(few, INDIVIDUAL), few, INDIVIDUAL)
    assert watched.columns(few, INDIVIDUAL).ids.tolist() == [3, 5, 9]


def test_what_no_event_tells_is_seen_when_all_are_read_again(few, watched):
    watched.takes = NOTICED / 5
    watched.columns(few)
    change(few, 3, kind="", table=schema.sync_profile, orders_per_day=77.0)
    watched.now += SHARE * watched.takes - 1
    watched.columns(few)
    assert watched.asked == [None]
    watched.now += 2
    assert_true(watched.columns(few), few)
    assert watched.asked == [None, None]


def test_nobody_waits_for_what_takes_long_to_read_again(few, watched):
    watched.takes = NOTICED * 2
    watched.columns(few)
    change(few, 3, kind="", table=schema.sync_profile, orders_per_day=77.0)
    watched.now += SHARE * watched.takes * 1.5
    change(few, 4, paused=True)
    for _ in range(2):
        served = watched.columns(few)
        assert served.profile["orders_per_day"][2] != 77 and served.others["paused"][3]
    [again] = watched.later
    again()
    assert_true(watched.columns(few), few)
    assert watched.asked == [None, (4,), None]


def test_what_is_read_again_and_says_the_same_is_the_same(few, watched):
    watched.takes = NOTICED / 5
    first = watched.held.reading(ALL, NOW, DEFAULT_BANDS, few)
    for _ in range(2):
        watched.now += SHARE * watched.takes * 2
        with writing(few) as connection:
            add_event(connection, "link_made", 5, NOW)
        again = watched.held.reading(ALL, NOW, DEFAULT_BANDS, few)
        assert again.version == first.version and again.columns is first.columns
    change(few, 6, kind="link_made")
    assert watched.held.reading(ALL, NOW, DEFAULT_BANDS, few).version == first.version
    assert watched.asked == [None, None, None, (6,)]


def test_nothing_is_read_again_while_nobody_writes(few, watched):
    watched.takes = NOTICED / 5
    first = watched.held.reading(ALL, NOW, DEFAULT_BANDS, few)
    watched.now += SHARE * watched.takes * 5
    assert watched.held.reading(ALL, NOW, DEFAULT_BANDS, few) is first
    assert watched.asked == [None]


def test_what_is_older_than_that_is_waited_for(few, watched):
    watched.takes = NOTICED * 2
    watched.columns(few)
    change(few, 3, kind="", table=schema.sync_profile, orders_per_day=77.0)
    watched.now += SHARE * watched.takes * 2.5
    assert_true(watched.columns(few), few)
    assert watched.asked == [None, None] and not watched.later


def test_after_a_run_of_a_source_all_are_read_again(few, watched):
    # Its events may have numbers below those that others wrote while it ran.
    watched.columns(few)
    with writing(few) as connection:
        run = {"source": "shop", "started_at": NOW}
        number = connection.execute(insert(schema.source_run), run).inserted_primary_key[0]
    watched.columns(few)
    assert watched.asked == [None]
    change(few, 3, kind="", paused=True)
    with writing(few) as connection:
        ended = update(schema.source_run).where(schema.source_run.c.id == number)
        connection.execute(ended.values(finished_at=NOW))
    for _ in range(2):
        assert_true(watched.columns(few), few)
    assert watched.asked == [None, None]


def test_what_could_not_be_read_again_is_tried_again(few, watched, monkeypatch):
    watched.takes = NOTICED * 2
    first = watched.columns(few)
    watched.now += SHARE * watched.takes * 1.5
    change(few, 3, kind="", table=schema.sync_profile, orders_per_day=77.0)

    def away(*_, **__):
        raise DatabaseAway("gone")

    watched.columns(few)
    with monkeypatch.context() as broken:
        broken.setattr(column_reading, "sync_columns", away)
        watched.later.pop()()
    assert watched.columns(few) is first
    assert len(watched.later) == 1


def test_whoever_waited_for_a_reading_hears_of_what_happened_meanwhile(few, watched):
    begun_before = watched.held.reading(ALL, NOW, DEFAULT_BANDS, few)
    (key,) = watched.held._all
    change(few, 3, paused=True)

    class Busy(held_columns._Held):
        """Somebody is at it, and has it when the lock is free."""

        class Lock:
            def __enter__(self):
                held.reading = begun_before

            def __exit__(self, *_):
                pass

    held = Busy(lock=Busy.Lock())
    watched.held._all[key] = held
    assert_true(watched.columns(few), few)
    assert watched.asked == [None, (3,)]


def test_where_no_thread_can_be_started_the_next_look_tries_again(few, watched, monkeypatch):
    watched.takes = NOTICED * 2
    first = watched.columns(few)
    watched.now += SHARE * watched.takes * 1.5
    change(few, 3, kind="", table=schema.sync_profile, orders_per_day=77.0)

    def none_left(_work):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as crowded:
        crowded.setattr(watched.held, "_behind", none_left)
        assert watched.columns(few) is first
    assert watched.columns(few) is first
    assert len(watched.later) == 1


def test_when_many_have_changed_all_are_read(few, watched, monkeypatch):
    monkeypatch.setattr(column_reading, "MOST_CHANGED", 2)
    watched.columns(few)
    for account in (1, 2, 3):
        change(few, account, paused=True)
    assert_true(watched.columns(few), few)
    assert watched.asked == [None, None]


def test_casework_counts_for_those_who_ask_for_it_alone(few, watched):
    mine = AccountFilter(owners=("anna",))
    assert len(watched.columns(few, mine)) == 0
    watched.columns(few)
    casework.assign(ANNA, [6], "anna", NOW, of=few)
    assert watched.columns(few, mine).ids.tolist() == [6]
    watched.columns(few)
    assert watched.asked == [None, None, (6,)]


def test_an_event_about_no_account_changes_nothing(few, watched):
    first = watched.held.reading(ALL, NOW, DEFAULT_BANDS, few)
    with writing(few) as connection:
        add_event(connection, "exported", None, NOW)
    assert watched.held.reading(ALL, NOW, DEFAULT_BANDS, few).version == first.version
    assert watched.asked == [None]


def test_an_event_about_an_account_that_is_not_meant_changes_nothing(few, watched):
    for account in range(1, 21):
        change(few, account, plan="individual" if account < 5 else "professional")
    first = watched.held.reading(INDIVIDUAL, NOW, DEFAULT_BANDS, few)
    change(few, 9, paused=True)
    assert watched.held.reading(INDIVIDUAL, NOW, DEFAULT_BANDS, few).version == first.version


def test_another_database_in_its_place_is_read(few, watched):
    watched.columns(few)
    empty(few)
    assert len(watched.columns(few)) == 0


def test_no_more_rows_are_held_than_may_be(few, watched, monkeypatch):
    monkeypatch.setattr(held_columns, "LEAST_ROWS", 1)
    watched.held = HeldColumns(lambda: watched.now, watched.later.append, most_rows=25)
    others = AccountFilter(plans=("individual", "professional"))
    for wanted in (ALL, others, others, ALL):
        watched.columns(few, wanted)
    assert watched.asked == [None, None, None]
    alone = HeldColumns(lambda: watched.now, watched.later.append, most_rows=5)
    first = alone.reading(ALL, NOW, DEFAULT_BANDS, few)
    assert alone.reading(ALL, NOW, DEFAULT_BANDS, few) is first


def test_not_too_many_readings_are_held_however_few_rows_they_have(few, watched):
    for day in range(150):
        watched.columns(few, AccountFilter(text=f"nobody {day}"))
    assert len(watched.held._all) == MOST_ROWS // LEAST_ROWS
