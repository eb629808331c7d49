"""Cliffs: days on which so many authorizations expire that the team should know beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

AT_LEAST = 10
TIMES_MEDIAN = 5.0
MOST = 5


@dataclass(frozen=True, slots=True)
class Cliff:
    """A day that stands out.

    accounts  how many expire on it
    times     so many times the usual day: the median of the days on which any expires
    """

    day: date
    accounts: int
    times: float


def cliffs(days: Sequence[date], accounts: Sequence[int]) -> list[Cliff]:
    """The days with at least AT_LEAST accounts and TIMES_MEDIAN times the median of the days that
    have any; MOST of them, the largest kept, in the order of the calendar."""
    if not days:
        return []
    usual, high = median(accounts), _high(accounts)
    found = [(n, day) for day, n in zip(days, accounts, strict=True) if n >= high]
    return sorted(
        (Cliff(day, n, n / usual) for n, day in sorted(found, reverse=True)[:MOST]),
        key=lambda cliff: cliff.day,
    )


def near_cliffs(days: Sequence[date], accounts: Sequence[int]) -> set[date]:
    """The days of any zone on which a cliff may be, by the accounts of UTC's days: a day elsewhere
    is parts of two of these, and one of them has half of its accounts."""
    if not days:
        return set()
    half = _high(accounts) / 2
    found = [day for day, n in zip(days, accounts, strict=True) if n >= half]
    return {day + timedelta(days=shift) for day in found for shift in (-1, 0, 1)}


def _high(accounts: Sequence[int]) -> float:
    return max(AT_LEAST, TIMES_MEDIAN * median(accounts))
