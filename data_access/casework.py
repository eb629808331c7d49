"""Owner, snooze, promise and notes of accounts: for one or for many, and each can be undone.

Everything here raises CaseworkRefused (a sentence), NotAllowed, DatabaseAway, and HalfDone where
the database went away between two batches. data_access.casework_undo puts a deed back.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Engine, Row, insert, update

from data_access.audit import Deed, acting
from data_access.case_batches import (
    Change,
    Done,
    Progress,
    end_in_force,
    in_batches,
    make,
    quietly,
)
from data_access.case_conditions import open_promises, open_snoozes
from data_access.history import add_events
from data_access.schema import authorization, note, promise, snooze
from rules import casework as rules
from rules.acts import Act, Actor

_a = authorization.c


def assign(
    actor: Actor,
    accounts: Collection[int],
    owner: str,
    at: datetime,
    of: Engine | None = None,
    progress: Progress = quietly,
) -> Done:
    """Makes `owner` the owner of accounts; empty for nobody."""
    owner = rules.owner(owner)

    def batch(deed: Deed, rows: Sequence[Row]) -> list[Change]:
        changes = [Change(row.id, row.owner, owner) for row in rows if row.owner != owner]
        ids = [change.account for change in changes]
        deed.connection.execute(update(authorization).where(_a.id.in_(ids)).values(owner=owner))
        add_events(
            deed.connection, "assigned", dict.fromkeys(ids, {"owner": owner}), at, actor.name
        )
        for change in changes:
            deed.note(change.account, before=change.before, after=owner)
        return changes

    return in_batches(Done(Act.ASSIGN, at), actor, accounts, batch, of, progress)


def put_off(
    actor: Actor,
    accounts: Collection[int],
    until: date,
    reason: str,
    at: datetime,
    of: Engine | None = None,
    progress: Progress = quietly,
) -> Done:
    """Snoozes accounts until the start of a day in the zone of `at`, each until its expiry at the
    latest; in the place of a snooze that was there."""
    moment, reason = rules.snooze_until(until, at), rules.reason(reason)
    cut_short: list[int] = []

    def batch(deed: Deed, rows: Sequence[Row]) -> list[Change]:
        ends = {row.id: rules.snooze_end(moment, row.expires_at, at) for row in rows}
        cut_short.extend(account for account, each in ends.items() if each < moment)
        before = end_in_force(deed.connection, snooze, open_snoozes(at), ends, at)
        said = {"reason": reason, "agent": actor.name, "made_at": at}
        values = {account: {"until": each, **said} for account, each in ends.items()}
        made = make(deed.connection, snooze, rows, values)
        told = {account: {"until": each} for account, each in ends.items()}
        add_events(deed.connection, "snoozed", told, at, actor.name)
        for account, each in ends.items():
            deed.note(account, before=before.get(account), after=made[account], until=each)
        return [Change(account, before.get(account), made[account]) for account in ends]

    done = in_batches(Done(Act.SNOOZE, at), actor, accounts, batch, of, progress)
    return replace(done, cut_short=tuple(cut_short))


def wake(
    actor: Actor,
    accounts: Collection[int],
    at: datetime,
    of: Engine | None = None,
    progress: Progress = quietly,
) -> Done:
    """Ends the snoozes of accounts before their time."""

    def batch(deed: Deed, rows: Sequence[Row]) -> list[Change]:
        ids = [row.id for row in rows]
        before = end_in_force(deed.connection, snooze, open_snoozes(at), ids, at)
        return _ended(deed, "woken", before, at, actor)

    return in_batches(Done(Act.WAKE, at), actor, accounts, batch, of, progress)


def promised(
    actor: Actor,
    accounts: Collection[int],
    due_on: date,
    at: datetime,
    of: Engine | None = None,
    progress: Progress = quietly,
) -> Done:
    """Writes down that sellers renew by a day; in the place of a promise that was there."""
    due_on = rules.promised(due_on, at)

    def batch(deed: Deed, rows: Sequence[Row]) -> list[Change]:
        ids = [row.id for row in rows]
        before = end_in_force(deed.connection, promise, open_promises(), ids, at)
        values = {"due_on": due_on, "agent": actor.name, "made_at": at}
        made = make(deed.connection, promise, rows, dict.fromkeys(ids, values))
        told = dict.fromkeys(ids, {"due_on": due_on})
        add_events(deed.connection, "promised", told, at, actor.name)
        for account in ids:
            deed.note(account, before=before.get(account), after=made[account], due_on=due_on)
        return [Change(account, before.get(account), made[account]) for account in ids]

    return in_batches(Done(Act.PROMISE, at), actor, accounts, batch, of, progress)


def end_promise(
    actor: Actor,
    accounts: Collection[int],
    at: datetime,
    of: Engine | None = None,
    progress: Progress = quietly,
) -> Done:
    """Takes back what was promised for accounts."""

    def batch(deed: Deed, rows: Sequence[Row]) -> list[Change]:
        ids = [row.id for row in rows]
        before = end_in_force(deed.connection, promise, open_promises(), ids, at)
        return _ended(deed, "promise_ended", before, at, actor)

    return in_batches(Done(Act.END_PROMISE, at), actor, accounts, batch, of, progress)


def write_note(
    actor: Actor,
    accounts: Collection[int],
    text: str,
    at: datetime,
    of: Engine | None = None,
    progress: Progress = quietly,
) -> Done:
    """Adds a note to accounts."""
    text = rules.note(text)

    def batch(deed: Deed, rows: Sequence[Row]) -> list[Change]:
        if not rows:
            return []
        values = {"at": at, "agent": actor.name, "text": text}
        made = deed.connection.execute(
            insert(note).returning(note.c.authorization_id, note.c.id),
            [{"authorization_id": row.id, **values} for row in rows],
        ).all()
        told: dict[int, dict] = {account: {} for account, _ in made}
        add_events(deed.connection, "noted", told, at, actor.name)
        for account, number in made:
            deed.note(account, after=number)
        return [Change(account, None, number) for account, number in made]

    return in_batches(Done(Act.WRITE_NOTE, at), actor, accounts, batch, of, progress)


def withdraw_note(actor: Actor, number: int, at: datetime, of: Engine | None = None) -> Done:
    """Takes a note back; it can still be read as withdrawn. Changes nothing where it was taken
    back before."""
    n = note.c
    done = Done(Act.WITHDRAW_NOTE, at, asked=1)
    with acting(actor, done.act, at, of) as deed:
        account = deed.connection.scalar(
            update(note)
            .where(n.id == number, n.withdrawn_at.is_(None))
            .values(withdrawn_at=at)
            .returning(n.authorization_id)
        )
        if account is None:
            return done
        changes = _ended(deed, "note_withdrawn", {account: number}, at, actor)
        return replace(done, changes=tuple(changes))


def _ended(deed: Deed, kind: str, rows: dict[int, int], at: datetime, actor: Actor) -> list[Change]:
    """Writes down that a row of each account was ended."""
    told: dict[int, dict] = {account: {} for account in rows}
    add_events(deed.connection, kind, told, at, actor.name)
    for account, number in rows.items():
        deed.note(account, before=number)
    return [Change(account, number, None) for account, number in rows.items()]
