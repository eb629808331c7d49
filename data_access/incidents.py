"""Incidents: many accounts in trouble at once, which is Amazon's trouble or ours and not theirs.

At most one of a kind is open; screens show it as a banner, and no account changes because of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, select, update

from data_access.conflicts import insert_into
from data_access.schema import incident

_i = incident.c


class Kind(StrEnum):
    """What is going on.

    OUR_CREDENTIALS  Amazon does not accept our own client id or secret
    MANY_REFUSALS    accounts that should work are refused in numbers
    """

    OUR_CREDENTIALS = "our_credentials"
    MANY_REFUSALS = "many_refusals"


@dataclass(frozen=True, slots=True)
class Incident:
    """An open incident. accounts: how many were seen in trouble so far."""

    kind: Kind
    opened_at: datetime
    accounts: int


def report(connection: Connection, kind: Kind, at: datetime, accounts: int = 1) -> None:
    """Opens an incident, or adds to the open one of that kind."""
    statement = insert_into(connection, incident).values(
        kind=kind.value,
        opened_at=at,
        last_seen_at=at,
        accounts=accounts,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["kind"],
            index_where=_i.closed_at.is_(None),
            set_={
                "last_seen_at": statement.excluded.last_seen_at,
                "accounts": _i.accounts + statement.excluded.accounts,
            },
        )
    )


def close(connection: Connection, kind: Kind, at: datetime) -> bool:
    """Ends the open incident of that kind; False where there is none."""
    closed = connection.execute(
        update(incident).where(_i.kind == kind.value, _i.closed_at.is_(None)).values(closed_at=at)
    )
    return closed.rowcount > 0


def is_open(connection: Connection, kind: Kind) -> bool:
    """Whether an incident of that kind is open."""
    return any(each.kind is kind for each in open_incidents(connection))


def open_incidents(connection: Connection) -> list[Incident]:
    """The open incidents, oldest first: what the banner shows."""
    rows = connection.execute(select(incident).where(_i.closed_at.is_(None)).order_by(_i.opened_at))
    return [Incident(Kind(row.kind), row.opened_at, row.accounts) for row in rows]


def version(connection: Connection) -> tuple[int, int]:
    """Changes whenever an incident opens or closes; cheap enough to ask every two seconds."""
    last, closed = connection.execute(
        select(func.coalesce(func.max(_i.id), 0), func.count(_i.closed_at))
    ).one()
    return last, closed
