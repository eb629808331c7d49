"""The figures of the desk as a whole, for /metrics: out of the database, so that every process
says the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, case, func, select

from data_access.database import reading
from data_access.freshness import Freshness, freshness
from data_access.outbox import WAITING
from data_access.overview import overview
from data_access.schema import authorization, job_run, message, probe_run, renewal
from data_access.settings import settings
from rules.account_filter import AccountFilter
from rules.authorization import Status
from rules.renewal_steps import At

_r, _p, _j, _m, _a = renewal.c, probe_run.c, job_run.c, message.c, authorization.c

LATELY = timedelta(days=1)
"""Runs are not kept for ever, so a sum over all of them would shrink."""


@dataclass(frozen=True)
class Jobs:
    """One job: what its runs of the last day came to, and when the last of all began."""

    job: str
    sent: int
    failed: int
    left_out: int
    last_at: datetime


@dataclass(frozen=True)
class Figures:
    """Counts over everything at one moment.

    statuses, bands  accounts, as on the first screen
    nearest_expiry   the next one to come; None where none is to come
    renewals         consents that came back, by step, or by failure where they failed
    probes           answers of all probe runs: fine, refused, unanswered
    waiting          messages that are to be sent
    """

    as_of: datetime
    statuses: dict[Status, int]
    bands: dict[int, int]
    nearest_expiry: datetime | None
    renewals: dict[str, int]
    probes: dict[str, int]
    jobs: list[Jobs]
    waiting: int
    sources: list[Freshness]

    def age(self, moment: datetime) -> timedelta:
        """How long ago that was."""
        return self.as_of - moment


def figures(as_of: datetime, of: Engine | None = None) -> Figures:
    """Reads them all. Raises DatabaseAway."""
    seen = overview(AccountFilter(), as_of, settings().bands, of)
    sources = freshness(of)
    with reading(of) as connection:
        return Figures(
            as_of,
            seen.statuses,
            seen.bands,
            _nearest_expiry(connection, as_of),
            _renewals(connection),
            _probes(connection),
            _jobs(connection, as_of),
            _waiting(connection),
            sources,
        )


def _nearest_expiry(connection: Connection, as_of: datetime) -> datetime | None:
    # Along the index: paused accounts are few.
    return connection.scalar(
        select(_a.expires_at)
        .where(_a.expires_at > as_of, ~_a.paused)
        .order_by(_a.expires_at, _a.id)
        .limit(1)
    )


def _renewals(connection: Connection) -> dict[str, int]:
    rows = connection.execute(
        select(_r.step, _r.failure, func.count()).group_by(_r.step, _r.failure)
    )
    counts: dict[str, int] = {}
    for step, failure, number in rows:
        # Only what failed is told by its failure; others keep there why the last check was late.
        name = failure if step == At.FAILED else step
        counts[name] = counts.get(name, 0) + number
    return counts


def _probes(connection: Connection) -> dict[str, int]:
    names = ("fine", "refused", "unanswered")
    sums = connection.execute(select(*(func.coalesce(func.sum(_p[n]), 0) for n in names))).one()
    return dict(zip(names, map(int, sums), strict=True))


def _jobs(connection: Connection, as_of: datetime) -> list[Jobs]:
    lately = _j.started_at >= as_of - LATELY
    sums = (
        func.coalesce(func.sum(case((lately, column), else_=0)), 0)
        for column in (_j.sent, _j.failed, _j.left_out)
    )
    rows = connection.execute(
        select(_j.job, *sums, func.max(_j.started_at)).group_by(_j.job).order_by(_j.job)
    )
    return [Jobs(job, *map(int, counts), last_at) for job, *counts, last_at in rows]


def _waiting(connection: Connection) -> int:
    return connection.scalar(
        select(func.count()).where(_m.next_try_at.is_not(None), _m.state == WAITING)
    )
