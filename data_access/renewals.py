"""Drives the renewal's story: does each step that it asks for, in the database or at Amazon."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TypeVar

import structlog
from sqlalchemy import Engine
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential

from data_access import attempts, consents, granting, incidents
from data_access.amazon import SP_API, Amazon
from data_access.clock import Clock, utc_now
from data_access.database import DatabaseAway, reading, writing
from data_access.failures import where
from data_access.keys import KeyLost
from rules.amazon_answers import Verdict
from rules.renewal import LEASE, came_back, resumed
from rules.renewal_steps import (
    Attempt,
    Callback,
    Claim,
    Exchange,
    Exchanged,
    FindScope,
    GiveUp,
    Grant,
    KeepCode,
    KeepToken,
    LookUp,
    Outcome,
    Refuse,
    State,
    Step,
    Story,
)

Result = TypeVar("Result")
log = structlog.get_logger()

TOKEN_HELD_FOR = LEASE - timedelta(seconds=10)
"""How long a token is tried to be kept; after the lease, the recovery gives the attempt up."""

_OPENS_NOTHING = (Verdict.REFUSED, Verdict.FINE)
"""What the endpoint of a wrong region answers: it refuses, or its list is empty.

Source: https://github.com/amzn/selling-partner-api-docs/issues/659
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a renewal ended, and whose it was; nothing of the account where the browser that came
    back is not the one that began.

    renews      the grant that was to be renewed
    stranger    who consented instead of the expected seller
    attempt_id  the attempt, where there is one: what becomes of it is known later
    """

    outcome: Outcome
    authorization_id: int | None = None
    renews: datetime | None = None
    agent: str = ""
    language: str = ""
    stranger: str = ""
    attempt_id: int | None = None


@dataclass
class Renewals:
    """Carries renewals through. One instance serves a whole process; it keeps nothing itself.

    pause  what waits so many seconds, between two tries to keep a token
    """

    of: Engine | None = None
    clock: Clock = utc_now
    amazon: Callable[[], Amazon] = Amazon
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def finish(self, callback: Callback, browser: str) -> Ended:
        """From Amazon's redirect to the end of the story. Raises DatabaseAway, KeyLost.

        DatabaseAway where the same redirect still leads on; not where the new token was lost.
        """
        browser_digest = consents.digest(browser)
        outcome = await self._drive(came_back(callback, browser_digest, self.clock()))
        log.info("renewal.ended", outcome=outcome.value)
        try:
            found = await self._in_database(reading, consents.look_up, callback.state)
        except DatabaseAway:
            if outcome is not Outcome.INTERRUPTED:
                raise
            found = None
        if found is None or not compare_digest(found[0].browser_digest, browser_digest):
            return Ended(outcome)
        _, row = found
        return Ended(
            outcome,
            row.authorization_id,
            row.renews_granted_at,
            row.agent,
            row.language,
            callback.selling_partner_id if outcome is Outcome.WRONG_SELLER else "",
            row.attempt_id,
        )

    async def recover(self) -> int:
        """Finishes, or gives up cleanly, what a process left that is no more; returns how many.

        One that cannot be finished now stays as it is and keeps no other from it. Raises
        DatabaseAway.
        """
        recovered = 0
        for attempt in await self._in_database(reading, attempts.abandoned, self.clock()):
            try:
                outcome = await self._drive(resumed(attempt, self.clock()))
            except DatabaseAway:
                raise
            except Exception as error:
                log.error("renewal.not_recovered", attempt=attempt.id, **where(error))
                continue
            recovered += 1
            log.info("renewal.recovered", step=attempt.step.value, outcome=outcome.value)
        return recovered

    async def _drive(self, story: Story) -> Outcome:
        result: object = None
        try:
            while True:
                result = await self._perform(story.send(result))
        except StopIteration as end:
            return end.value

    async def _perform(self, step: Step) -> object:
        now = self.clock()
        match step:
            case LookUp(callback):
                return await self._look_up(callback)
            case Refuse():
                return await self._write(attempts.refuse, step, now)
            case KeepCode(callback):
                return await self._write(attempts.keep_code, callback, now)
            case Claim(attempt):
                return await self._write(attempts.claim, attempt.id, now)
            case Exchange(attempt):
                return await self._exchange(attempt)
            case KeepToken(attempt, refresh_token):
                return await self._keep_token(attempt, refresh_token)
            case FindScope(attempt, access_token):
                return await self._find_scope(attempt, access_token)
            case Grant(attempt):
                return await self._write(granting.grant, attempt.id, now)
            case GiveUp():
                return await self._write(attempts.give_up, step, now)

    async def _look_up(self, callback: Callback) -> State | None:
        found = await self._in_database(reading, consents.look_up, callback.state)
        return found[0] if found else None

    async def _exchange(self, attempt: Attempt) -> Exchanged:
        code, redirect_uri = await self._in_database(reading, attempts.code_of, attempt.id)
        async with self.amazon() as amazon:
            exchanged = await amazon.exchange(code, redirect_uri)
        if exchanged.answer.verdict is Verdict.OUR_SIDE:
            kind = incidents.Kind.OUR_CREDENTIALS
            await self._write(incidents.report, kind, self.clock())
        return exchanged

    async def _keep_token(self, attempt: Attempt, refresh_token: str) -> bool:
        # The code is used up and this is the only copy: a database that is away must not cost it.
        last = self.clock() + TOKEN_HELD_FOR
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(DatabaseAway),
            stop=lambda _: self.clock() >= last,
            wait=wait_exponential(multiplier=0.2, max=5),
            sleep=self.pause,
            retry_error_callback=lambda _: False,
        )

        async def keep() -> bool:
            return await self._write(attempts.keep_token, attempt.id, refresh_token, self.clock())

        kept = await retrying(keep)
        if not kept:
            log.warning("renewal.token_not_kept", attempt=attempt.id)
        return kept

    async def _find_scope(self, attempt: Attempt, access_token: str) -> frozenset[tuple[str, str]]:
        """Asks the region that is meant, and where it opens nothing the others: a token that works
        somewhere else was granted for somewhere else."""
        region = attempt.scope[0]
        async with self.amazon() as amazon:
            if not access_token:
                access_token = await self._fresh_access_token(amazon, attempt)
            if not access_token:
                return frozenset()
            for asked in sorted(SP_API, key=lambda each: each != region):
                found = await amazon.participations(access_token, asked)
                if found.scopes or found.answer.verdict not in _OPENS_NOTHING:
                    return found.scopes
        return frozenset()

    async def _fresh_access_token(self, amazon: Amazon, attempt: Attempt) -> str:
        try:
            token = await self._in_database(reading, attempts.token_of, attempt.id)
        except KeyLost as error:
            # The consent was given all the same; its check tells that nothing works with it.
            log.error("renewal.scope_unknown", attempt=attempt.id, **where(error))
            return ""
        return (await amazon.refresh(token)).access_token if token else ""

    async def _write(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await self._in_database(writing, work, *arguments)

    async def _in_database(
        self, how: Callable, work: Callable[..., Result], *arguments: object
    ) -> Result:
        return await asyncio.to_thread(in_database, how, self.of, work, *arguments)


def in_database(
    how: Callable, of: Engine | None, work: Callable[..., Result], *arguments: object
) -> Result:
    """Calls `work(connection, *arguments)` in one transaction. Raises DatabaseAway."""
    with how(of) as connection:
        return work(connection, *arguments)
