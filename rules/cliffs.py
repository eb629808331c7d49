"""Cliffs: days on which so many authorizations expire that the team should know beforehand."""

from collections.abc import Sequence
from datetime import date
from statistics import median

AT_LEAST = 10
TIMES_MEDIAN = 5.0
MOST = 5


def cliff_days(days: Sequence[date], accounts: Sequence[int]) -> list[date]:
    """The days with at least AT_LEAST accounts and TIMES_MEDIAN times the median of the days that
    have any; MOST of them, the largest kept, in the order of the calendar."""
    if not days:
        return []
    high = max(AT_LEAST, TIMES_MEDIAN * median(accounts))
    found = [(n, day) for day, n in zip(days, accounts, strict=True) if n >= high]
    return sorted(day for _, day in sorted(found, reverse=True)[:MOST])
