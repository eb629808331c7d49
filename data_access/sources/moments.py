"""Moments as foreign databases write them: many formats, with and without a zone."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from types import NoneType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from data_access.sources.cells import kinds, plain, tried
from data_access.sources.problems import Fault
from data_access.sources.proposals import proposal

UNIX = {"unix": 1, "unix_ms": 1_000, "unix_us": 1_000_000}
"""Formats that count from 1970, by how many of their units make a second."""

# Beyond this a count of seconds is in the year 5138 and one of milliseconds was in 1973.
_SECONDS_END = 100_000_000_000

# Outside of these a date is a slip or stands for "never"; a year can be added to each.
_FIRST, _END = (datetime(year, 1, 1, tzinfo=UTC) for year in (1990, 2200))

_USUAL = ("%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y")

_NEVER = frozenset({"0000-00-00", "0000-00-00 00:00:00", "0", 0})
"""What some databases write in place of nothing."""


class Moment(NamedTuple):
    """A moment, and how it stood in the source.

    has_time  whether a time of day was given, not only the day
    format    the strptime format that fitted, "" for typed values and Unix times
    remark    a reason code of problems.REASONS, "" where nothing is odd
    """

    at: datetime
    has_time: bool = True
    format: str = ""
    remark: str = ""


def moment_reader(
    formats: Sequence[str], zone: ZoneInfo | None
) -> Callable[[object], Moment | None]:
    """A function from a cell to the moment that it stands for; None where it stands for nothing.

    formats  strptime formats, "iso", "unix", "unix_ms", "unix_us"; the first that fits counts
    zone     of times without one; None takes UTC and remarks it
    The function raises Fault.
    """

    def read(raw: object) -> Moment | None:
        found = None
        try:
            if isinstance(raw, date):
                found = _typed(raw, zone)
            else:
                # Counts, which are most of what is no text, need not become one.
                cell = raw if type(raw) is int else plain(raw).strip()
                if cell in _NEVER:
                    return None
                for form in formats:
                    found = _by_format(cell, form, zone)
                    if found is not None:
                        break
        except (OverflowError, ValueError, OSError):
            pass
        if found is None or not _FIRST <= found.at < _END:
            raise Fault("unreadable_moment", raw, _proposal(raw, formats))
        return found

    return read


def moments_reader(
    formats: Sequence[str], zone: ZoneInfo | None
) -> Callable[[Sequence[Any]], list[Any]]:
    """The same for a column: a function from cells, None where they are empty, to a moment, a Fault
    or None for each."""
    one = moment_reader(formats, zone)
    per_second = UNIX.get(formats[0])

    def read(raws: Sequence[Any]) -> list[Any]:
        if per_second is None or not _are_counts(raws, per_second):
            return [None if raw is None else tried(one, raw) for raw in raws]
        return [
            Moment(datetime.fromtimestamp(raw / per_second, UTC)) if raw else None for raw in raws
        ]

    return read


def _are_counts(raws: Sequence[Any], per_second: int) -> bool:
    """Whether all cells are counts of the unit that is meant, or stand for nothing."""
    if not kinds(raws) <= {int, NoneType}:
        return False
    given = list(filter(None, raws))
    return not given or (
        _FIRST.timestamp() * per_second <= min(given) and max(given) < _END.timestamp() * per_second
    )


def _typed(raw: date, zone: ZoneInfo | None) -> Moment:
    if isinstance(raw, datetime):
        return _placed(raw, zone, has_time=True)
    return _placed(datetime.combine(raw, datetime.min.time()), zone, has_time=False)


def _by_format(cell: str | int, form: str, zone: ZoneInfo | None) -> Moment | None:
    if form in UNIX:
        return _counted(cell, form)
    text = str(cell)
    try:
        if form == "iso":
            naive_or_aware = datetime.fromisoformat(text)
            has_time = len(text) > 10
        else:
            naive_or_aware = datetime.strptime(text, form)  # noqa: DTZ007
            has_time = any(code in form for code in ("%H", "%I", "%X", "%c", "%T", "%R"))
    except ValueError:
        return None
    return _placed(naive_or_aware, zone, has_time, "" if form == "iso" else form)


def _counted(cell: str | int, form: str) -> Moment | None:
    try:
        count = float(cell)
    except ValueError:
        return None
    per_second, remark = UNIX[form], ""
    if form == "unix" and abs(count) >= _SECONDS_END:
        per_second, remark = 1_000, "milliseconds"
    elif form == "unix_ms" and 0 < abs(count) < _SECONDS_END:
        per_second, remark = 1, "seconds"
    return Moment(datetime.fromtimestamp(count / per_second, UTC), True, "", remark)


def _placed(moment: datetime, zone: ZoneInfo | None, has_time: bool, form: str = "") -> Moment:
    if moment.tzinfo is not None:
        return Moment(moment.astimezone(UTC), has_time, form)
    if zone is None:
        return Moment(moment.replace(tzinfo=UTC), has_time, form, "no_zone" if has_time else "")
    first = moment.replace(tzinfo=zone, fold=0)
    at = first.astimezone(UTC)
    remark = ""
    if has_time and at.astimezone(zone).replace(tzinfo=None, fold=0) != moment:
        remark = "nonexistent_time"
    elif has_time and first.replace(fold=1).utcoffset() != first.utcoffset():
        remark = "ambiguous_time"
    return Moment(at, has_time, form, remark)


def written(day: datetime, like: Moment, zone: ZoneInfo | None) -> str:
    """A day as the source would write it, in the format of another of its moments."""
    local = day.astimezone(zone or UTC)
    return local.strftime(like.format or "%Y-%m-%d")


def same_day(claim: datetime, expected: datetime, zone: ZoneInfo | None) -> bool:
    """Whether a claimed day is the expected one, by the calendar of the source.

    Sources that add 365 days to their local time are off by an hour where the clocks changed
    between; at midnight that makes another day, which is nobody's mistake.
    """
    local = claim.astimezone(zone or UTC).date()
    near = (expected - timedelta(hours=1), expected, expected + timedelta(hours=1))
    return local in {moment.astimezone(zone or UTC).date() for moment in near}


def _proposal(raw: object, formats: Sequence[str]) -> str:
    text = str(raw).strip()
    fitting = [form for form in _USUAL if form not in formats and _fits(text, form)]
    if len(fitting) == 1:
        return proposal("add_format", form=fitting[0])
    if fitting:
        return proposal("could_be", forms=", ".join(fitting), example=_example(formats))
    return proposal("write_like", example=_example(formats))


def _fits(text: str, form: str) -> bool:
    try:
        return bool(datetime.strptime(text, form))  # noqa: DTZ007
    except ValueError:
        return False


def _example(formats: Sequence[str]) -> str:
    sample = datetime(2026, 12, 24, 18, 30, tzinfo=UTC)
    form = formats[0]
    if form in UNIX:
        return str(int(sample.timestamp()) * UNIX[form])
    return sample.strftime("%Y-%m-%dT%H:%M:%SZ" if form == "iso" else form)
