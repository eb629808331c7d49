"""How the desk itself is: what each check makes of a figure, and what they come to together."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.client_secret import secret_clock

SKEW_TOLERATED = timedelta(seconds=5)
"""Codes live five minutes and states fifteen: seconds are harmless, and networks take some."""


class Condition(StrEnum):
    """Degraded is not dead: the desk serves, and somebody should look. Dead cannot serve."""

    OK = "ok"
    DEGRADED = "degraded"
    DEAD = "dead"


_ORDER = tuple(Condition)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    name       database, schema, clock, mirror, reminders, digest or secret
    condition  what it came to
    says       one sentence, without secrets and without anything of a seller
    value      the figure behind it, None where there is none
    unit       of the figure: seconds or days
    """

    name: str
    condition: Condition
    says: str
    value: float | None = None
    unit: str = ""


def worst(checks: list[Check]) -> Condition:
    """What the checks come to: the worst of them."""
    return max((each.condition for each in checks), key=_ORDER.index, default=Condition.OK)


def clock_check(skew: timedelta) -> Check:
    """The clock of this machine against the database's. skew: ours minus theirs."""
    seconds = round(skew.total_seconds(), 3)
    if abs(skew) <= SKEW_TOLERATED:
        return Check("clock", Condition.OK, "The clock is right.", seconds, "seconds")
    way = "ahead of" if seconds > 0 else "behind"
    return Check(
        "clock",
        Condition.DEGRADED,
        f"The clock of the desk is {way} the token database. Set both by NTP.",
        seconds,
        "seconds",
    )


def mirror_check(read_at: list[datetime | None], as_of: datetime, stale_after: timedelta) -> Check:
    """The oldest of the sources. read_at: when each was last read completely, None for never."""
    if not read_at:
        return Check("mirror", Condition.OK, "No source is read.")
    if None in read_at:
        return Check(
            "mirror",
            Condition.DEGRADED,
            "A source was never read completely. See the screen Data.",
        )
    age = as_of - min(read_at)
    stale = age > stale_after
    return Check(
        "mirror",
        Condition.DEGRADED if stale else Condition.OK,
        "A source has not been read for too long. See the screen Data."
        if stale
        else "Every source was read recently.",
        round(age.total_seconds()),
        "seconds",
    )


def secret_check(set_on: date | None, today: date) -> Check:
    """Our own client secret, by the days that it has left."""
    if set_on is None:
        return Check("secret", Condition.OK, "DESK_CLIENT_SECRET_SET_ON does not say how old.")
    clock = secret_clock(set_on, today)
    if clock.warning is None:
        return Check("secret", Condition.OK, "It is not due yet.", clock.days_left, "days")
    return Check(
        "secret",
        Condition.DEGRADED,
        "The client secret has expired: every call to Amazon fails. Rotate it."
        if clock.warning == 0
        else "The client secret expires soon. Rotate it before.",
        clock.days_left,
        "days",
    )
