"""An AccountFilter as SQL conditions; the only place where that happens."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.sql.expression import column, table

from data_access.case_conditions import (
    has_owner,
    is_among_contacted,
    is_among_snoozed,
    is_contacted,
    is_snoozed,
)
from data_access.schema import (
    authorization,
    expiry_day,
    expiry_day_detail,
    expiry_day_marketplace,
)
from data_access.status_sql import has_status
from data_access.unindexed import unindexed
from rules.account_filter import ANYBODY, NOBODY, AccountFilter
from rules.folding import folded

_a = authorization.c
_search = table("authorization_search", column("rowid"), column("search_text"))
TRIGRAM = 3


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
    return [*found, *expiring(*wanted.window(as_of))]


def expiring(starts: datetime | None, ends: datetime | None) -> list[ColumnElement[bool]]:
    """What expires in [starts, ends); None is without an end."""
    found = [] if starts is None else [_a.expires_at >= starts]
    return found if ends is None else [*found, _a.expires_at < ends]


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
