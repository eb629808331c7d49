"""The audit trail to be read: filtered, the latest first, a page at a time.

A page starts where the one before it ended (keyset), as in data_access.account_list; here an
entry's number is the whole position. What an entry says of a seller is looked up when it is read,
so that nothing of them stays in the trail after they were erased.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import ColumnElement, Engine, Select, func, select

from data_access import filtering
from data_access.account_order import BadCursor
from data_access.audit_chain import length
from data_access.database import reading
from data_access.schema import audit_entry, authorization
from rules.address_values import number_in
from rules.trail_filter import TrailFilter

COLUMNS = ["id", "at", "actor", "role", "act", "account_id", "seller", "details"]
"""Of a page: details is a dict; seller is empty where there is no account, or none any more."""

COUNTED_UP_TO = 10_000

_e = audit_entry.c


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries, the latest first, with where to go from here.

    rows    one entry a row: COLUMNS
    before  cursor of the page with later entries, None on the first
    after   cursor of the page with earlier ones, None on the last
    """

    rows: pd.DataFrame
    before: str | None
    after: str | None


def trail_page(
    wanted: TrailFilter,
    as_of: datetime,
    cursor: str | None = None,
    size: int = 50,
    of: Engine | None = None,
) -> TrailPage:
    """A page of the entries that `wanted` means. Raises BadCursor, DatabaseAway."""
    later, number = _position(cursor)
    statement = _entries(wanted, as_of).limit(size + 1)
    if number is None:
        statement = statement.order_by(_e.id.desc())
    elif later:
        statement = statement.where(_e.id > number).order_by(_e.id)
    else:
        statement = statement.where(_e.id < number).order_by(_e.id.desc())
    with reading(of) as connection:
        found = connection.execute(statement).all()
    more, found = len(found) > size, found[:size]
    if later:
        found.reverse()
    has_before = more if later else number is not None
    has_after = True if later else more
    return TrailPage(
        rows=_frame(found),
        before=f"later-{found[0].id}" if found and has_before else None,
        after=f"earlier-{found[-1].id}" if found and has_after else None,
    )


def every_entry(
    wanted: TrailFilter, as_of: datetime, of: Engine | None = None, batch: int = 5_000
) -> Iterator[pd.DataFrame]:
    """All entries that `wanted` means, the latest first, in frames: for the export.

    Raises DatabaseAway.
    """
    cursor = None
    while True:
        page = trail_page(wanted, as_of, cursor, batch, of)
        if len(page.rows):
            yield page.rows
        if page.after is None:
            return
        cursor = page.after


def how_many(wanted: TrailFilter, as_of: datetime, of: Engine | None = None) -> int:
    """How many entries `wanted` means; COUNTED_UP_TO + 1 stands for "more than that" where the
    trail is filtered. Raises DatabaseAway."""
    with reading(of) as connection:
        if wanted.is_empty:
            return length(connection)
        some = select(_e.id).where(*_conditions(wanted, as_of)).limit(COUNTED_UP_TO + 1)
        return connection.scalar(select(func.count()).select_from(some.subquery())) or 0


def actors(of: Engine | None = None) -> list[str]:
    """Everybody who stands in the trail, by name. Raises DatabaseAway."""
    with reading(of) as connection:
        return filtering.values_of(connection, _e.actor)


def _entries(wanted: TrailFilter, as_of: datetime) -> Select:
    a = authorization.c
    return (
        select(
            _e.id,
            _e.at,
            _e.actor,
            _e.role,
            _e.act,
            _e.authorization_id.label("account_id"),
            func.coalesce(a.seller_name, "").label("seller"),
            _e.details,
        )
        .outerjoin_from(audit_entry, authorization, a.id == _e.authorization_id)
        .where(*_conditions(wanted, as_of))
    )


def _conditions(wanted: TrailFilter, as_of: datetime) -> list[ColumnElement[bool]]:
    since, until = wanted.window(as_of)
    asked = [
        (wanted.who, _e.actor == wanted.who),
        (wanted.acts, _e.act.in_([act.value for act in wanted.acts])),
        (wanted.account is not None, _e.authorization_id == wanted.account),
        (since, _e.at >= since if since else None),
        (until, _e.at < until if until else None),
    ]
    return [condition for is_asked, condition in asked if is_asked]


def _frame(rows: list) -> pd.DataFrame:
    frame = pd.DataFrame([tuple(row) for row in rows], columns=COLUMNS)
    frame["details"] = [_read(text) for text in frame["details"]]
    return frame.astype({"account_id": "Int64"})


def _read(text: str) -> dict:
    # Somebody may have changed it: then the chain is broken, and the list still opens.
    try:
        details = json.loads(text)
    except ValueError:
        return {"unreadable": text}
    return details if isinstance(details, dict) else {"unreadable": text}


def _position(cursor: str | None) -> tuple[bool, int | None]:
    if cursor is None:
        return False, None
    direction, _, written = cursor.partition("-")
    number = number_in(written)
    if direction not in ("later", "earlier") or number is None:
        raise BadCursor(cursor[:80])
    return direction == "later", number
