"""Runs that ask Amazon about accounts, as the database keeps them: how far each one is, and where
it goes on when it is resumed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qs, urlencode

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select, update

from data_access import filtering, incidents
from data_access.database import writing
from data_access.schema import authorization, probe_run
from data_access.settings import settings
from rules.account_filter import AccountFilter, from_query

_a = authorization.c
_p = probe_run.c


@dataclass(frozen=True, slots=True)
class ProbeProgress:
    """How far a run is.

    total           how many accounts it asks about
    last_id         the account that was asked about last; they are asked in the order of their ids
    stopped_by      the incident that ended it; "" for none
    why_unanswered  how many accounts gave no answer for each reason, since the run was resumed
    """

    run_id: int
    total: int
    accounts: int = 0
    fine: int = 0
    refused: int = 0
    unanswered: int = 0
    last_id: int = 0
    stopped_by: str = ""
    why_unanswered: Mapping[str, int] = field(default_factory=dict)


def begin(wanted: AccountFilter, now: datetime, of: Engine | None = None) -> ProbeProgress:
    """A new run about the accounts of a filter. Raises DatabaseAway."""
    with writing(of) as connection:
        run_id = connection.scalar(
            insert(probe_run)
            .values(filter=urlencode(wanted.to_query()), started_at=now)
            .returning(_p.id)
        )
        return ProbeProgress(run_id, _count(connection, wanted, now))


def resume(
    run_id: int, now: datetime, of: Engine | None = None
) -> tuple[AccountFilter, ProbeProgress]:
    """The filter of a run that was begun, and how far it is; it goes on from there.

    Raises LookupError where there is no such run, DatabaseAway.
    """
    with writing(of) as connection:
        run = connection.execute(select(probe_run).where(_p.id == run_id)).one_or_none()
        if run is None:
            raise LookupError(f"There is no probe run {run_id}.")
        connection.execute(
            update(probe_run).where(_p.id == run_id).values(stopped_by="", finished_at=None)
        )
        wanted, _ = from_query(parse_qs(run.filter))
        return wanted, ProbeProgress(
            run.id,
            _count(connection, wanted, now),
            run.accounts,
            run.fine,
            run.refused,
            run.unanswered,
            run.last_id,
        )


def keep(connection: Connection, progress: ProbeProgress) -> None:
    """Writes how far a run is."""
    names = ("last_id", "accounts", "fine", "refused", "unanswered")
    values = {name: getattr(progress, name) for name in names}
    connection.execute(update(probe_run).where(_p.id == progress.run_id).values(values))


def stop(connection: Connection, progress: ProbeProgress, why: incidents.Kind) -> ProbeProgress:
    """Ends a run early, because of an incident; it can be resumed."""
    connection.execute(
        update(probe_run).where(_p.id == progress.run_id).values(stopped_by=why.value)
    )
    return replace(progress, stopped_by=why.value)


def finish(progress: ProbeProgress, now: datetime, of: Engine | None = None) -> None:
    """Ends a run that has asked about every account. Raises DatabaseAway."""
    with writing(of) as connection:
        connection.execute(
            update(probe_run).where(_p.id == progress.run_id).values(finished_at=now)
        )


def asked_about(
    connection: Connection, wanted: AccountFilter, now: datetime
) -> list[ColumnElement[bool]]:
    """The accounts of a filter that a run asks about: granted, and not paused."""
    as_of = now.astimezone(settings().zone)
    found = filtering.conditions(connection, wanted, as_of, settings().bands)
    return [*found, _a.granted_at.is_not(None), ~_a.paused]


def _count(connection: Connection, wanted: AccountFilter, now: datetime) -> int:
    counted = select(func.count()).select_from(authorization)
    return connection.scalar(counted.where(*asked_about(connection, wanted, now)))
