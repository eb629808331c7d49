"""An AccountFilter as SQL conditions; the only place where that happens.

Each status is a range over the same columns that rules.authorization reads; a test holds the two
against each other over random accounts.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.sql.expression import column, table

from data_access.case_conditions import (
    Moment,
    has_owner,
    is_among_contacted,
    is_among_snoozed,
    is_contacted,
    is_snoozed,
)
from data_access.schema import (
    UtcDateTime,
    authorization,
    expiry_day,
    expiry_day_detail,
    expiry_day_marketplace,
)
from data_access.unindexed import unindexed
from rules.account_filter import ANYBODY, NOBODY, AccountFilter
from rules.authorization import VERIFYING_FOR, Status
from rules.days import end_of_days_left, later
from rules.folding import folded

_a = authorization.c
_search = table("authorization_search", column("rowid"), column("search_text"))
TRIGRAM = 3

GIVEN_AS_OF = bindparam("as_of", type_=UtcDateTime())
GIVEN_SINCE = bindparam("verifying_since", type_=UtcDateTime())
"""VERIFYING_FOR before the moment that is asked about."""


def state_at(as_of: datetime) -> ColumnElement[str]:
    """What an account is at `as_of` apart from its expiry: paused, none, refused, verifying, live.

    Together with the expiry this is the status: `status_of` of the same module puts them together.
    """
    return _state(as_of, later(as_of, -VERIFYING_FOR))


@cache
def state_at_given() -> ColumnElement[str]:
    """The same for a statement that is made once; `given` has its parameters."""
    return _state(GIVEN_AS_OF, GIVEN_SINCE)


def given(as_of: datetime) -> dict[str, datetime]:
    """What a statement with GIVEN_AS_OF and GIVEN_SINCE is executed with."""
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
    # SQLite takes a range with two ends for a narrow one, but nearly all were granted before now.
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
        # This range is narrow indeed.
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


def conditions(
    connection: Connection,
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int],
    one_by_one: bool = False,
) -> list[ColumnElement[bool]]:
    """Everything the filter asks for, for a WHERE over the authorization table.

    one_by_one: as attribute_conditions has it.
    """
    found = attribute_conditions(connection, wanted, as_of, one_by_one)
    if wanted.statuses:
        found.append(has_status(wanted.statuses, as_of, bands))
    starts, ends = wanted.window(as_of)
    if starts is not None:
        found.append(_a.expires_at >= starts)
    if ends is not None:
        found.append(_a.expires_at < ends)
    return found


def attribute_conditions(
    connection: Connection, wanted: AccountFilter, as_of: datetime, one_by_one: bool = False
) -> list[ColumnElement[bool]]:
    """What the filter asks for apart from status and expiry.

    one_by_one: the statement knows some accounts by other means, and each is asked for itself
    whether it is meant; no index of the filter is entered.
    """
    found = _shared_conditions(connection, wanted, authorization, one_by_one)
    if wanted.owners:
        found.append(_owned_by(wanted.owners))
    if wanted.snoozed is not None:
        found.append(is_among_snoozed(as_of) if wanted.snoozed else ~is_snoozed(as_of))
    if wanted.contacted is not None:
        found.append(is_among_contacted() if wanted.contacted else ~is_contacted())
    if wanted.text:
        found.append(_containing(connection, wanted.text, one_by_one))
    return found


def rollup_conditions(
    connection: Connection, wanted: AccountFilter
) -> tuple[Table, list[ColumnElement[bool]]] | None:
    """The same over the smallest table of the rollup that knows what is asked for, if one does."""
    if wanted.text or wanted.has_casework:
        return None
    if wanted.languages or wanted.plans or len(wanted.marketplaces) > 1:
        return expiry_day_detail, _shared_conditions(connection, wanted, expiry_day_detail)
    if not wanted.marketplaces:
        return expiry_day, _shared_conditions(connection, wanted, expiry_day)
    of = expiry_day_marketplace.c
    anywhere = replace(wanted, marketplaces=())
    where = _shared_conditions(connection, anywhere, expiry_day_marketplace)
    return expiry_day_marketplace, [of.marketplace == wanted.marketplaces[0], *where]


def _shared_conditions(
    connection: Connection, wanted: AccountFilter, over: Table, one_by_one: bool = False
) -> list[ColumnElement[bool]]:
    """What can be asked of the accounts and of the rollup alike."""
    asked = [("region", wanted.regions), ("language", wanted.languages), ("plan", wanted.plans)]
    asked = [(name, values) for name, values in asked if values]
    if wanted.marketplaces:
        # May be none at all: then no account is meant.
        asked.append(("marketplaces", marketplace_sets(connection, wanted.marketplaces)))
    return [
        (unindexed(over.c[name]) if one_by_one else over.c[name]).in_(values)
        for name, values in asked
    ]


def marketplace_sets(connection: Connection, wanted: Sequence[str]) -> list[str]:
    """The combinations of marketplaces in the database that hold one of those wanted.

    Few combinations occur, so an IN over them uses the index where a LIKE could not.
    """
    found = values_of(connection, _a.marketplaces)
    return [codes for codes in found if set(codes.split(",")) & set(wanted)]


def values_of(connection: Connection, column: ColumnElement[str]) -> list[str]:
    """The different values of a column that an index begins with, in order.

    They are found by going from each to the next in it, where DISTINCT would read all of it.
    """
    known = select(func.min(column).label("value")).cte("known", recursive=True)
    following = select(func.min(column)).where(column > known.c.value).scalar_subquery()
    known = known.union_all(select(following).where(known.c.value.is_not(None)))
    return list(connection.scalars(select(known.c.value).where(known.c.value.is_not(None))))


def ordinals(count: int) -> list[ColumnElement]:
    """The first columns of a statement, for its GROUP BY: repeating a CASE there gives it other
    parameters, which PostgreSQL takes for another expression."""
    return [literal_column(str(position)) for position in range(1, count + 1)]


def _owned_by(owners: Sequence[str]) -> ColumnElement[bool]:
    names = [owner for owner in owners if owner not in (NOBODY, ANYBODY)]
    ways = [and_(has_owner(), _a.owner.in_(names))] if names else []
    if ANYBODY in owners:
        ways.append(has_owner())
    if NOBODY in owners:
        ways.append(_a.owner == "")
    return or_(*ways)


def _granted(as_of: Moment) -> ColumnElement[bool]:
    return and_(_a.granted_at.is_not(None), _a.granted_at <= as_of)


def unexpired(as_of: datetime) -> ColumnElement[bool]:
    """The accounts whose expiry lies ahead or is not known, in words that enter no index: for an OR
    PostgreSQL would enter one twice, and then fetch every row that it finds there."""
    return (_a.expires_at > as_of).is_not(false())


def refused(as_of: Moment) -> ColumnElement[bool]:
    """The accounts that Amazon had refused by then, whether they have expired or not."""
    return and_(_a.refused_at.is_not(None), _a.refused_at <= as_of)


def _verifying(verifying_since: Moment) -> ColumnElement[bool]:
    unconfirmed = or_(_a.confirmed_at.is_(None), _a.confirmed_at < _a.granted_at)
    return and_(_a.granted_at.is_not(None), _a.granted_at > verifying_since, unconfirmed)


def _containing(connection: Connection, term: str, one_by_one: bool) -> ColumnElement[bool]:
    term = folded(term)
    if len(term) < TRIGRAM:
        # Too short for the trigram index; the beginning of the name has an index of its own.
        begins = unindexed(_a.seller_sort) if one_by_one else _a.seller_sort
        return and_(begins >= term, begins < term + "\U0010ffff")
    if connection.dialect.name == "sqlite" and not one_by_one:
        phrase = '"' + term.replace('"', '""') + '"'
        hits = select(_search.c.rowid).where(text("authorization_search MATCH :phrase"))
        return _a.id.in_(hits.params(phrase=phrase))
    # PostgreSQL would look the term up anew for each of the places where accounts are known.
    hidden = one_by_one and connection.dialect.name == "postgresql"
    found_in = unindexed(_a.search_text) if hidden else _a.search_text
    return found_in.contains(term, autoescape=True)
