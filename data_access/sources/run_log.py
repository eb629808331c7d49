"""The desk's memory of its readings: when, of what, with which outcome."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, update

from data_access import schema
from data_access.database import writing
from data_access.sources.run_facts import Result, Run

KEPT_RUNS = 1_000
"""How many runs of a source the desk remembers."""


def begin_run(of: Engine, run: Run) -> int:
    """Notes that a reading begins, for all to see; returns its number."""
    with writing(of) as connection:
        return connection.scalar(
            insert(schema.source_run)
            .values(source=run.source, started_at=run.now)
            .returning(schema.source_run.c.id)
        )


def end_run(connection: Connection, run_id: int, result: Result) -> None:
    """Notes how it ended, in the transaction that applied it, and forgets very old ones."""
    r = schema.source_run
    connection.execute(
        update(r)
        .where(r.c.id == run_id)
        .values(
            finished_at=datetime.now(UTC),
            rows_read=result.rows_read,
            rows_taken=result.rows_taken,
            rows_rejected=result.rows_rejected,
            rows_merged=result.rows_merged,
            granted=result.counts.granted,
            renewed=result.counts.renewed,
            changed=result.counts.changed,
            removed=result.counts.removed,
            held_back=result.held_back,
        )
    )
    of_source = r.c.source == result.source
    kept = select(r.c.id).where(of_source).order_by(r.c.id.desc()).limit(KEPT_RUNS)
    connection.execute(r.delete().where(of_source, r.c.id.not_in(kept.scalar_subquery())))


def ended_runs(connection: Connection, source: str) -> frozenset[int]:
    """The numbers of the readings of a source that were applied until now."""
    r = schema.source_run.c
    applied = (r.source == source, r.finished_at.is_not(None), r.failure == "")
    return frozenset(connection.scalars(select(r.id).where(*applied)))


def fail(of: Engine, run_id: int | None, why: str) -> None:
    """Notes why nothing came of a reading; a dry run has no number and leaves no trace."""
    if run_id is None:
        return
    with writing(of) as connection:
        connection.execute(
            update(schema.source_run)
            .where(schema.source_run.c.id == run_id)
            .values(finished_at=datetime.now(UTC), failure=why)
        )
