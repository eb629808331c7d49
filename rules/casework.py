"""What agents agree about an account: snoozes, promises, notes, and when an agent was last here.

A snooze hides an account from the call list and from reminders until a day. It belongs to one
round, the grant in force, so that a renewal ends it; and it never outlasts an expiry that was still
ahead when it was made.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.account_filter import ANYBODY, NOBODY
from rules.days import day_start
from rules.typed_text import in_one_line, keepable

LONGEST_REASON = 300
LONGEST_NOTE = 2_000
LONGEST_OWNER = 200
FURTHEST = timedelta(days=365)
"""How far ahead a snooze or a promise may lie: a grant lasts no longer."""

VISIT_ENDS_AFTER = timedelta(minutes=30)
"""A look at the desk after a longer pause is another visit."""

FIRST_VISIT_LOOKS_BACK = timedelta(days=1)


class Wrong(StrEnum):
    """Why something was not taken; the value is a sentence, and the key of its translation."""

    NO_REASON = "Give a reason for the snooze."
    NO_TEXT = "The note is empty."
    TOO_LONG = "That text is too long."
    NOT_AHEAD = "A snooze ends on a later day than today."
    PAST = "A promise cannot be for a day that has passed."
    TOO_FAR = "That day is more than a year away."
    NO_NAME = "That is no name of somebody: in filters it stands for nobody, or for anybody."


class CaseworkRefused(ValueError):
    """Nothing was done; `wrong` says why."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.value)
        self.wrong = wrong


class Due(StrEnum):
    """Where a promised day lies, seen from today."""

    OVERDUE = "overdue"
    TODAY = "today"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Snooze:
    """One snooze as it is kept. ended_at: when somebody ended it before its time."""

    round: int
    made_at: datetime
    until: datetime
    ended_at: datetime | None = None


def round_of(granted_at: datetime | None) -> int:
    """The round that a grant begins: its Unix second, 0 before the first grant."""
    return 0 if granted_at is None else int(granted_at.timestamp())


def snooze_until(day: date, as_of: datetime) -> datetime:
    """The moment at which an account that is snoozed until `day` is back: the start of that day
    in the zone of `as_of`. Raises CaseworkRefused."""
    if day <= as_of.date():
        raise CaseworkRefused(Wrong.NOT_AHEAD)
    return day_start(_near(day, as_of), as_of.tzinfo)


def snooze_end(until: datetime, expires_at: datetime | None, as_of: datetime) -> datetime:
    """When a snooze that is made at `as_of` ends: an expiry that is still ahead comes first."""
    ahead = expires_at is not None and expires_at > as_of
    return min(until, expires_at) if ahead else until


def is_snoozed(
    snooze: Snooze, round_in_force: int, expires_at: datetime | None, as_of: datetime
) -> bool:
    """Whether an account is snoozed at `as_of` by this snooze.

    An expiry that moved after the snooze was made ends it as well: what counts is today's.
    """
    if snooze.round != round_in_force or not snooze.made_at <= as_of < snooze.until:
        return False
    if snooze.ended_at is not None and snooze.ended_at <= as_of:
        return False
    has_expired_since = expires_at is not None and snooze.made_at < expires_at <= as_of
    return not has_expired_since


def promised(day: date, as_of: datetime) -> date:
    """The day, if one can promise it: today or later. Raises CaseworkRefused."""
    if day < as_of.date():
        raise CaseworkRefused(Wrong.PAST)
    return _near(day, as_of)


def due(promised_for: date, as_of: datetime) -> Due:
    """Whether a promise is due, in calendar days of the zone of `as_of`."""
    today = as_of.date()
    if promised_for == today:
        return Due.TODAY
    return Due.OVERDUE if promised_for < today else Due.AHEAD


def reason(text: str) -> str:
    """A snooze's reason, in one line. Raises CaseworkRefused."""
    return _checked(in_one_line(text), LONGEST_REASON, Wrong.NO_REASON)


def note(text: str) -> str:
    """A note's text. Raises CaseworkRefused."""
    return _checked(keepable(text).strip(), LONGEST_NOTE, Wrong.NO_TEXT)


def owner(name: str) -> str:
    """An owner's name, in one line; empty for nobody. Raises CaseworkRefused."""
    name = in_one_line(name)
    if len(name) > LONGEST_OWNER:
        raise CaseworkRefused(Wrong.TOO_LONG)
    if name in (NOBODY, ANYBODY):
        raise CaseworkRefused(Wrong.NO_NAME)
    return name


def visit(
    seen_at: datetime | None, before_at: datetime | None, as_of: datetime
) -> tuple[datetime, datetime]:
    """The visit that a look at `as_of` belongs to: when it was seen last, and when the visit
    before it ended, from which on everything is new. Where neither is known it is a day ago."""
    if seen_at is None:
        return as_of, before_at or as_of - FIRST_VISIT_LOOKS_BACK
    if as_of - seen_at > VISIT_ENDS_AFTER or before_at is None:
        return as_of, seen_at
    return max(as_of, seen_at), before_at


def _near(day: date, as_of: datetime) -> date:
    if day > as_of.date() + FURTHEST:
        raise CaseworkRefused(Wrong.TOO_FAR)
    return day


def _checked(text: str, longest: int, empty: Wrong) -> str:
    if not text:
        raise CaseworkRefused(empty)
    if len(text) > longest:
        raise CaseworkRefused(Wrong.TOO_LONG)
    return text
