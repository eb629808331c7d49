"""Calendar days of a zone as moments: where a day starts, and the window of "within N days";
lengths of time that stay true when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

SATURDAY = 5
"""Where the weekend begins, as date.weekday counts."""

YEARS = range(2000, 2200)
"""What one may ask the desk to speak of: a year more or less is a moment too, in every zone."""


def day_start(day: date, zone: tzinfo) -> datetime:
    """The first moment of `day` in `zone`, as UTC."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def end_of_days_left(as_of: datetime, days: int) -> datetime:
    """The first moment that is more than `days` calendar days away, as UTC (exclusive end)."""
    return day_start(as_of.date() + timedelta(days=days + 1), as_of.tzinfo or UTC)


def later(moment: datetime, by: timedelta) -> datetime:
    """The moment `by` after an aware one, or before it where `by` is negative, in the same zone.

    A plain sum moves the hands of the clock: over a change of the clocks it is an hour off, and it
    forgets which of two equal hours is meant.
    """
    return (moment.astimezone(UTC) + by).astimezone(moment.tzinfo)


def rounded_down(moment: datetime, step: timedelta) -> datetime:
    """The last whole `step` of an hour on the clock before an aware moment, or at it."""
    since = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
    return later(moment, -(since % step))


def monday(day: date) -> date:
    """The Monday of the week that `day` lies in."""
    return day - timedelta(days=day.weekday())
