"""Deeds of people: allowed or refused, done and written down in one transaction.

The trail is a chain: each entry's hash covers its content and the hash before it, so that one
changed byte, or an entry cut off, shows. No personal data of sellers belongs into it.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from data_access.database import reading, writing
from data_access.schema import audit_entry, audit_head
from rules.acts import Act, Actor, check

CHAIN = "audit"
START = "0" * 64
"""What the first entry has for the hash of the one before it."""

BATCH = 1_000

_e = audit_entry.c
_h = audit_head.c


@dataclass
class Deed:
    """What is being done: its transaction, and the lines that will stand in the trail.

    connection  everything the deed writes goes through it
    """

    connection: Connection
    _lines: list[tuple[int | None, dict]] = field(default_factory=list)

    def note(self, account_id: int | None = None, **details: object) -> None:
        """One entry: the account it was done to, and what it was `before` and `after`."""
        self._lines.append((account_id, details))


@contextmanager
def acting(actor: Actor, act: Act, at: datetime, of: Engine | None = None) -> Iterator[Deed]:
    """A transaction for a deed of `actor`; what is noted in it is written with it or not at all.

    A deed that notes nothing has changed nothing and leaves no entry.
    Raises NotAllowed before anything is done, DatabaseAway.
    """
    check(actor, act)
    with writing(of) as connection:
        deed = Deed(connection)
        yield deed
        append(connection, actor, act, at, deed._lines)


def append(
    connection: Connection,
    actor: Actor,
    act: Act,
    at: datetime,
    lines: list[tuple[int | None, dict]],
) -> None:
    """Adds entries to the chain, as the last thing in a transaction: it holds up all others that
    write to the trail until it is committed."""
    if not lines:
        return
    # Reserving the numbers also locks the end of the chain.
    last_id, last_hash = connection.execute(
        update(audit_head)
        .where(_h.chain == CHAIN)
        .values(last_id=_h.last_id + len(lines))
        .returning(_h.last_id, _h.hash)
    ).one()
    rows = []
    for number, (account_id, details) in enumerate(lines, last_id - len(lines) + 1):
        row = {
            "id": number,
            "at": at,
            "actor": actor.name,
            "role": actor.role.value,
            "act": act.value,
            "authorization_id": account_id,
            "details": json.dumps(details, default=str, ensure_ascii=False),
            "previous": last_hash,
        }
        last_hash = row["hash"] = entry_hash(row)
        rows.append(row)
    connection.execute(insert(audit_entry), rows)
    connection.execute(update(audit_head).where(_h.chain == CHAIN).values(hash=last_hash))


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


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain breaks: the first entry that is not as it was written, or is missing."""

    entry: int


def broken_link(of: Engine | None = None) -> Broken | None:
    """The first place at which the chain breaks, None where it is whole. Raises DatabaseAway."""
    previous, number = START, 0
    with reading(of) as connection:
        while rows := connection.execute(
            select(audit_entry).where(_e.id > number).order_by(_e.id).limit(BATCH)
        ).all():
            for row in rows:
                number += 1
                whole = row.id == number and row.previous == previous
                if not whole or row.hash != entry_hash(row._asdict()):
                    return Broken(number)
                previous = row.hash
        head = connection.execute(select(audit_head).where(_h.chain == CHAIN)).one()
    return None if (head.last_id, head.hash) == (number, previous) else Broken(number + 1)
