"""How long to wait before something that failed is tried again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_

FARTHEST = timedelta(days=1)
"""No next try is so far ahead: what is dated later was written by a clock that was wrong, and must
not wait until that day comes."""


def wait_after(tries: int, waits: Sequence[int]) -> timedelta:
    """The wait after so many tries, at least one. waits: seconds after the first, the second, ...;
    the last one repeats."""
    return timedelta(seconds=waits[min(tries, len(waits)) - 1])


def is_due(next_try: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Whether the moment of a next try has come, less than FARTHEST after it was written."""
    return or_(next_try <= now, next_try > now + FARTHEST)
