"""Asks Amazon whether accounts work, gently: a few at once, a few a second.

Accounts are asked about in batches, in the order of their ids. A batch is judged as a whole before
anything of it is written: many refusals at once, or trouble with our own credentials, are an
incident. It ends the run, which can be resumed, and changes no account.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, Row, select

from data_access import credentials, health, incidents, probe_runs
from data_access.amazon import Amazon
from data_access.clock import Clock, utc_now
from data_access.database import reading, writing
from data_access.keys import KeyLost
from data_access.probe_runs import ProbeProgress
from data_access.schema import authorization
from rules.account_filter import AccountFilter
from rules.amazon_answers import COUNTS_AGAINST_THE_ACCOUNT, Answer, Verdict
from rules.verification import is_over, is_storm

BATCH = 50
PER_SECOND = 4.0
AT_ONCE = 4

NOT_ASKED = "not_asked"
"""Why there is no answer about an account: we hold no token of it."""

_a = authorization.c
log = structlog.get_logger()


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

    resume: a run to go on with from where it stopped; then its own filter counts, and not `wanted`
    Raises LookupError for a run that does not exist, DatabaseAway.
    """
    pace = pace or Pace()
    if resume is None:
        state = probe_runs.begin(wanted, clock(), of)
    else:
        wanted, state = probe_runs.resume(resume, clock(), of)
    progress(state)
    async with amazon() as session:
        while not state.stopped_by:
            batch = await asyncio.to_thread(
                _next_batch, of, wanted, state.last_id, pace.batch, clock()
            )
            if not batch:
                probe_runs.finish(state, clock(), of)
                break
            answers = await _ask_all(session, batch, pace)
            state = await asyncio.to_thread(_settle, of, state, batch, answers, clock())
            progress(state)
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
    answers: Mapping[int, Answer],
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
            return probe_runs.stop(connection, state, trouble)
        telling = [(by_id[i], answer) for i, answer in answers.items() if i not in expired]
        health.record(connection, telling, now)
        state = _with_batch(state, batch, answers, len(refused))
        probe_runs.keep(connection, state)
    return state


def _with_batch(
    state: ProbeProgress,
    batch: Sequence[_Candidate],
    answers: Mapping[int, Answer],
    refused: int,
) -> ProbeProgress:
    fine = sum(each.verdict is Verdict.FINE for each in answers.values())
    return replace(
        state,
        last_id=batch[-1].account.id,
        accounts=state.accounts + len(batch),
        fine=state.fine + fine,
        refused=state.refused + refused,
        unanswered=state.unanswered + len(batch) - fine - refused,
        why_unanswered=Counter(state.why_unanswered) + _why_unanswered(batch, answers),
    )


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


def _next_batch(
    of: Engine | None, wanted: AccountFilter, last_id: int, size: int, now: datetime
) -> list[_Candidate]:
    with reading(of) as connection:
        accounts = connection.execute(
            select(*health.ACCOUNT)
            .where(*probe_runs.asked_about(connection, wanted, now), _a.id > last_id)
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


def _has_expired(account: Row, now: datetime) -> bool:
    return account.expires_at is not None and account.expires_at <= now
