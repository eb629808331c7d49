"""Work that no request waits for: recovery, verification, hand-over, mail."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from data_access import consents, login_sessions, outbox
from data_access import outreach as _outreach  # noqa: F401 - registers its messages
from data_access.clock import utc_now
from data_access.database import writing
from data_access.handing_over import send_due
from data_access.reminding import remind_in_turn
from data_access.renewals import Renewals, in_database
from data_access.retention import purge_due
from data_access.verifying import check_due
from web.answers import where

EVERY_SECONDS = 5.0
PURGE_EVERY = timedelta(hours=1)

log = structlog.get_logger()


class Background:
    """Looks for work every few seconds, and at once when somebody calls `wake`."""

    def __init__(self) -> None:
        self._awake: asyncio.Event | None = None
        self._purged_at = utc_now() - PURGE_EVERY

    def wake(self) -> None:
        """There is something to do; harmless where nothing is running."""
        if self._awake is not None:
            self._awake.set()

    async def run(self) -> None:
        """Until cancelled. A job that fails is logged and tried again; the others go on."""
        self._awake = asyncio.Event()
        while True:
            await self._try("recovery", Renewals().recover)
            await self._try("verification", check_due)
            await self._try("hand_over", lambda: asyncio.to_thread(send_due))
            await self._try("reminders", lambda: asyncio.to_thread(remind_in_turn))
            await self._try("outbox", lambda: asyncio.to_thread(_send_mail))
            if utc_now() - self._purged_at >= PURGE_EVERY:
                await self._try("purge", self._purge)
                await self._try("retention", lambda: asyncio.to_thread(purge_due))
            self._awake.clear()
            try:
                await asyncio.wait_for(self._awake.wait(), EVERY_SECONDS)
            except TimeoutError:
                continue

    async def _purge(self) -> int:
        self._purged_at = utc_now()
        now = utc_now()
        await asyncio.to_thread(in_database, writing, None, login_sessions.purge, now)
        return await asyncio.to_thread(in_database, writing, None, consents.purge, now)

    async def _try(self, job: str, work: Callable[[], Awaitable[int]]) -> None:
        try:
            done = await work()
        except Exception as error:
            log.error("background.failed", job=job, **where(error))
            return
        if done:
            log.info("background.done", job=job, count=done)


def _send_mail() -> int:
    return outbox.send_due().sent


background = Background()
"""The one of this process."""
