"""How the desk itself is, out of its database and settings. (health.py is about accounts.)"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from data_access import jobs
from data_access.clock import Clock, utc_now
from data_access.database import reading
from data_access.database_faults import DatabaseAway, DatabaseUnfit
from data_access.digest import is_late as digest_is_late
from data_access.freshness import freshness
from data_access.migrate import is_current
from data_access.schema import renewal, source_run
from data_access.settings import settings
from rules.desk_health import (
    Check,
    Condition,
    clock_check,
    mirror_check,
    secret_check,
    worst,
)


@dataclass(frozen=True, slots=True)
class DeskHealth:
    """Every check at one moment, and what they come to."""

    as_of: datetime
    checks: tuple[Check, ...]

    @property
    def condition(self) -> Condition:
        """The worst of the checks."""
        return worst(list(self.checks))


def desk_health(clock: Clock = utc_now, of: Engine | None = None) -> DeskHealth:
    """Looks at everything; a database that is away is a check that says so, never an exception."""
    as_of = clock()
    secret = secret_check(settings().client_secret_set_on, as_of.date())
    try:
        checks = _of_database(of, clock)
    except DatabaseUnfit as unfit:
        # Its own words name the file; strangers read this.
        return DeskHealth(as_of, (_dead("database", _UNFIT[type(unfit).__name__]), secret))
    except DatabaseAway:
        return DeskHealth(as_of, (_dead("database", "The token database does not answer."), secret))
    return DeskHealth(as_of, (*checks, secret))


def unanswered(as_of: datetime) -> DeskHealth:
    """What is said where the database has not answered in time."""
    return DeskHealth(as_of, (_dead("database", "The token database takes too long to answer."),))


def _of_database(of: Engine | None, clock: Clock) -> list[Check]:
    with reading(of) as connection:
        connection.execute(select(1))
    answers = Check("database", Condition.OK, "The token database answers.")
    if not is_current(of):
        behind = "The tables are not of this version. Run `python manage.py migrate`."
        return [answers, _dead("schema", behind)]
    current = Check("schema", Condition.OK, "The tables are of this version.")
    with reading(of) as connection:
        skew = _skew(connection, clock)
    as_of = clock()
    stale_after = timedelta(minutes=settings().stale_after_minutes)
    read_at = [source.read_at for source in freshness(of)]
    return [
        answers,
        current,
        clock_check(skew),
        mirror_check(read_at, as_of, stale_after),
        _reminders(as_of, of),
        _digest(as_of, of),
    ]


def _reminders(as_of: datetime, of: Engine | None) -> Check:
    last = jobs.last_run(jobs.REMIND, of)
    if last is None:
        return Check("reminders", Condition.OK, "No reminders were ever sent.")
    late = jobs.is_late(as_of, of)
    return Check(
        "reminders",
        Condition.DEGRADED if late else Condition.OK,
        "No run of the reminders has come to its end for too long."
        if late
        else "Reminders are sent in time.",
        round((as_of - last.started_at).total_seconds()),
        "seconds",
    )


def _digest(as_of: datetime, of: Engine | None) -> Check:
    if digest_is_late(as_of, of):
        return Check("digest", Condition.DEGRADED, "A working morning went by without its digest.")
    return Check("digest", Condition.OK, "No digest is late.")


def _skew(connection: Connection, clock: Clock) -> timedelta:
    """Our clock minus the database's.

    SQLite's clock is our own: there, and everywhere, what was written last must not lie ahead.
    """
    written = [
        connection.scalar(select(column).order_by(column.table.c.id.desc()).limit(1))
        for column in (renewal.c.stepped_at, source_run.c.started_at)
    ]
    before = clock()
    ahead = min((before - moment for moment in written if moment), default=timedelta())
    if connection.dialect.name != "postgresql":
        return min(ahead, timedelta())
    theirs = connection.scalar(select(func.clock_timestamp()))
    against = before + (clock() - before) / 2 - theirs
    return max(against, min(ahead, timedelta()), key=abs)


def _dead(name: str, says: str) -> Check:
    return Check(name, Condition.DEAD, says)


_UNFIT = {
    "NoDatabase": "There is no token database, or it cannot be opened.",
    "NotMigrated": "The tables are not of this version. Run `python manage.py migrate`.",
    "ReadOnly": "The token database is read-only.",
    "DiskFull": "The disk is full where the token database lies.",
    "ForeignDatabase": "What DESK_DATABASE_URL names is not the desk's database.",
}
