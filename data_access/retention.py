"""Personal data that has been kept for as long as the settings say is taken away, once a day.

What was done stays (that a message was sent, that a value changed, and when); what was written
goes. data_access.settings_privacy says what each time is for.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    case,
    delete,
    or_,
    select,
    update,
)

from data_access import jobs, schema
from data_access.clock import Clock, utc_now
from data_access.database import reading, writing
from data_access.event_values import grants_with_values, take_values
from data_access.outbox import FAILED, LEFT_OUT, SENT
from data_access.settings import settings

RETENTION = "retention"
EVERY = timedelta(days=1)
BATCH = 5_000

_Change = Callable[[Connection, ColumnElement[bool]], int]


def purge_due(clock: Clock = utc_now, of: Engine | None = None) -> int:
    """Takes away what is due if the last run is a day old; returns how many rows that were.

    Of several processes one does it. Raises DatabaseAway.
    """
    if jobs.has_run(RETENTION, EVERY, clock(), of):
        return 0
    with jobs.running_alone(RETENTION, clock, of) as counts:
        if counts is None:
            return 0
        counts.due = counts.sent = sum(purge(clock(), of).values())
    return counts.sent


def purge(now: datetime, of: Engine | None = None) -> dict[str, int]:
    """The same at once: how many rows of each kind were emptied or deleted. Raises DatabaseAway."""
    keep = settings()

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    n, s, c = schema.note.c, schema.snooze.c, schema.consent_state.c
    notes = before(keep.keep_notes_days)
    return {
        "notes": _delete(schema.note, n.at < notes, of),
        "snoozes": _empty(schema.snooze, and_(s.made_at < notes, s.reason != ""), of, reason=""),
        "messages": _empty_messages(before(keep.keep_messages_days), of),
        "consents": _delete(
            schema.consent_state, c.expires_at < before(keep.keep_consents_days), of
        ),
        "sessions": _delete_sessions(before(keep.keep_sessions_days), of),
        "problems": _empty_problems(before(keep.keep_problems_days), of),
        "values": _take_values(before(keep.keep_values_days), of),
    }


def _empty_messages(until: datetime, of: Engine | None) -> int:
    """Those that will not be sent any more, whatever came of them."""
    m = schema.message.c
    # Why a message was left out is a code, and keeps the same reminder from coming again.
    failure_stays = m.state == LEFT_OUT
    due = and_(
        m.created_at < until,
        m.state.in_((SENT, FAILED, LEFT_OUT)),
        or_(
            m.recipient != "",
            m.subject != "",
            m.text != "",
            and_(m.failure != "", ~failure_stays),
        ),
    )
    failure = case((failure_stays, m.failure), else_="")
    return _empty(schema.message, due, of, recipient="", subject="", text="", failure=failure)


def _delete_sessions(until: datetime, of: Engine | None) -> int:
    """Those that were over by then, by themselves or because somebody ended them."""
    login = schema.login_session.c
    return _delete(schema.login_session, or_(login.ends_at < until, login.ended_at < until), of)


def _empty_problems(until: datetime, of: Engine | None) -> int:
    """What readings of a source quoted from its rows; that there was a problem stays."""
    run, problem = schema.source_run.c, schema.source_problem.c
    old_runs = select(run.id).where(run.started_at < until)
    quoting = and_(problem.run_id.in_(old_runs), or_(problem.value != "", problem.fix != ""))
    return _empty(schema.source_problem, quoting, of, value="", fix="")


def _delete(table: Table, due: ColumnElement[bool], of: Engine | None) -> int:
    def change(connection: Connection, some: ColumnElement[bool]) -> int:
        return connection.execute(delete(table).where(some)).rowcount

    return _in_batches(table, due, of, change)


def _empty(
    table: Table, due: ColumnElement[bool], of: Engine | None, **values: str | ColumnElement[str]
) -> int:
    def change(connection: Connection, some: ColumnElement[bool]) -> int:
        return connection.execute(update(table).where(some).values(values)).rowcount

    return _in_batches(table, due, of, change)


def _take_values(until: datetime, of: Engine | None) -> int:
    """What sources told of people, in changes and beside the dates of grants."""
    e = schema.event.c
    with reading(of) as connection:
        grants = grants_with_values(connection)
    changes = and_(e.kind == "changed", e.details != "{}")
    return sum(
        _in_batches(schema.event, and_(e.at < until, some), of, take_values)
        for some in (changes, grants)
    )


def _in_batches(table: Table, due: ColumnElement[bool], of: Engine | None, change: _Change) -> int:
    """Some thousand rows at a time, so that nobody else who writes waits for long."""
    key = next(iter(table.primary_key.columns))
    changed = 0
    while True:
        with reading(of) as connection:
            some = connection.scalars(select(key).where(due).limit(BATCH)).all()
        if not some:
            return changed
        with writing(of) as connection:
            changed += change(connection, and_(key.in_(some), due))
