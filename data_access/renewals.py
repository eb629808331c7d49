"""Drives the story of a renewal (rules.renewal): carries out each step that it asks for, in the
database or at Amazon."""

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
"""How long we go on trying to store a new token. Once the lease is over, the recovery gives the
attempt up."""

_OPENS_NOTHING = (Verdict.REFUSED, Verdict.FINE)
"""How the endpoint of a wrong region answers: it refuses, or it lists nothing.

Source: https://github.com/amzn/selling-partner-api-docs/issues/659
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a renewal ended, and whose it was.

    Nothing but the outcome is told to another browser than the one that began.

    renews      the grant that was to be renewed
    stranger    the selling partner id that consented in place of the expected one
    attempt_id  the attempt, where one was made; what becomes of it may only show later
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
    """Carries renewals through. It has no state: one instance may serve a whole process.

    pause  waits for so many seconds between two tries to store a token
    """

    of: Engine | None = None
    clock: Clock = utc_now
    amazon: Callable[[], Amazon] = Amazon
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def finish(self, callback: Callback, browser: str) -> Ended:
        """From Amazon's redirect to the end of the story.

        Raises DatabaseAway where the seller can load the same redirect again, and KeyLost. Where
        the database went away with the new token not yet stored, the outcome is INTERRUPTED.
        """
        browser_digest = consents.digest(browser)
        outcome = await self._drive(came_back(callback, browser_digest, self.clock()))
        log.info("renewal.ended", outcome=outcome.value)
        try:
            found = await self._read(consents.look_up, callback.state)
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
        """Finishes the attempts that a dead process left, or gives them up; returns how many.

        An attempt that fails here stays as it is, and the others go on. Raises DatabaseAway.
        """
        recovered = 0
        for attempt in await self._read(attempts.abandoned, self.clock()):
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
        found = await self._read(consents.look_up, callback.state)
        return found[0] if found else None

    async def _exchange(self, attempt: Attempt) -> Exchanged:
        code, redirect_uri = await self._read(attempts.code_of, attempt.id)
        async with self.amazon() as amazon:
            exchanged = await amazon.exchange(code, redirect_uri)
        if exchanged.answer.verdict is Verdict.OUR_SIDE:
            kind = incidents.Kind.OUR_CREDENTIALS
            await self._write(incidents.report, kind, self.clock())
        return exchanged

    async def _keep_token(self, attempt: Attempt, refresh_token: str) -> bool:
        # The code is used up, and this is the only copy of the token: it must not be lost because
        # the database is away for a moment.
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
        """The scopes that the new token opens.

        The expected region is asked first, and the others only where it opens nothing: a token
        that works elsewhere was granted for elsewhere.
        """
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
            token = await self._read(attempts.token_of, attempt.id)
        except KeyLost as error:
            # The seller did consent. That nothing works with it shows when the grant is verified.
            log.error("renewal.scope_unknown", attempt=attempt.id, **where(error))
            return ""
        return (await amazon.refresh(token)).access_token if token else ""

    async def _read(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.to_thread(self._in, reading, work, *arguments)

    async def _write(self, work: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.to_thread(self._in, writing, work, *arguments)

    def _in(self, transaction: Callable, work: Callable[..., Result], *arguments: object) -> Result:
        """Calls `work(connection, *arguments)` in one transaction."""
        with transaction(self.of) as connection:
            return work(connection, *arguments)
