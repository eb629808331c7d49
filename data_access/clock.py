"""The clock. Rules never read it; what is driven by time takes it as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

AHEAD = timedelta(hours=1)
"""No clock of several machines is so far ahead of another one: what is dated later was written by
one that was wrong, and is not believed."""


def believed(moment: datetime | None, now: datetime) -> datetime | None:
    """A moment that something was noted at; None for one that is AHEAD of now."""
    return None if moment is None or moment > now + AHEAD else moment


def utc_now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
