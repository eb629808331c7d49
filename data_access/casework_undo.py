"""Undoes a deed of data_access.casework, or a link that was noted as sent, for the accounts that
nobody changed since."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, func, select, update

from data_access import funnel
from data_access.audit import Deed
from data_access.case_batches import Change, Done, Progress, end, in_batches, in_force, quietly
from data_access.case_conditions import open_promises, open_snoozes, round_in_force
from data_access.history import add_events
from data_access.schema import authorization, event, note, promise, snooze
from rules.acts import Act, Actor

_a = authorization.c

_OPPOSITE = {
    Act.ASSIGN: (Act.ASSIGN, "assigned"),
    Act.SNOOZE: (Act.WAKE, "woken"),
    Act.WAKE: (Act.SNOOZE, "snoozed"),
    Act.PROMISE: (Act.END_PROMISE, "promise_ended"),
    Act.END_PROMISE: (Act.PROMISE, "promised"),
    Act.WRITE_NOTE: (Act.WITHDRAW_NOTE, "note_withdrawn"),
    Act.WITHDRAW_NOTE: (Act.WRITE_NOTE, "noted"),
    Act.SEND_MESSAGE: (Act.SEND_MESSAGE, "sent_taken_back"),
}
"""By act: the act that undoing it is, for the roles and the trail, and the event that it makes."""

_SAME = {
    Act.ASSIGN: ("assigned",),
    **dict.fromkeys((Act.SNOOZE, Act.WAKE), ("snoozed", "woken")),
    **dict.fromkeys((Act.PROMISE, Act.END_PROMISE), ("promised", "promise_ended")),
}
"""By act: the events that change the same thing of an account."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of undoing.

    back  the accounts that are as they were
    left  those that were left alone: somebody changed them since, or their seller has renewed
    """

    back: tuple[int, ...]
    left: tuple[int, ...]


def undo(
    done: Done, actor: Actor, at: datetime, of: Engine | None = None, progress: Progress = quietly
) -> Undone:
    """Undoes what `done` changed. A second time changes nothing.

    Raises NotAllowed, HalfDone, DatabaseAway.
    """
    act, kind = _OPPOSITE[done.act]
    wanted = {change.account: change for change in done.changes}

    def batch(deed: Deed, rows: Sequence[Row]) -> list[Change]:
        changes = [wanted[row.id] for row in rows]
        back = _put_back(deed.connection, done, changes, rows, at)
        told = {c.account: {"undo": True, **_owner(done, c)} for c in back}
        add_events(deed.connection, kind, told, at, actor.name)
        for change in back:
            deed.note(change.account, **_told(done, change), undo=True)
        return [Change(c.account, c.after, c.before) for c in back]

    undone = in_batches(Done(act, at), actor, wanted, batch, of, progress)
    back = {change.account for change in undone.changes}
    return Undone(tuple(sorted(back)), tuple(sorted(wanted.keys() - back)))


def _owner(done: Done, change: Change) -> dict[str, object]:
    return {"owner": change.before} if done.act is Act.ASSIGN else {}


def _told(done: Done, change: Change) -> dict[str, object]:
    if done.act is Act.SEND_MESSAGE:
        return {"sent": "by hand"}
    return {"before": change.after, "after": change.before}


def _put_back(
    connection: Connection,
    done: Done,
    changes: Sequence[Change],
    rows: Sequence[Row],
    at: datetime,
) -> list[Change]:
    """Undoes the changes of a batch; returns those that it could undo."""
    if done.act is Act.ASSIGN:
        return _owners(connection, done, changes, rows)
    if done.act is Act.WRITE_NOTE:
        return _notes(connection, changes, note.c.withdrawn_at.is_(None), at)
    if done.act is Act.WITHDRAW_NOTE:
        return _notes(connection, changes, note.c.withdrawn_at == done.at, None)
    if done.act is Act.SEND_MESSAGE:
        return _sent(connection, changes, rows)
    if done.act in (Act.SNOOZE, Act.WAKE):
        return _rows(connection, snooze, open_snoozes(at), done, changes, at)
    return _rows(connection, promise, open_promises(), done, changes, at)


def _owners(
    connection: Connection, done: Done, changes: Sequence[Change], rows: Sequence[Row]
) -> list[Change]:
    owners = {row.id: row.owner for row in rows}
    since = _acted_since(connection, done, changes)
    back = [c for c in changes if owners[c.account] == c.after and c.account not in since]
    by_owner: defaultdict[str, list[int]] = defaultdict(list)
    for change in back:
        by_owner[str(change.before)].append(change.account)
    for owner, accounts in by_owner.items():
        connection.execute(update(authorization).where(_a.id.in_(accounts)).values(owner=owner))
    return back


def _acted_since(connection: Connection, done: Done, changes: Sequence[Change]) -> set[int]:
    """The accounts of which somebody changed the same thing since, even if it is the same again."""
    e = event.c
    marks = {change.account: change.mark for change in changes}
    acted = connection.execute(
        select(e.authorization_id, func.max(e.id))
        .where(
            e.authorization_id.in_(list(marks)),
            e.id > min(marks.values(), default=0),
            e.kind.in_(_SAME[done.act]),
        )
        .group_by(e.authorization_id)
    )
    return {account for account, last in acted if last > marks[account]}


def _notes(
    connection: Connection,
    changes: Sequence[Change],
    as_it_was: ColumnElement[bool],
    withdrawn_at: datetime | None,
) -> list[Change]:
    numbers = {c.before or c.after: c for c in changes}
    found = connection.scalars(
        update(note)
        .where(note.c.id.in_(list(numbers)), as_it_was)
        .values(withdrawn_at=withdrawn_at)
        .returning(note.c.id)
    )
    return [numbers[number] for number in found]


def _sent(connection: Connection, changes: Sequence[Change], rows: Sequence[Row]) -> list[Change]:
    """For the round of the grant in force alone: nothing of an earlier round is undone."""
    granted = {row.id: row.granted_at for row in rows}
    back = []
    for c in changes:
        of_this = connection, funnel.Step.SENT, c.account, granted[c.account]
        if funnel.put_back(*of_this, c.after, c.before):
            back.append(c)
    return back


def _rows(
    connection: Connection,
    table: Table,
    condition: ColumnElement[bool],
    done: Done,
    changes: Sequence[Change],
    at: datetime,
) -> list[Change]:
    """Ends the rows that were made, and puts those in force again that were ended for them."""
    accounts = [c.account for c in changes]
    now = in_force(connection, table, condition, accounts)
    since = _acted_since(connection, done, changes)
    t = table.c
    ended_then = set(
        connection.scalars(
            select(t.id)
            .join(authorization, _a.id == t.authorization_id)
            .where(
                t.id.in_([c.before for c in changes if c.before is not None]),
                t.ended_at == done.at,
                t.round == round_in_force(),
            )
        )
    )
    back = [
        c
        for c in changes
        if now.get(c.account) == c.after
        and c.account not in since
        and (c.before is None or c.before in ended_then)
    ]
    end(connection, table, [c.after for c in back if c.after is not None], at)
    again = [c.before for c in back if c.before is not None]
    if again:
        connection.execute(update(table).where(t.id.in_(again)).values(ended_at=None))
    return back
