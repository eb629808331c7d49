"""The ladder of reminders: which one is due, by a ledger of what was settled and not by exact days.

A rung is a number of days before expiry: 30, 14, ... 1, then 0 on the day itself, then -7, -14, ...
for as long as the account stays blocked. Days are calendar days in the zone of `as_of`, which is
the *seller's*. Only the latest rung that was reached is ever due, so that a job that stood still
for days sends each seller one message; the rungs that were passed meanwhile are superseded.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.authorization import Status, days_left

WEEK = 7


class Withheld(StrEnum):
    """Why a reminder is not sent.

    Only SUPERSEDED settles a rung. When any other reason is gone, and the rung is still the latest,
    it is due again.
    """

    PAUSED = "paused"
    OTHER_APPLICATION = "other_application"
    REFUSED = "refused"
    VERIFYING = "verifying"
    NOT_AUTHORIZED = "not_authorized"
    OPTED_OUT = "opted_out"
    SNOOZED = "snoozed"
    NO_ADDRESS = "no_address"
    INCIDENT = "incident"
    NIGHT = "night"
    RENEWED = "renewed"
    NOT_DUE = "not_due"
    GONE = "gone"
    SUPERSEDED = "superseded"


LATER = frozenset({Withheld.INCIDENT, Withheld.NIGHT})
"""What nobody has to do anything about: the reminder leaves when they are over."""

_BY_STATUS = {
    Status.PAUSED: Withheld.PAUSED,
    # "Renew" would be the wrong advice: the seller has to find out why.
    Status.REFUSED: Withheld.REFUSED,
    Status.VERIFYING: Withheld.VERIFYING,
    Status.NOT_AUTHORIZED: Withheld.NOT_AUTHORIZED,
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """When sellers are reminded.

    days   days before expiry; the day itself is always a rung
    weeks  for how many weeks after it the weekly reminder goes on
    hours  first and last hour of the seller's day between which reminders leave
    """

    days: tuple[int, ...] = (30, 14, 7, 3, 1)
    weeks: int = 52
    hours: tuple[int, int] = (8, 18)

    def rungs(self) -> Iterator[int]:
        """Every rung, from the earliest to the last."""
        yield from sorted({day for day in self.days if day > 0}, reverse=True)
        yield from range(0, -WEEK * self.weeks - 1, -WEEK)


@dataclass(frozen=True, slots=True)
class Due:
    """The one reminder that is due, and the rungs that were missed before it."""

    rung: int
    superseded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What else is to be known of an account before it is written to."""

    status: Status
    snoozed: bool = False
    opted_out: bool = False
    reachable: bool = True
    has_renew_link: bool = True


def reached(expires_at: datetime, as_of: datetime, ladder: Ladder) -> int | None:
    """The latest rung whose day has come; None before the first and a week after the last."""
    left = days_left(expires_at, as_of)
    if left > 0:
        return min((day for day in ladder.days if left <= day), default=None)
    weeks = -left // WEEK
    return -WEEK * weeks if weeks <= ladder.weeks else None


def due(
    expires_at: datetime,
    as_of: datetime,
    settled: Collection[int],
    watched_since: datetime,
    ladder: Ladder,
) -> Due | None:
    """The reminder that is due at `as_of`, None where there is none.

    settled        the rungs of this round that were queued, sent or superseded
    watched_since  when reminders were first looked for: what lies before was not missed
    """
    rung = reached(expires_at, as_of, ladder)
    if rung is None or any(each <= rung for each in settled):
        return None
    last = min(settled, default=None)
    first_day = watched_since.astimezone(as_of.tzinfo).date()
    missed = (
        each
        for each in ladder.rungs()
        if each > rung
        and (last is None or each < last)
        and day_of(each, expires_at, as_of) >= first_day
    )
    return Due(rung, tuple(missed))


def day_of(rung: int, expires_at: datetime, as_of: datetime) -> date:
    """The calendar day of a rung in the zone of `as_of`."""
    return expires_at.astimezone(as_of.tzinfo).date() - timedelta(days=rung)


def belongs(rung: int, made_at: datetime, expires_at: datetime, as_of: datetime) -> bool:
    """Whether a reminder that was made then belongs to this expiry: not where the expiry was moved
    to a later day since, for which the rung is yet to come."""
    return made_at.astimezone(as_of.tzinfo).date() >= day_of(rung, expires_at, as_of)


def withheld(standing: Standing) -> Withheld | None:
    """Why the account gets no reminder at all at present; None where it may."""
    if standing.status in _BY_STATUS:
        return _BY_STATUS[standing.status]
    if not standing.has_renew_link:
        return Withheld.OTHER_APPLICATION
    if standing.opted_out:
        return Withheld.OPTED_OUT
    if standing.snoozed:
        return Withheld.SNOOZED
    return None if standing.reachable else Withheld.NO_ADDRESS


def is_night(as_of: datetime, ladder: Ladder) -> bool:
    """Whether nothing leaves at this hour of the seller's day."""
    first, last = ladder.hours
    return not first <= as_of.hour < last


def overtaken(
    rung: int, expires_at: datetime | None, as_of: datetime, ladder: Ladder
) -> Withheld | None:
    """Why a reminder that was due once no longer is; None where it still is the latest."""
    now_at = None if expires_at is None else reached(expires_at, as_of, ladder)
    if now_at == rung:
        return None
    return Withheld.SUPERSEDED if now_at is not None and now_at < rung else Withheld.NOT_DUE


def window(rung: int, ladder: Ladder) -> tuple[timedelta, timedelta]:
    """How far from now the expiries lie of which `rung` is the latest, whatever the zone: a wider
    range than that of any one zone, its ends excluded."""
    rungs = list(ladder.rungs())
    place = rungs.index(rung) + 1
    following = rungs[place] if place < len(rungs) else rung - WEEK
    # A day of a clock change has 23 or 25 hours.
    change = timedelta(hours=2)
    return timedelta(days=following) - change, timedelta(days=rung + 1) + change
