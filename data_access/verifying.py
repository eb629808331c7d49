"""Asks Amazon whether new grants work: at once, and again every five minutes for an hour."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, Row, select, update

from data_access import credentials, health
from data_access.amazon import Amazon
from data_access.clock import Clock, utc_now
from data_access.database import DatabaseAway, reading, writing
from data_access.failures import where
from data_access.history import add_event
from data_access.keys import KeyLost
from data_access.retries import is_due
from data_access.schema import authorization, renewal
from rules.amazon_answers import Answer
from rules.renewal_steps import At, Overtaken
from rules.verification import CHECK_EVERY, next_check, reason, step_after_check

AT_ONCE = 8

_r = renewal.c
_a = authorization.c
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A new grant that is to be checked now, with its account and token.

    checks         how many checks there were, this one included
    refresh_token  None where no key of ours opens it
    """

    renewal_id: int
    granted_at: datetime
    checks: int
    agent: str
    account: Row
    refresh_token: str | None


async def check_due(
    of: Engine | None = None, clock: Clock = utc_now, amazon: Callable[[], Amazon] = Amazon
) -> int:
    """Checks every new grant whose check is due; returns how many were checked.

    An error in one check does not stop the others. Raises DatabaseAway.
    """
    due = await asyncio.to_thread(_due, of, clock())
    gate = asyncio.Semaphore(AT_ONCE)
    async with amazon() as session:

        async def check(renewal_id: int) -> bool:
            async with gate:
                return await _check(of, clock, session, renewal_id)

        checked = await asyncio.gather(
            *(check(renewal_id) for renewal_id in due), return_exceptions=True
        )
    for renewal_id, done in zip(due, checked, strict=True):
        if isinstance(done, DatabaseAway):
            raise done
        if isinstance(done, Exception):
            log.error("renewal.not_checked", renewal=renewal_id, **where(done))
    return sum(done is True for done in checked)


async def _check(of: Engine | None, clock: Clock, amazon: Amazon, renewal_id: int) -> bool:
    waiting = await asyncio.to_thread(_take, of, renewal_id, clock())
    if waiting is None:
        return False
    answer = health.KEY_LOST
    if waiting.refresh_token is not None:
        answer = await health.ask(amazon, waiting.account, waiting.refresh_token)
    step = await asyncio.to_thread(_record, of, waiting, answer, clock())
    log.info("renewal.checked", step=step.value, verdict=answer.verdict.value)
    return True


def _due(of: Engine | None, now: datetime) -> list[int]:
    with reading(of) as connection:
        return list(
            connection.scalars(
                select(_r.id)
                .where(
                    _r.finished_at.is_(None),
                    _r.step == At.GRANTED,
                    is_due(_r.next_check_at, now),
                )
                .order_by(_r.id)
            )
        )


def _take(of: Engine | None, renewal_id: int, now: datetime) -> Waiting | None:
    with writing(of) as connection:
        # The next check is set before this one: nobody else checks the grant meanwhile, and if this
        # process dies, the next check comes all the same.
        taken = connection.execute(
            update(renewal)
            .where(_r.id == renewal_id, _r.step == At.GRANTED, is_due(_r.next_check_at, now))
            .values(next_check_at=now + CHECK_EVERY, checks=_r.checks + 1)
            .returning(_r.id, _r.authorization_id, _r.granted_at, _r.checks, _r.agent)
        ).one_or_none()
        if taken is None:
            return None
        account = connection.execute(
            select(*health.ACCOUNT).where(_a.id == taken.authorization_id)
        ).one()
        if account.granted_at != taken.granted_at:
            _finish(connection, taken.id, At.FAILED, Overtaken.SUPERSEDED, now)
            return None
        try:
            token = credentials.refresh_token(connection, account)
        except KeyLost as error:
            log.error("renewal.not_checked", renewal=renewal_id, **where(error))
            token = None
    return Waiting(taken.id, taken.granted_at, taken.checks, taken.agent, account, token)


def _record(of: Engine | None, waiting: Waiting, answer: Answer, now: datetime) -> At:
    step = step_after_check(waiting.granted_at, answer, now, waiting.checks)
    with writing(of) as connection:
        if not health.record(connection, [(waiting.account, answer)], now):
            _finish(connection, waiting.renewal_id, At.FAILED, Overtaken.SUPERSEDED, now)
            return At.FAILED
        if step is At.GRANTED:
            connection.execute(
                update(renewal)
                .where(_r.id == waiting.renewal_id, _r.step == At.GRANTED)
                .values(
                    next_check_at=next_check(waiting.granted_at, now),
                    failure=answer.verdict.value,
                )
            )
        if step is At.CALLS_FAIL:
            _finish(connection, waiting.renewal_id, step, answer.verdict.value, now)
            add_event(
                connection,
                "calls_fail",
                waiting.account.id,
                now,
                actor=waiting.agent,
                why=reason(answer),
            )
    return step


def _finish(connection: Connection, renewal_id: int, step: At, why: str, now: datetime) -> None:
    connection.execute(
        update(renewal)
        .where(_r.id == renewal_id, _r.step == At.GRANTED)
        .values(step=step, failure=why, stepped_at=now, finished_at=now, next_check_at=None)
    )
