"""A digest is due once each working morning, against a plain loop."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.digests import Mornings

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = frozenset(range(5))
CHRISTMAS = {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)}
TEAM = Mornings(7, WEEKDAYS, CHRISTMAS.__contains__)


def berlin(*at: int) -> datetime:
    return datetime(*at, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (berlin(2026, 11, 23, 6, 59), None),
        (berlin(2026, 11, 23, 7), date(2026, 11, 23)),
        (berlin(2026, 11, 23, 23, 59), date(2026, 11, 23)),
        (berlin(2026, 11, 22, 9), None),
        (berlin(2026, 12, 25, 9), None),
    ],
)
def test_it_is_due_from_its_hour_on_until_a_working_day_is_over(at, due):
    assert TEAM.due(at) == due


def test_after_a_free_day_the_last_one_was_due_on_the_working_day_before():
    assert TEAM.last(berlin(2026, 12, 27, 12)) == berlin(2026, 12, 24, 7)
    assert TEAM.last(berlin(2026, 11, 24, 6)) == berlin(2026, 11, 23, 7)


def test_a_team_that_never_works_has_no_morning():
    assert Mornings(7, WEEKDAYS, lambda _: True).last(berlin(2026, 11, 24, 6)) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(BERLIN)),
    st.integers(0, 23),
    st.frozensets(st.integers(0, 6), min_size=1),
)
def test_the_last_morning_is_the_latest_moment_that_a_walk_backwards_finds(at, hour, weekdays):
    team = Mornings(hour, weekdays, CHRISTMAS.__contains__)
    day = at.date()
    while (
        day.weekday() not in weekdays or day in CHRISTMAS or (day == at.date() and at.hour < hour)
    ):
        day -= timedelta(days=1)
    found = team.last(at)
    assert found is not None and (found.date(), found.hour, found.minute) == (day, hour, 0)
    assert (team.due(at) is not None) == (day == at.date())


def test_utc_and_the_team_s_clock_may_stand_on_different_days():
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    midnight = Mornings(0, WEEKDAYS)
    assert midnight.due(late) is None
    assert midnight.due(late.astimezone(BERLIN)) == date(2026, 11, 23)
