"""Asks Amazon about any accounts, gently: a few at a time, a few a second, to be resumed later.

Accounts are asked in batches by their id. A batch is judged as a whole before anything is written:
a storm of refusals, or trouble with our own credentials, ends the run as an incident and changes
no account.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qs, urlencode

import structlog
from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from data_access import credentials, filtering, health, incidents
from data_access.amazon import Amazon
from data_access.clock import Clock, utc_now
from data_access.database import reading, writing
from data_access.keys import KeyLost
from data_access.schema import authorization, probe_run
from data_access.settings import settings
from rules.account_filter import AccountFilter, from_query
from rules.amazon_answers import COUNTS_AGAINST_THE_ACCOUNT, Answer, Verdict
from rules.verification import is_over, is_storm

BATCH = 50
PER_SECOND = 4.0
AT_ONCE = 4

NOT_ASKED = "not_asked"
"""The reason of accounts that we hold no token of."""

_a = authorization.c
_p = probe_run.c
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ProbeProgress:
    """How far a run is.

    stopped_by      "" or the incident that ended it
    why_unanswered  how many accounts gave no answer for each reason, since the run was resumed
    """

    run_id: int
    total: int
    accounts: int = 0
    fine: int = 0
    refused: int = 0
    unanswered: int = 0
    stopped_by: str = ""
    why_unanswered: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An account to be asked about, with its token; why_not is the reason where there is none."""

    account: Row
    token: str | None
    why_not: str = NOT_ASKED


@dataclass(frozen=True, slots=True)
class Pace:
    """How gently: calls begun per second, calls at once, accounts per batch."""

    per_second: float = PER_SECOND
    at_once: int = AT_ONCE
    batch: int = BATCH


async def probe(
    wanted: AccountFilter,
    of: Engine | None = None,
    *,
    pace: Pace | None = None,
    resume: int | None = None,
    progress: Callable[[ProbeProgress], None] = lambda _: None,
    clock: Clock = utc_now,
    amazon: Callable[[], Amazon] = Amazon,
) -> ProbeProgress:
    """Asks about every granted account of a filter that we hold a token for.

    resume: the run to go on with, where it stopped; its own filter counts then.
    Raises LookupError for a run that does not exist, DatabaseAway.
    """
    pace = pace or Pace()
    wanted, state, last_id = _begin(of, wanted, resume, clock())
    progress(state)
    async with amazon() as session:
        while not state.stopped_by:
            batch = await asyncio.to_thread(_next_batch, of, wanted, last_id, pace.batch, clock())
            if not batch:
                break
            answers = await _ask_all(session, batch, pace)
            last_id = batch[-1].account.id
            state = await asyncio.to_thread(_settle, of, state, batch, answers, last_id, clock())
            progress(state)
    _finish(of, state, clock())
    log.info("probe.ended", run=state.run_id, accounts=state.accounts, stopped_by=state.stopped_by)
    return state


async def _ask_all(
    amazon: Amazon, candidates: Sequence[_Candidate], pace: Pace
) -> dict[int, Answer]:
    gate = asyncio.Semaphore(pace.at_once)
    answers: dict[int, Answer] = {}

    async def ask(account: Row, token: str) -> None:
        async with gate:
            answers[account.id] = await health.ask(amazon, account, token)

    async with asyncio.TaskGroup() as tasks:
        for each in candidates:
            if each.token is None:
                continue
            if any(answer.verdict is Verdict.OUR_SIDE for answer in answers.values()):
                break
            tasks.create_task(ask(each.account, each.token))
            # Jitter: many desks must not call in step.
            await asyncio.sleep(random.uniform(0.5, 1.5) / pace.per_second)  # noqa: S311
    return answers


def _settle(
    of: Engine | None,
    state: ProbeProgress,
    batch: Sequence[_Candidate],
    answers: dict[int, Answer],
    last_id: int,
    now: datetime,
) -> ProbeProgress:
    """Judges a batch and writes it with the run's own progress, in one transaction."""
    by_id = {each.account.id: each.account for each in batch}
    refused = {i for i, each in answers.items() if each.verdict in COUNTS_AGAINST_THE_ACCOUNT}
    # An expired account is expected to be refused: its date says more than the answer.
    expired = {i for i in refused if _has_expired(by_id[i], now)}
    # One that is known to be refused is no news, and no part of a storm.
    known = {i for i in refused if by_id[i].refused_at is not None}
    should_work = [answer for i, answer in answers.items() if i not in expired | known]
    with writing(of) as connection:
        trouble = _incident(connection, should_work, now)
        if trouble is not None:
            return _stopped(connection, state, trouble)
        telling = [(by_id[i], answer) for i, answer in answers.items() if i not in expired]
        health.record(connection, telling, now)
        fine = sum(each.verdict is Verdict.FINE for each in answers.values())
        state = replace(
            state,
            accounts=state.accounts + len(batch),
            fine=state.fine + fine,
            refused=state.refused + len(refused),
            unanswered=state.unanswered + len(batch) - fine - len(refused),
            why_unanswered=Counter(state.why_unanswered) + _why_unanswered(batch, answers),
        )
        connection.execute(
            update(probe_run)
            .where(_p.id == state.run_id)
            .values(
                last_id=last_id,
                accounts=state.accounts,
                fine=state.fine,
                refused=state.refused,
                unanswered=state.unanswered,
            )
        )
    return state


def _incident(
    connection: Connection, should_work: Sequence[Answer], now: datetime
) -> incidents.Kind | None:
    """The incident that a batch shows, reported; one in which accounts work ends that of refusals.

    should_work: the answers about accounts that should; others are refused in the best of times.
    """
    verdicts = Counter(each.verdict for each in should_work)
    ours, fine = verdicts[Verdict.OUR_SIDE], verdicts[Verdict.FINE]
    refused = sum(verdicts[each] for each in COUNTS_AGAINST_THE_ACCOUNT)
    if ours:
        incidents.report(connection, incidents.Kind.OUR_CREDENTIALS, now, ours)
        return incidents.Kind.OUR_CREDENTIALS
    if is_storm(refused, len(should_work)):
        incidents.report(connection, incidents.Kind.MANY_REFUSALS, now, refused)
        return incidents.Kind.MANY_REFUSALS
    if is_over(fine, len(should_work)):
        incidents.close(connection, incidents.Kind.MANY_REFUSALS, now)
    return None


def _why_unanswered(batch: Sequence[_Candidate], answers: Mapping[int, Answer]) -> Counter[str]:
    silent = (each.reason for each in answers.values() if each.verdict is Verdict.NO_ANSWER)
    never_asked = (each.why_not for each in batch if each.token is None)
    return Counter(silent) + Counter(never_asked)


def _stopped(connection: Connection, state: ProbeProgress, why: incidents.Kind) -> ProbeProgress:
    connection.execute(update(probe_run).where(_p.id == state.run_id).values(stopped_by=why.value))
    return replace(state, stopped_by=why.value)


def _begin(
    of: Engine | None, wanted: AccountFilter, resume: int | None, now: datetime
) -> tuple[AccountFilter, ProbeProgress, int]:
    with writing(of) as connection:
        if resume is None:
            run_id = connection.scalar(
                insert(probe_run)
                .values(filter=urlencode(wanted.to_query()), started_at=now)
                .returning(_p.id)
            )
            return wanted, ProbeProgress(run_id, _count(connection, wanted, now)), 0
        run = connection.execute(select(probe_run).where(_p.id == resume)).one_or_none()
        if run is None:
            raise LookupError(f"There is no probe run {resume}.")
        connection.execute(
            update(probe_run).where(_p.id == resume).values(stopped_by="", finished_at=None)
        )
        wanted, _ = from_query(parse_qs(run.filter))
        state = ProbeProgress(
            run.id,
            _count(connection, wanted, now),
            run.accounts,
            run.fine,
            run.refused,
            run.unanswered,
        )
        return wanted, state, run.last_id


def _finish(of: Engine | None, state: ProbeProgress, now: datetime) -> None:
    if not state.stopped_by:
        with writing(of) as connection:
            connection.execute(
                update(probe_run).where(_p.id == state.run_id).values(finished_at=now)
            )


def _next_batch(
    of: Engine | None, wanted: AccountFilter, last_id: int, size: int, now: datetime
) -> list[_Candidate]:
    with reading(of) as connection:
        accounts = connection.execute(
            select(*health.ACCOUNT)
            .where(*_which(connection, wanted, now), _a.id > last_id)
            .order_by(_a.id)
            .limit(size)
        ).all()
        return [_candidate(connection, each) for each in accounts]


def _candidate(connection: Connection, account: Row) -> _Candidate:
    try:
        return _Candidate(account, credentials.refresh_token(connection, account))
    except KeyLost:
        # One such token must not keep all others from being asked about.
        return _Candidate(account, None, health.KEY_LOST.reason)


def _count(connection: Connection, wanted: AccountFilter, now: datetime) -> int:
    counted = select(func.count()).select_from(authorization)
    return connection.scalar(counted.where(*_which(connection, wanted, now)))


def _which(connection: Connection, wanted: AccountFilter, now: datetime) -> list:
    as_of = now.astimezone(settings().zone)
    found = filtering.conditions(connection, wanted, as_of, settings().bands)
    return [*found, _a.granted_at.is_not(None), ~_a.paused]


def _has_expired(account: Row, now: datetime) -> bool:
    return account.expires_at is not None and account.expires_at <= now
