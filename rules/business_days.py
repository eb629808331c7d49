"""Business days, Monday to Friday in UTC, as a clock that stands still at the weekend.

"Seven business days after ship-by" is then plain addition on that clock: a ship-by of Friday 15:00
ends on Tuesday 15:00 of the week after next, one of Saturday or Sunday ends with that Tuesday.
Public holidays are not known here, so a deadline near one comes a little early.
"""

import numpy as np
from numpy.typing import ArrayLike

from rules.day_numbers import Floats

_BUSINESS_DAYS = 5
_WEEK = 7
# Day number 0 was a Thursday; the Monday of that week lies three days before it.
_FIRST_MONDAY = -3


def add_business_days(moments: ArrayLike, business_days: float) -> Floats:
    """The earliest moment at which so many business days have passed since `moments`.

    Both are day numbers (rules.day_numbers). NaN stays NaN. Nine to eleven calendar days later
    for seven business days; of none it is the moment itself, also on a weekend.
    """
    clock = _business_clock(moments) + business_days
    week = np.ceil(clock / _BUSINESS_DAYS) - 1
    return np.maximum(_FIRST_MONDAY + week * _WEEK + (clock - week * _BUSINESS_DAYS), moments)


def latest_start(moments: ArrayLike, business_days: float) -> Floats:
    """The latest moment from which so many business days have passed by `moments`.

    The inverse of `add_business_days`: everything due up to the answer is over by `moments`,
    nothing later is. On a weekend or just before a Monday the answer includes the whole weekend
    that the clock skipped.
    """
    clock = _business_clock(moments) - business_days
    week = np.floor(clock / _BUSINESS_DAYS)
    return np.minimum(_FIRST_MONDAY + week * _WEEK + (clock - week * _BUSINESS_DAYS), moments)


def _business_clock(moments: ArrayLike) -> Floats:
    since_monday = np.asarray(moments, dtype=np.float64) - _FIRST_MONDAY
    week = np.floor(since_monday / _WEEK)
    return week * _BUSINESS_DAYS + np.minimum(since_monday - week * _WEEK, _BUSINESS_DAYS)
