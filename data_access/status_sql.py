"""The status of an account in SQL: each status is a range over the columns that
rules.authorization reads. A test holds the two against each other over random accounts.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, bindparam, case, false, or_

from data_access.case_conditions import Moment
from data_access.schema import UtcDateTime, authorization
from data_access.unindexed import unindexed
from rules.authorization import VERIFYING_FOR, Status
from rules.days import end_of_days_left, later

_a = authorization.c

GIVEN_AS_OF = bindparam("as_of", type_=UtcDateTime())
GIVEN_SINCE = bindparam("verifying_since", type_=UtcDateTime())
"""The moment that is asked about, and VERIFYING_FOR before it."""


def state_at(as_of: datetime) -> ColumnElement[str]:
    """What an account is at `as_of` apart from its expiry: paused, none, refused, verifying, live.

    `status_of` makes the status of it and the expiry.
    """
    return _state(as_of, later(as_of, -VERIFYING_FOR))


@cache
def state_at_given() -> ColumnElement[str]:
    """The same for a statement that is built once and reused; `given` returns its parameters."""
    return _state(GIVEN_AS_OF, GIVEN_SINCE)


def given(as_of: datetime) -> dict[str, datetime]:
    """The parameters of a statement with GIVEN_AS_OF and GIVEN_SINCE in it."""
    return {GIVEN_AS_OF.key: as_of, GIVEN_SINCE.key: later(as_of, -VERIFYING_FOR)}


def _state(as_of: Moment, verifying_since: Moment) -> ColumnElement[str]:
    return case(
        (_a.paused, "paused"),
        (~_granted(as_of), "none"),
        (refused(as_of), "refused"),
        (_verifying(verifying_since), "verifying"),
        else_="live",
    )


def status_of(state: str, expired: bool, within_bands: bool) -> Status:
    """The status from a state, and whether the expiry is reached or within the bands."""
    if state == "paused":
        return Status.PAUSED
    if state == "none":
        return Status.NOT_AUTHORIZED
    if expired:
        return Status.EXPIRED
    if state == "refused":
        return Status.REFUSED
    if state == "verifying":
        return Status.VERIFYING
    return Status.EXPIRING if within_bands else Status.ACTIVE


def status_condition(of: Status, as_of: datetime, bands: Sequence[int]) -> ColumnElement[bool]:
    """The accounts of one status, as ranges that the indexes serve."""
    expiring_until = end_of_days_left(as_of, max(bands))
    # SQLite expects few rows of a range with two ends, but nearly all were granted before now.
    here = and_(~_a.paused, unindexed(_granted(as_of)))
    if of is Status.PAUSED:
        return _a.paused
    if of is Status.NOT_AUTHORIZED:
        return and_(~_a.paused, or_(_a.granted_at.is_(None), _a.granted_at > as_of))
    if of is Status.EXPIRED:
        return and_(here, _a.expires_at <= as_of)
    if of is Status.REFUSED:
        return and_(here, refused(as_of), unexpired(as_of))
    fine = and_(here, ~refused(as_of))
    granted_just_now = _verifying(later(as_of, -VERIFYING_FOR))
    if of is Status.VERIFYING:
        # Here the range does hold few rows.
        return and_(fine, _granted(as_of), granted_just_now, unexpired(as_of))
    settled = and_(fine, ~granted_just_now)
    if of is Status.EXPIRING:
        return and_(settled, _a.expires_at > as_of, _a.expires_at < expiring_until)
    return and_(settled, or_(_a.expires_at >= expiring_until, _a.expires_at.is_(None)))


def has_status(
    any_of: Sequence[Status], as_of: datetime, bands: Sequence[int]
) -> ColumnElement[bool]:
    """The accounts of any of some statuses."""
    return or_(*(status_condition(each, as_of, bands) for each in any_of))


def _granted(as_of: Moment) -> ColumnElement[bool]:
    return and_(_a.granted_at.is_not(None), _a.granted_at <= as_of)


def unexpired(as_of: datetime) -> ColumnElement[bool]:
    """The accounts whose expiry lies ahead or is not known. No index serves this condition: for an
    OR PostgreSQL would enter one twice, and fetch every row that it finds there."""
    return (_a.expires_at > as_of).is_not(false())


def refused(as_of: Moment) -> ColumnElement[bool]:
    """The accounts that Amazon had refused by then, whether they have expired or not."""
    return and_(_a.refused_at.is_not(None), _a.refused_at <= as_of)


def _verifying(verifying_since: Moment) -> ColumnElement[bool]:
    unconfirmed = or_(_a.confirmed_at.is_(None), _a.confirmed_at < _a.granted_at)
    return and_(_a.granted_at.is_not(None), _a.granted_at > verifying_since, unconfirmed)
