"""Jobs that must not stop unnoticed: which process may run one now, and what came of each run."""

import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine, delete, insert, select, update

from data_access.clock import AHEAD, Clock, utc_now
from data_access.conflicts import insert_into
from data_access.database import DatabaseAway, reading, writing
from data_access.schema import job_lease, job_run
from data_access.settings import settings

REMIND = "remind"
DIGEST = "digest"
CHAT = "chat"

LEASE_LASTS = timedelta(seconds=60)
RUNS_ARE_KEPT = timedelta(days=90)
USUAL_INTERVAL = timedelta(minutes=15)
"""Between two runs of the desk's own reminders, unless a setting says otherwise."""

_l = job_lease.c
_r = job_run.c
log = structlog.get_logger()


@contextmanager
def lease(
    job: str,
    holder: str = "",
    for_: timedelta = LEASE_LASTS,
    clock: Clock = utc_now,
    of: Engine | None = None,
) -> Iterator[bool]:
    """Whether this process, and no other, may run `job` now. The lease is given back at the end.

    It is renewed in the background for as long as the job runs. Where the holder dies, another
    process takes over once `for_` has passed; so it does where the holder lives and could not renew
    the lease for so long, which the log says. Raises DatabaseAway.
    """
    holder = holder or f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    with writing(of) as connection:
        held = claim(connection, job, holder, clock() + for_, clock())
    if not held:
        yield False
        return
    try:
        with _renewed(lambda: _renew(job, holder, for_, clock, of), for_ / 3):
            yield True
    finally:
        with writing(of) as connection:
            connection.execute(delete(job_lease).where(_l.job == job, _l.holder == holder))


def claim(connection: Connection, job: str, holder: str, until: datetime, now: datetime) -> bool:
    """Takes or keeps the lease of `job` until a moment; False while somebody else holds it.

    One that lasts much longer than `until` was taken by a clock that was wrong, and is taken over:
    all holders of a job ask for the same time.
    """
    statement = insert_into(connection, job_lease).values(job=job, holder=holder, until=until)
    taken = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["job"],
            set_={"holder": holder, "until": until},
            where=(_l.until <= now) | (_l.holder == holder) | (_l.until > until + AHEAD),
        ).returning(_l.holder)
    )
    return taken.one_or_none() is not None


@contextmanager
def _renewed(renew: Callable[[], None], every: timedelta) -> Iterator[None]:
    over = threading.Event()

    def keep() -> None:
        while not over.wait(every.total_seconds()):
            renew()

    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _renew(job: str, holder: str, for_: timedelta, clock: Clock, of: Engine | None) -> None:
    try:
        with writing(of) as connection:
            kept = claim(connection, job, holder, clock() + for_, clock())
    except DatabaseAway:
        kept = False
    if not kept:
        log.warning("job.lease_not_renewed", job=job)


@dataclass
class Counts:
    """What a run has come to so far; the job itself counts.

    due       what was to be sent
    sent      accepted by whoever takes it
    failed    not accepted: a mail for good, a message to a chat perhaps only this time
    left_out  not sent for a reason
    """

    due: int = 0
    sent: int = 0
    failed: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run.

    finished_at  None while it runs, and for good where its process died
    failure      the kind of error that ended it, "" where none did
    """

    job: str
    started_at: datetime
    finished_at: datetime | None
    due: int
    sent: int
    failed: int
    left_out: int
    failure: str

    @property
    def succeeded(self) -> bool:
        """Whether it came to its end by itself."""
        return self.finished_at is not None and not self.failure


@contextmanager
def running(job: str, clock: Clock = utc_now, of: Engine | None = None) -> Iterator[Counts]:
    """Writes down a run: its start at once, its counts at the end, an error by its kind.

    The error goes on to the caller. Raises DatabaseAway.
    """
    counts = Counts()
    with writing(of) as connection:
        connection.execute(
            delete(job_run).where(_r.job == job, _r.started_at < clock() - RUNS_ARE_KEPT)
        )
        identity = connection.scalar(
            insert(job_run).values(job=job, started_at=clock()).returning(_r.id)
        )
    failure = ""
    try:
        yield counts
    except BaseException as error:
        # Also where somebody stopped it: then it did not succeed either.
        failure = type(error).__name__
        raise
    finally:
        with writing(of) as connection:
            connection.execute(
                update(job_run)
                .where(_r.id == identity)
                .values(
                    finished_at=clock(),
                    due=counts.due,
                    sent=counts.sent,
                    failed=counts.failed,
                    left_out=counts.left_out,
                    failure=failure,
                )
            )


@contextmanager
def running_alone(
    job: str, clock: Clock = utc_now, of: Engine | None = None
) -> Iterator[Counts | None]:
    """`running` under the `lease` of the job; None, and no run, where another process has it."""
    with lease(job, clock=clock, of=of) as mine:
        if not mine:
            yield None
            return
        with running(job, clock, of) as counts:
            yield counts


def last_run(job: str, of: Engine | None = None) -> JobRun | None:
    """The run of `job` that started last, None before the first. Raises DatabaseAway."""
    return next(iter(last_runs(job, 1, of)), None)


def has_run(job: str, within: timedelta, now: datetime, of: Engine | None = None) -> bool:
    """Whether a run of `job` started `within` the time before `now`. Raises DatabaseAway."""
    last = last_run(job, of)
    return last is not None and -AHEAD < now - last.started_at < within


def last_runs(job: str, most: int, of: Engine | None = None) -> list[JobRun]:
    """Its latest runs, the newest first. Raises DatabaseAway."""
    columns = [_r[name] for name in JobRun.__dataclass_fields__]
    with reading(of) as connection:
        rows = connection.execute(
            select(*columns).where(_r.job == job).order_by(_r.id.desc()).limit(most)
        )
        return [JobRun(*row) for row in rows]


def remind_every() -> timedelta | None:
    """How often the desk itself sends reminders; None where it does not."""
    if settings().smtp_url is None:
        return None
    minutes = settings().remind_every_minutes
    return (USUAL_INTERVAL if minutes is None else timedelta(minutes=minutes)) or None


def late_after() -> timedelta:
    """How long ago the last good run of the reminders may have ended before they count as late."""
    every = remind_every()
    return 2 * every if every else timedelta(minutes=settings().remind_late_after_minutes)


def is_late(as_of: datetime, of: Engine | None = None) -> bool:
    """Whether the last good run of the reminders ended too long ago; False before the first run.

    Raises DatabaseAway.
    """
    with reading(of) as connection:
        good = connection.scalar(
            select(_r.finished_at)
            .where(_r.job == REMIND, _r.finished_at < as_of + AHEAD, _r.failure == "")
            .order_by(_r.id.desc())
            .limit(1)
        )
        since = good or connection.scalar(
            select(_r.started_at).where(_r.job == REMIND).order_by(_r.id).limit(1)
        )
    return since is not None and not -AHEAD < as_of - since <= late_after()
