"""How casework is done to many accounts: batch by batch, each a transaction of its own."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, insert, select, update

from data_access.audit import Deed, acting
from data_access.database import DatabaseAway
from data_access.funnel import Noted
from data_access.history import last_event
from data_access.schema import authorization
from rules.acts import Act, Actor
from rules.casework import round_of

BATCH = 1_000

Progress = Callable[[int, int], None]
"""Is told how many accounts of how many are done."""

_a = authorization.c


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one account.

    before, after  its owner; or the number of the snooze, promise or note that was ended, and of
                   the one that was made; or what was noted of its link as sent. None for none
    mark           the last event when its batch was done: whoever changes the account since has a
                   later one
    """

    account: int
    before: str | int | Noted | None
    after: str | int | Noted | None
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """A deed with what it takes to undo it.

    at         when, as it stands in the rows
    changes    the accounts that it changed
    asked      how many accounts it was asked for; the rest was like that before, or is gone
    cut_short  accounts whose snooze ends before the day asked for, at their expiry
    """

    act: Act
    at: datetime
    changes: tuple[Change, ...] = ()
    asked: int = 0
    cut_short: tuple[int, ...] = ()


class HalfDone(Exception):
    """The database stopped answering between two batches; `done` is what was done by then."""

    def __init__(self, done: Done) -> None:
        super().__init__(f"{len(done.changes)} of {done.asked} accounts were changed")
        self.done = done


def quietly(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def in_batches(
    done: Done,
    actor: Actor,
    accounts: Collection[int],
    batch: Callable[[Deed, Sequence[Row]], list[Change]],
    of: Engine | None,
    progress: Progress,
) -> Done:
    """Runs `batch` over the rows of accounts (see `locked`), and passes over unknown numbers.

    Raises NotAllowed, HalfDone, and DatabaseAway where nothing was done.
    """
    ids = sorted({int(each) for each in accounts})
    done = replace(done, asked=len(ids))
    for start in range(0, len(ids), BATCH):
        try:
            with acting(actor, done.act, done.at, of) as deed:
                changes = batch(deed, locked(deed.connection, ids[start : start + BATCH]))
                mark = last_event(deed.connection)
        except DatabaseAway as error:
            if not done.changes:
                raise
            raise HalfDone(done) from error
        marked = (replace(each, mark=mark) for each in changes)
        done = replace(done, changes=(*done.changes, *marked))
        progress(min(start + BATCH, len(ids)), len(ids))
    return done


def locked(connection: Connection, accounts: Collection[int]) -> Sequence[Row]:
    """id, owner, granted_at and expires_at of the accounts, locked until the transaction ends.

    Everybody locks in the order of the ids, so that no two wait for each other.
    """
    return connection.execute(
        select(_a.id, _a.owner, _a.granted_at, _a.expires_at)
        .where(_a.id.in_(accounts))
        .order_by(_a.id)
        .with_for_update(key_share=True)
    ).all()


def in_force(
    connection: Connection, table: Table, condition: ColumnElement[bool], accounts: Collection[int]
) -> dict[int, int]:
    """The rows of a table that are in force for some accounts: the last one's number by account."""
    return _last(_all_in_force(connection, table, condition, accounts))


def end_in_force(
    connection: Connection,
    table: Table,
    condition: ColumnElement[bool],
    accounts: Collection[int],
    at: datetime,
) -> dict[int, int]:
    """Ends all of them; returns the same as `in_force`."""
    found = _all_in_force(connection, table, condition, accounts)
    end(connection, table, [number for numbers in found.values() for number in numbers], at)
    return _last(found)


def _all_in_force(
    connection: Connection, table: Table, condition: ColumnElement[bool], accounts: Collection[int]
) -> dict[int, list[int]]:
    t = table.c
    rows = connection.execute(
        select(t.authorization_id, t.id)
        .join(authorization, _a.id == t.authorization_id)
        .where(t.authorization_id.in_(accounts), condition)
        .order_by(t.id)
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for account, number in rows:
        found[account].append(number)
    return found


def _last(numbers: dict[int, list[int]]) -> dict[int, int]:
    return {account: some[-1] for account, some in numbers.items()}


def end(connection: Connection, table: Table, numbers: Collection[int], at: datetime) -> None:
    """Ends rows of a table."""
    if numbers:
        t = table.c
        connection.execute(update(table).where(t.id.in_(list(numbers))).values(ended_at=at))


def make(
    connection: Connection, table: Table, rows: Sequence[Row], values: dict[int, dict]
) -> dict[int, int]:
    """Inserts a row for each account, in its round: their numbers by account."""
    if not rows:
        return {}
    t = table.c
    made = connection.execute(
        insert(table).returning(t.authorization_id, t.id),
        [
            {"authorization_id": row.id, "round": round_of(row.granted_at), **values[row.id]}
            for row in rows
        ],
    )
    return {account: number for account, number in made}
