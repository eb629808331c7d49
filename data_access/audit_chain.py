"""Whether the audit trail is as it was written: one changed byte, or an entry cut off, shows.

Each entry's hash covers its content and the hash before it. Whoever can write the database could
compute the whole chain anew; so keep the hash of its end elsewhere from time to time (`doctor`
prints it): a chain that was made anew does not hold it.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import Connection, Engine, func, select

from data_access.database import reading
from data_access.schema import audit_entry, audit_head

CHAIN = "audit"
START = "0" * 64
"""What the first entry has for the hash of the one before it."""

_BATCH = 1_000
_e = audit_entry.c


@dataclass(frozen=True, slots=True)
class Chain:
    """What was found.

    entries  how many follow each other as they were written
    end      the hash of the last of them
    broken   the first entry that is not as it was written, or is missing; None where all are
    """

    entries: int
    end: str
    broken: int | None


def examined(of: Engine | None = None) -> Chain:
    """Goes through the whole trail, about 100,000 entries a second. Raises DatabaseAway."""
    with reading(of) as connection:
        # Entries that are written meanwhile are not seen: neither they nor the new end.
        entries, end, broken = _followed(connection)
        if broken is None:
            head = connection.execute(
                select(audit_head.c.last_id, audit_head.c.hash).where(audit_head.c.chain == CHAIN)
            ).one_or_none()
            if head is None or tuple(head) != (entries, end):
                broken = entries + 1
    return Chain(entries, end, broken)


def length(connection: Connection) -> int:
    """How many entries the trail has, without looking at them."""
    return connection.scalar(select(func.max(audit_head.c.last_id))) or 0


def entry_hash(row: dict) -> str:
    """The hash of an entry: SHA-256 over everything in it and the hash of the one before."""
    said = [
        row["id"],
        row["at"].astimezone(UTC).isoformat(),
        row["actor"],
        row["role"],
        row["act"],
        row["authorization_id"],
        row["details"],
        row["previous"],
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _followed(connection: Connection) -> tuple[int, str, int | None]:
    """Entries from the beginning, as long as each follows the one before it."""
    # Numbers are given from 1; whatever has a lower one was put in by somebody else.
    if connection.scalar(select(func.min(_e.id)).where(_e.id < 1)) is not None:
        return 0, START, 1
    number, previous = 0, START
    while True:
        batch = select(audit_entry).where(_e.id > number).order_by(_e.id).limit(_BATCH)
        try:
            rows = [row._asdict() for row in connection.execute(batch)]
        except (ValueError, TypeError, OverflowError):
            # Something that is no moment, or no text, where one was written.
            rows = _one_by_one(connection, number)
        if not rows:
            return number, previous, None
        for row in rows:
            whole = row is not None and (row["id"], row["previous"]) == (number + 1, previous)
            if not whole or row["hash"] != entry_hash(row):
                return number, previous, number + 1
            number, previous = number + 1, row["hash"]


def _one_by_one(connection: Connection, number: int) -> list[dict | None]:
    """The entries of a batch up to the first that cannot be read, which is None."""
    rows: list[dict | None] = []
    ids = connection.scalars(select(_e.id).where(_e.id > number).order_by(_e.id).limit(_BATCH))
    for identity in ids.all():
        try:
            row = connection.execute(select(audit_entry).where(_e.id == identity)).one()
            rows.append(row._asdict())
        except (ValueError, TypeError, OverflowError):
            return [*rows, None]
    return rows
