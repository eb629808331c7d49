"""The status of one authorization, and what follows from it.

Every function takes the moment it speaks about: `as_of` is an aware datetime *in the viewer's
zone*, because days left are calendar days where the viewer sits. Nothing here reads a clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.days import later

GRANT_LIFETIME = timedelta(days=365)
"""How long a grant lasts: 365 days, not a calendar year.

Source: https://developer-docs.amazon.com/sp-api/docs/renew-authorizations
"""

VERIFYING_FOR = timedelta(minutes=60)
"""How long a new grant may fail before it counts: caches on both sides take up to an hour."""

REFUSAL_NEEDS = timedelta(hours=1)
"""Two failures this far apart make a refusal; an Amazon outage of minutes does not.

Source: https://github.com/amzn/selling-partner-api-docs/issues/3153
"""

LAST_CALL = timedelta(hours=48)
"""The exact moment of lapse is unpublished, so in the last two days it may come at any time."""

DEFAULT_BANDS = (30, 14, 7, 1)
"""Days left at which an account moves to the next band; the largest one starts *expiring*."""

AMAZON_REMINDER_DAYS = (30, 23, 16, 9, 2)
"""Days before expiry of Amazon's own notices: a month ahead, then weekly (days derived).

Source: https://developer-docs.amazon.com/sp-api/docs/renew-authorizations
"""

_AMAZON_REMINDERS_BEFORE = tuple(timedelta(days=days) for days in AMAZON_REMINDER_DAYS)


class Status(StrEnum):
    """What an account is, exactly one at any moment."""

    EXPIRED = "expired"
    REFUSED = "refused"
    NOT_AUTHORIZED = "not_authorized"
    EXPIRING = "expiring"
    VERIFYING = "verifying"
    ACTIVE = "active"
    PAUSED = "paused"


class Job(StrEnum):
    """The three jobs of the sync."""

    PRICE = "price"
    STOCK = "stock"
    ORDERS = "orders"


class Action(StrEnum):
    """What the seller has to do."""

    REQUEST = "request"
    RENEW = "renew"
    ENABLE = "enable"
    FIND_OUT_WHY = "find_out_why"
    WAIT = "wait"
    NOTHING = "nothing"


BLOCKING = frozenset({Status.EXPIRED, Status.REFUSED, Status.NOT_AUTHORIZED})

_ACTIONS = {
    Status.NOT_AUTHORIZED: Action.REQUEST,
    Status.EXPIRING: Action.RENEW,
    # After expiry Amazon offers "Enable authorization" in place of "Renew".
    # Source: https://github.com/amzn/selling-partner-api-docs/issues/2968
    Status.EXPIRED: Action.ENABLE,
    Status.REFUSED: Action.FIND_OUT_WHY,
    Status.VERIFYING: Action.WAIT,
}


@dataclass(frozen=True, slots=True)
class Authorization:
    """The facts from which a status is computed; all times are aware.

    granted_at    last completed consent, None before the first
    expires_at    computed or reported by the seller, None where no expiry is known
    confirmed_at  last good call with this grant
    refused_at    the failure that came an hour or more after the first, None after a good call
    paused        off-boarded or demo
    """

    granted_at: datetime | None
    expires_at: datetime | None
    confirmed_at: datetime | None = None
    refused_at: datetime | None = None
    paused: bool = False


def status(a: Authorization, as_of: datetime, bands: Sequence[int] = DEFAULT_BANDS) -> Status:
    """The one status of `a` at `as_of`. Dates decide; live checks only speak before expiry."""
    if a.paused:
        return Status.PAUSED
    if not is_granted(a, as_of):
        return Status.NOT_AUTHORIZED
    if has_expired(a, as_of):
        return Status.EXPIRED
    if is_refused(a, as_of):
        return Status.REFUSED
    if is_verifying(a, as_of):
        return Status.VERIFYING
    if is_within(a, as_of, max(bands)):
        return Status.EXPIRING
    return Status.ACTIVE


def is_granted(a: Authorization, as_of: datetime) -> bool:
    """Whether the seller had consented by then; a grant dated later is not there yet."""
    return a.granted_at is not None and a.granted_at <= as_of


def has_expired(a: Authorization, as_of: datetime) -> bool:
    """Whether the expiry is reached, to the second, however long ago."""
    return a.expires_at is not None and a.expires_at <= as_of


def is_refused(a: Authorization, as_of: datetime) -> bool:
    """Whether Amazon had refused it by then, for good as far as we know."""
    return a.refused_at is not None and a.refused_at <= as_of


def is_in_force(a: Authorization, as_of: datetime) -> bool:
    """Whether the seller has consented, and neither the expiry nor Amazon has ended it by then."""
    return is_granted(a, as_of) and not has_expired(a, as_of) and not is_refused(a, as_of)


def is_verifying(a: Authorization, as_of: datetime) -> bool:
    """Whether the grant is less than an hour old and no call has succeeded with it yet."""
    if a.granted_at is None or a.granted_at <= later(as_of, -VERIFYING_FOR):
        return False
    return a.confirmed_at is None or a.confirmed_at < a.granted_at


def is_within(a: Authorization, as_of: datetime, days: int) -> bool:
    """Whether `days` calendar days or fewer are left, counted in the zone of `as_of`."""
    return a.expires_at is not None and days_left(a.expires_at, as_of) <= days


def days_left(expires_at: datetime, as_of: datetime) -> int:
    """Calendar days from `as_of` to the expiry in the zone of `as_of`; negative when past."""
    return (expires_at.astimezone(as_of.tzinfo).date() - as_of.date()).days


def is_last_call(expires_at: datetime, as_of: datetime) -> bool:
    """Whether the expiry should read "today or tomorrow": within the next 48 hours and on one of
    these days in the zone of `as_of`. Seen in the evening, 48 hours reach into the day after."""
    return timedelta(0) < expires_at - as_of <= LAST_CALL and days_left(expires_at, as_of) <= 1


def band(a: Authorization, as_of: datetime, bands: Sequence[int] = DEFAULT_BANDS) -> int | None:
    """The smallest band that holds an expiring account; None for every other status."""
    if status(a, as_of, bands) is not Status.EXPIRING or a.expires_at is None:
        return None
    left = days_left(a.expires_at, as_of)
    return min(days for days in bands if left <= days)


def expiry(granted_at: datetime) -> datetime:
    """When a grant lapses: 365 days later (`computed`), 29 February or not."""
    return granted_at + GRANT_LIFETIME


def is_refusal(first_failed_at: datetime, failed_at: datetime) -> bool:
    """Whether a failure at `failed_at`, after one at `first_failed_at`, makes a refusal."""
    return failed_at - first_failed_at >= REFUSAL_NEEDS


def blocked_jobs(of: Status) -> tuple[Job, ...]:
    """The sync jobs that stand still in that status: all three or none."""
    return tuple(Job) if of in BLOCKING else ()


def seller_action(of: Status) -> Action:
    """What the seller has to do in that status."""
    return _ACTIONS.get(of, Action.NOTHING)


def amazon_reminders(expires_at: datetime, as_of: datetime) -> tuple[datetime, ...]:
    """When Amazon's own notices before this expiry went out, as far as they are due by `as_of`."""
    return tuple(
        expires_at - before for before in _AMAZON_REMINDERS_BEFORE if expires_at - before <= as_of
    )
