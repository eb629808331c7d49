"""Deeds of people: allowed or refused, done and written down in one transaction.

The trail is a chain (data_access.audit_chain says how). No personal data of sellers belongs into
it: it names their accounts by number, and outlives them.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, update

from data_access.audit_chain import CHAIN, entry_hash
from data_access.database import writing
from data_access.schema import audit_entry, audit_head
from rules.acts import Act, Actor, check
from rules.typed_text import keepable

BATCH = 5_000

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

    A deed that notes nothing has changed nothing and leaves no entry. One deed at a time: a second
    one, begun within the first, would wait for it in vain.
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
    write to the trail until it is committed.

    As everybody takes the end of the chain last, nobody who holds it waits for anybody.
    """
    if not lines:
        return
    # As they will stand there: the hash is of what is kept.
    texts = [keepable(json.dumps(details, default=str, ensure_ascii=False)) for _, details in lines]
    # Reserving the numbers also locks the end of the chain.
    last_id, last_hash = connection.execute(
        update(audit_head)
        .where(_h.chain == CHAIN)
        .values(last_id=_h.last_id + len(lines))
        .returning(_h.last_id, _h.hash)
    ).one()
    said = {
        "at": at,
        # As it will stand there: the hash is of what is kept.
        "actor": keepable(actor.name)[: audit_entry.c.actor.type.length],
        "role": actor.role.value,
        "act": act.value,
    }
    rows = []
    first_id = last_id - len(lines) + 1
    for number, ((account_id, _), text) in enumerate(zip(lines, texts, strict=True), first_id):
        of_this = {"id": number, "authorization_id": account_id, "details": text}
        row = said | of_this | {"previous": last_hash}
        last_hash = row["hash"] = entry_hash(row)
        rows.append(row)
    for start in range(0, len(rows), BATCH):
        connection.execute(insert(audit_entry), rows[start : start + BATCH])
    connection.execute(update(audit_head).where(_h.chain == CHAIN).values(hash=last_hash))
