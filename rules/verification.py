"""What live answers change: a new grant is confirmed, an old one refused, a storm is neither."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.amazon_answers import COUNTS_AGAINST_THE_ACCOUNT, Answer, Verdict
from rules.authorization import VERIFYING_FOR, is_refusal
from rules.renewal_steps import At

CHECK_EVERY = timedelta(minutes=5)
"""Between two checks of a new grant; caches on both sides take up to an hour to follow.

Source: https://qmt.io/docs/360
"""

CHECKED_FOR = VERIFYING_FOR + CHECK_EVERY
"""The last check comes after the hour: a failure of the first minutes is an hour old by then, and
two failures an hour apart are a refusal."""

CHECKS_NEEDED = CHECKED_FOR // CHECK_EVERY
"""So many checks span an hour: a desk that was off meanwhile has them all before it."""

STORM_AT_LEAST = 10
STORM_SHARE = 0.25
"""So many refusals at once, and such a share of those asked, are one incident and no refusals.

Source: https://github.com/amzn/selling-partner-api-docs/issues/3153
"""


@dataclass(frozen=True, slots=True)
class Health:
    """What earlier calls left with an authorization; the columns of the same names."""

    confirmed_at: datetime | None
    first_failed_at: datetime | None
    refused_at: datetime | None
    refusal: str = ""


def after(health: Health, answer: Answer, now: datetime, storm: bool = False) -> Health:
    """The health after one more answer. Only two failures an hour apart make a refusal; what says
    nothing about the account changes nothing, as no failure does in a storm."""
    if answer.verdict is Verdict.FINE:
        return Health(confirmed_at=now, first_failed_at=None, refused_at=None)
    if storm or answer.verdict not in COUNTS_AGAINST_THE_ACCOUNT:
        return health
    # What a clock that was ahead has dated later happened before this answer all the same.
    first = min(health.first_failed_at or now, now)
    refused = health.refused_at is not None or is_refusal(first, now)
    refused_at = min(health.refused_at or now, now) if refused else None
    return Health(health.confirmed_at, first, refused_at, reason(answer))


def reason(answer: Answer) -> str:
    """An answer as the column `refusal` keeps it: verdict, reason, Amazon's words."""
    return ": ".join(part for part in (answer.verdict, answer.reason, answer.words) if part)


def step_after_check(granted_at: datetime, answer: Answer, now: datetime, checks: int) -> At:
    """Where a renewal stands after so many checks: still to be confirmed until its last check."""
    if answer.verdict is Verdict.FINE:
        return At.CONFIRMED
    last = now >= granted_at + CHECKED_FOR and checks >= CHECKS_NEEDED
    return At.CALLS_FAIL if last else At.GRANTED


def next_check(granted_at: datetime, now: datetime) -> datetime:
    """When to check again: in five minutes, and for the last time when the hour is over."""
    last = granted_at + CHECKED_FOR
    return min(now + CHECK_EVERY, last) if now < last else now + CHECK_EVERY


def is_storm(refused: int, asked: int) -> bool:
    """Whether so many refusals, of so many accounts that should work, are an incident at Amazon."""
    return refused >= STORM_AT_LEAST and refused >= asked * STORM_SHARE


def is_over(fine: int, asked: int) -> bool:
    """Whether answers show that such an incident has ended: of accounts that should work enough
    were asked and do. A few refusals are there in the best of times; silence ends nothing."""
    return asked >= STORM_AT_LEAST and fine > asked * (1 - STORM_SHARE)
