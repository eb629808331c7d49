from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from rules.day_numbers import LAST_DAY, day_number, day_numbers, moment, timestamps

NOON = datetime(1970, 1, 2, 12, tzinfo=UTC)


def test_a_moment_is_the_days_since_1970():
    assert day_number(NOON) == 1.5
    assert moment(1.5) == NOON


def test_the_zone_of_a_moment_does_not_matter():
    assert day_number(NOON.astimezone(timezone(timedelta(hours=-8)))) == 1.5


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_any_resolution_are_read(unit):
    column = pd.Series([NOON, pd.NaT]).dt.as_unit(unit)
    assert np.array_equal(day_numbers(column), [1.5, np.nan], equal_nan=True)
    zoned = column.dt.tz_convert("Europe/Berlin")
    assert np.array_equal(day_numbers(zoned), [1.5, np.nan], equal_nan=True)


def test_lists_arrays_and_single_moments_are_read():
    assert day_numbers([NOON, None])[0] == 1.5
    assert day_numbers(NOON).tolist() == [1.5]
    assert day_numbers(np.array(["1970-01-02T12"], dtype="datetime64[h]")).tolist() == [1.5]
    assert day_numbers(pd.Series([NOON], dtype=object)).tolist() == [1.5]
    assert day_numbers(np.array([1.5])).tolist() == [1.5]


def test_never_and_unknown_are_no_timestamp():
    stamps = timestamps([1.5, np.inf, np.nan])
    assert stamps[0] == NOON
    assert stamps[1:].isna().all()
    assert moment(np.inf) is None


def test_moments_there_and_back_are_the_same_to_the_second():
    whole_seconds = pd.date_range("2025-01-01", periods=5_000, freq="7919s", tz="UTC")
    assert (timestamps(day_numbers(whole_seconds)) == whole_seconds).all()


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        day_number(datetime(2026, 1, 1))  # noqa: DTZ001


def test_what_lies_beyond_the_calendar_is_its_last_day():
    assert moment(1e7) == datetime(9999, 12, 30, tzinfo=UTC)
    assert timestamps([1e12])[0] == timestamps([LAST_DAY])[0]
    assert moment(np.inf) is None
