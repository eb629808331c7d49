"""One reading of a source: read everything, then apply it in one transaction, or nothing of it."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from data_access.audit import append
from data_access.clock import Clock, utc_now
from data_access.database import engine, reading
from data_access.erased import ErasedSellers
from data_access.settings import settings
from data_access.sources import staging
from data_access.sources.apply import (
    Applied,
    BeginAgain,
    apply_staged,
    beginning_of,
    keep_problems,
)
from data_access.sources.errors import SourceError
from data_access.sources.mapping import Mapping
from data_access.sources.problems import Problem
from data_access.sources.reading import Opened, opened
from data_access.sources.run_facts import Result, Run
from data_access.sources.run_log import begin_run, end_run, fail
from data_access.sources.sifting import fresh_rows
from data_access.sources.staging import staged_problem
from data_access.sources.translate import Translator
from data_access.sources.unchanged import ReadAgain, Unchanged, remembered
from rules.acts import Act, Actor, check

Progress = Callable[[int, int | None], None]
Report = Callable[[Iterator[Problem]], None]

SHOWN = 200
"""How many problems a Result carries; a report gets them all."""

SELDOM = 200_000
"""So many new objects until Python looks for garbage: more than a batch of rows has."""


class _DryRun(Exception):
    """Ends the transaction of a dry run."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a run was asked for, see read_source; run_id is None for a dry run. The clock tells now,
    which is later at each step."""

    location: str
    mapping: Mapping
    run: Run
    run_id: int | None
    allow_removals: bool
    progress: Progress | None
    report: Report | None
    actor: Actor | None
    clock: Clock


def read_source(
    location: str,
    mapping: Mapping,
    *,
    of: Engine | None = None,
    dry_run: bool = False,
    allow_removals: bool = False,
    whole: bool = False,
    progress: Progress | None = None,
    report: Report | None = None,
    now: datetime | None = None,
    actor: Actor | None = None,
) -> Result:
    """Brings the desk up to what the source says.

    location  a database URL, or the path of a CSV or SQLite file
    dry_run   tells everything and writes nothing
    allow_removals  believes it when many accounts are missing at once
    whole     reads every row of a database whose mapping says how changed rows are told
    progress  is called with the rows done and the rows there are (None where nobody knows)
    report    gets every problem, rejected rows first
    actor     whoever decided on this reading, for the audit trail; None where it was simply due
    Raises SourceError where the source or the mapping is at fault, DatabaseAway where the token
    database is; nothing was written then but the failure itself. Raises NotAllowed beforehand.
    """
    of = of or engine()
    if actor is not None:
        check(actor, Act.IMPORT)
    clock = utc_now if now is None else lambda: now
    run = Run(mapping.name, frozenset(mapping.fields.rules()), clock())
    run_id = None if dry_run else begin_run(of, run)
    asked = _Asked(location, mapping, run, run_id, allow_removals, progress, report, actor, clock)
    anew = whole and mapping.sql is not None and bool(mapping.sql.changed)
    try:
        while True:
            try:
                return _read(asked, anew, of)
            except BeginAgain:
                pass
            except ReadAgain:
                anew = True
            # What is read now may be of moments that were ahead when the first reading began.
            asked = replace(asked, run=replace(run, now=clock()))
    except SourceError as error:
        fail(of, run_id, str(error))
        raise
    except BaseException as error:
        fail(of, run_id, f"The reading ended with {type(error).__name__}.")
        raise


def _read(asked: _Asked, anew: bool, of: Engine) -> Result:
    mapping = asked.mapping
    with reading(of) as connection, _temporary(connection), _rarely_collected():
        with connection.begin():
            # Before all else: what another reading brings in from here on came since.
            beginning = beginning_of(connection, asked.run.source)
            unchanged = remembered(connection, mapping, settings().application_id, anew)
        with opened(asked.location, mapping) as source:
            rows_read, rejected = _stage(connection, asked, source, unchanged, beginning.erased)
        cut_short = source.cut_short
        connection = connection.execution_options(writes=True)
        result = None
        try:
            with connection.begin():
                # What sellers and Amazon did while the source was read is not ahead of our clock.
                run = replace(asked.run, now=asked.clock())
                applied = apply_staged(
                    connection, run, mapping, unchanged, beginning, cut_short, asked.allow_removals
                )
                result = _result(connection, asked, rows_read, rejected, applied)
                if asked.report is not None:
                    asked.report(_problems(connection))
                if asked.run_id is None:
                    raise _DryRun
                keep_problems(connection, run.source, asked.run_id)
                end_run(connection, asked.run_id, result)
                if asked.actor is not None and result.counts.total:
                    _note(connection, asked.actor, run, result, asked.allow_removals)
        except _DryRun:
            pass
    return result


def _note(
    connection: Connection, actor: Actor, run: Run, result: Result, allow_removals: bool
) -> None:
    """One entry for what a person brought in; each account's own history says what it changed."""
    said = {"source": run.source, **asdict(result.counts)}
    if allow_removals:
        said["removals"] = "allowed"
    append(connection, actor, Act.IMPORT, run.now, [(None, said)])


@contextmanager
def _temporary(connection: Connection) -> Iterator[None]:
    """The staging tables; reading may take long, and must not keep others from writing."""
    with connection.begin():
        staging.prepare(connection)
    try:
        yield
    finally:
        # They hold what the source said until the connection is gone, and it may be pooled.
        connection.invalidate()


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Rows have no circles in them, and looking for some costs a third of reading them."""
    before = gc.get_threshold()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _stage(
    connection: Connection,
    asked: _Asked,
    source: Opened,
    unchanged: Unchanged,
    erased: ErasedSellers,
) -> tuple[int, int]:
    """Reads and checks every row that is new or different; returns how many rows there were and
    how many cannot be taken."""
    translator = Translator(
        asked.mapping, source.columns, asked.run.now, settings().application_id, erased
    )
    read = rejected = 0
    first = 1
    for gone_through, (rows, digests) in fresh_rows(source, unchanged):
        if rows:
            places = source.places(rows)
            translated = translator(rows, places)
            with connection.begin():
                staging.put(connection, first, places, translated, digests)
            first += len(rows)
            rejected += len(translated.rejected)
        read += gone_through
        if asked.progress is not None:
            asked.progress(read, source.total)
    return read, rejected


def _result(
    connection: Connection, asked: _Asked, read: int, rejected: int, applied: Applied
) -> Result:
    p = staged_problem.c
    reasons = connection.execute(
        select(p.reason, p.taken, func.count()).group_by(p.reason, p.taken).order_by(p.reason)
    )
    return Result(
        source=asked.run.source,
        dry_run=asked.run_id is None,
        rows_read=read,
        rows_taken=applied.taken,
        rows_rejected=rejected + applied.rejected,
        rows_merged=applied.merged,
        counts=applied.counts,
        reasons={(reason, bool(taken)): number for reason, taken, number in reasons},
        problems=list(_problems(connection, SHOWN)),
        held_back=applied.held_back,
    )


def _problems(connection: Connection, limit: int | None = None) -> Iterator[Problem]:
    p = staged_problem.c
    rows = connection.execute(
        select(p.place, p.taken, p.reason, p.column, p.value, p.fix)
        .order_by(p.taken, p.id)
        .limit(limit)
    )
    for row in rows:
        yield Problem(row.place, bool(row.taken), row.reason, row.column, row.value, row.fix)
