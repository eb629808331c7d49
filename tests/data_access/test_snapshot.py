"""What is shared for half a minute is exact: the first commit ends it, whoever makes it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import update

from data_access import demo
from data_access.database import make_engine, writing
from data_access.overview import overview
from data_access.schema import authorization
from data_access.snapshot import HOLDS_FOR, Snapshot, snapshot
from data_access.timeline import timeline
from rules.account_filter import AccountFilter
from rules.authorization import Status
from tests.conftest import NOW

ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "Pacific/Auckland", "UTC")]


def change_something(engine) -> None:
    """A commit as another process makes it."""
    with writing(engine) as connection:
        connection.execute(update(authorization).values(paused=~authorization.c.paused))


@pytest.fixture
def few(database):
    """Twenty demo accounts that a test may change."""
    demo.fill(20, 4, NOW, of=database)
    return database


def test_it_holds_for_some_seconds_and_no_longer(few):
    with time_machine.travel(NOW, tick=False) as clock:
        first = snapshot(few)
        assert first.as_of == NOW
        clock.shift(HOLDS_FOR - timedelta.resolution)
        assert snapshot(few) is first
        clock.shift(timedelta.resolution)
        second = snapshot(few)
        assert second.as_of == NOW + HOLDS_FOR
        # A clock that was set back must not hold it for hours.
        clock.move_to(NOW)
        assert snapshot(few).as_of == NOW


def test_a_commit_ends_it_at_once_and_lies_before_the_next(few):
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(3):
            before = snapshot(few)
            clock.shift(timedelta(seconds=1))
            change_something(few)
            after = snapshot(few)
            assert after is not before
            assert after.as_of == before.as_of + timedelta(seconds=1)
            assert snapshot(few) is after


def test_what_is_only_read_ends_nothing(few):
    with time_machine.travel(NOW, tick=False):
        before = snapshot(few)
        overview(AccountFilter(), NOW, of=few)
        assert snapshot(few) is before


def test_two_databases_share_nothing(few, tmp_path):
    assert snapshot(few) is not snapshot(make_engine(f"sqlite:///{tmp_path / 'other.sqlite'}"))


def test_without_a_database_nothing_is_shared_and_nothing_breaks(tmp_path):
    missing = make_engine(f"sqlite:///{tmp_path / 'missing.sqlite'}")
    assert snapshot(missing) is not snapshot(missing)


def test_what_was_found_is_not_looked_for_again_and_a_failure_is():
    shared, asked = Snapshot(NOW), []

    def find() -> int:
        asked.append(1)
        if len(asked) == 1:
            raise LookupError
        return 7

    with pytest.raises(LookupError):
        shared.once("this", find)
    assert [shared.once("this", find) for _ in range(3)] == [7, 7, 7]
    assert len(asked) == 2


@pytest.mark.parametrize(
    "wanted",
    [
        AccountFilter(),
        AccountFilter(within=30),
        AccountFilter(statuses=(Status.EXPIRED,), sort="name"),
        AccountFilter(regions=("EU",)),
        AccountFilter(text="gmbh"),
    ],
    ids=lambda wanted: wanted.sentence(),
)
def test_counts_that_are_shared_are_those_that_are_counted_anew(demo_database, wanted):
    shared = Snapshot(NOW)
    for _ in range(2):
        for zone in ZONES:
            as_of = NOW.astimezone(zone)
            counted = overview(wanted, as_of, of=demo_database, shared=shared)
            assert counted == overview(wanted, as_of, of=demo_database)
            for by_day in (False, True):
                drawn = timeline(wanted, as_of, by_day, of=demo_database, shared=shared)
                assert drawn == timeline(wanted, as_of, by_day, of=demo_database)
