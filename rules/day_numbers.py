"""Moments as plain numbers: days since 1970-01-01 00:00 UTC, fractions included.

The arithmetic of a lapse is all differences and sums of moments. On float64 columns that is fast
and NaN means "no such moment"; a day number of this century is exact to less than a microsecond.
"""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SECONDS_PER_DAY = 86_400
_MICROSECONDS_PER_DAY = SECONDS_PER_DAY * 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_DAY = float((datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH).days)
"""The last day that every zone can say."""


def day_number(moment: datetime) -> float:
    """Days from 1970-01-01 UTC to one timezone-aware moment; ValueError when it has no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone, {moment!r} has none")
    return (moment - _EPOCH).total_seconds() / SECONDS_PER_DAY


def day_numbers(moments: ArrayLike | pd.Series | datetime) -> Floats:
    """Days from 1970-01-01 UTC for a column of UTC timestamps; NaN where there is none (NaT).

    Takes a timezone-aware Series or index, an array of datetime64 (read as UTC), a single aware
    datetime, or an array of numbers, which is passed through as day numbers.
    """
    if isinstance(moments, datetime) and not isinstance(moments, type(pd.NaT)):
        return np.array([day_number(moments)])
    values = moments if hasattr(moments, "dtype") else pd.Series(moments)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return np.asarray(values, dtype=np.float64)
    if values.dtype == object:
        values = pd.to_datetime(pd.Series(values), utc=True)
    stamps = (
        values if isinstance(values, np.ndarray) else values.to_numpy(dtype="datetime64[us]")
    ).astype("datetime64[us]")
    numbers = stamps.view("int64") / _MICROSECONDS_PER_DAY
    numbers[np.isnat(stamps)] = np.nan
    return numbers


def timestamps(numbers: ArrayLike) -> pd.DatetimeIndex:
    """Day numbers as UTC timestamps, rounded to the second; NaT for NaN and for "never" (inf).

    What lies beyond the calendar, as the end of a work of ten thousand years, is its last day.
    """
    days = np.asarray(numbers, dtype=np.float64)
    known = np.isfinite(days)
    days = np.minimum(days, LAST_DAY)
    seconds = np.rint(np.where(known, days, 0.0) * SECONDS_PER_DAY).astype("int64")
    stamps = seconds.astype("datetime64[s]")
    stamps[~known] = np.datetime64("NaT")
    return pd.DatetimeIndex(stamps).tz_localize("UTC")


def moment(number: float) -> datetime | None:
    """One day number as an aware datetime, rounded to the second; None for NaN and inf."""
    stamp = timestamps([number])[0]
    return None if stamp is pd.NaT else stamp.to_pydatetime()
