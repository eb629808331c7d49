"""The append-only history of what happened to an account."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, select

from data_access.schema import event

CASEWORK = (
    "assigned",
    "snoozed",
    "woken",
    "promised",
    "promise_ended",
    "noted",
    "note_withdrawn",
)
"""What agents do with an account: it changes nothing of when it lapses or what that costs."""

RECENT = 3_000
"""So many numbers before the last event may belong to transactions that have not ended yet: as many
as three batches of casework write while somebody renews."""


Numbers = tuple[tuple[int, int], ...]
"""Of events: the first and the last of each stretch."""


def add_event(
    connection: Connection,
    kind: str,
    authorization_id: int | None,
    at: datetime,
    actor: str = "",
    **details: object,
) -> None:
    """Adds one event. `details` are for reading later; no token, code or state belongs there."""
    connection.execute(
        insert(event).values(
            at=at,
            kind=kind,
            authorization_id=authorization_id,
            actor=actor,
            details=json.dumps(details, default=str, ensure_ascii=False),
        )
    )


def add_events(
    connection: Connection,
    kind: str,
    details: Mapping[int, Mapping[str, object]],
    at: datetime,
    actor: str = "",
) -> None:
    """The same for many accounts: the details of each by its number."""
    rows = [
        {
            "at": at,
            "kind": kind,
            "authorization_id": account,
            "actor": actor,
            "details": json.dumps(each, default=str, ensure_ascii=False),
        }
        for account, each in details.items()
    ]
    if rows:
        connection.execute(insert(event), rows)


def last_event(connection: Connection) -> int:
    """The number of the last event, 0 where there is none."""
    return connection.scalar(select(func.max(event.c.id))) or 0


def open_numbers(connection: Connection, last: int) -> Numbers:
    """Those of the RECENT numbers up to `last` that no event has.

    PostgreSQL numbers an event when it is written, and shows it when its transaction has ended: one
    with a lower number can come after one with a higher. It is then of a number that was open.
    SQLite has one writer at a time: none is.
    """
    if connection.dialect.name == "sqlite":
        return ()
    e, before = event.c, event.alias().c
    first = max(last - RECENT, 0)
    recent = and_(before.id >= first, before.id <= last)
    is_there = select(before.id).where(recent, before.id == e.id - 1).exists()
    one_before = select(func.max(before.id)).where(recent, before.id < e.id).scalar_subquery()
    gaps = (
        select(func.coalesce(one_before, first) + 1, e.id - 1)
        .where(e.id > first + 1, e.id <= last, ~is_there)
        .order_by(e.id)
    )
    return tuple((start, end) for start, end in connection.execute(gaps))


def is_among(number: int, numbers: Numbers) -> bool:
    """Whether it is one of them."""
    return any(start <= number <= end for start, end in numbers)
