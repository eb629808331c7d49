from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.business_days import add_business_days, latest_start
from rules.day_numbers import day_number, moment

MOMENTS = st.floats(min_value=10_000, max_value=40_000)


def june(day: int, hour: int = 0) -> datetime:
    """June 2026 began on a Monday."""
    return datetime(2026, 6, day, hour, tzinfo=UTC)


def seven_later(start: datetime) -> datetime:
    return moment(float(add_business_days(day_number(start), 7)))


@pytest.mark.parametrize(
    ("due", "cancelled"),
    [
        (june(1, 15), june(10, 15)),  # Monday: Wednesday of the next week
        (june(3, 15), june(12, 15)),  # Wednesday: Friday of the next week
        (june(4, 15), june(15, 15)),  # Thursday: over two weekends
        (june(5, 15), june(16, 15)),
        (june(6, 15), june(17)),  # Saturday and Sunday count from Monday
        (june(7, 23), june(17)),
        (june(8), june(17)),
    ],
)
def test_seven_business_days_pass_over_weekends(due, cancelled):
    assert seven_later(due) == cancelled


def test_seven_business_days_take_nine_to_eleven_calendar_days():
    starts = np.arange(20_000, 20_028, 1 / 24)
    taken = add_business_days(starts, 7) - starts
    assert (taken.min(), taken.max()) == (9, 11)


@given(MOMENTS, st.integers(0, 15))
def test_what_is_due_by_the_latest_start_is_over_and_nothing_later(now, business_days):
    start = latest_start(now, business_days)
    assert add_business_days(start, business_days) <= now + 1e-9
    assert add_business_days(start + 0.001, business_days) > now - 1e-9


@given(MOMENTS, MOMENTS)
def test_a_later_ship_by_is_never_cancelled_earlier(one, other):
    earlier, later = sorted((one, other))
    assert add_business_days(earlier, 7) <= add_business_days(later, 7)


def test_the_calendar_agrees_with_numpys():
    dates = np.arange("2026-01-01", "2027-01-01", dtype="datetime64[D]")
    expected = np.busday_offset(dates, 7, roll="backward") + 1
    # The end of a ship-by date is the midnight after it.
    computed = add_business_days(dates.astype("int64") + 1.0, 7)
    assert np.array_equal(computed, expected.astype("int64"))


@pytest.mark.parametrize("day", [5, 6, 7, 8])
def test_no_business_days_have_passed_at_once_on_a_weekend_too(day):
    now = day_number(june(day, 15))
    assert add_business_days(now, 0) == now
    assert latest_start(now, 0) == now
