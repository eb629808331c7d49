"""Work that no request waits for: recovery, verification, hand-over, mail, chat."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import structlog

from data_access import consents, outbox
from data_access import outreach as _outreach  # noqa: F401 - registers its messages
from data_access.chat import tell_in_turn
from data_access.clock import utc_now
from data_access.database import writing
from data_access.digest import digest_in_turn
from data_access.handing_over import send_due
from data_access.openings import write_waiting
from data_access.reminding import remind_in_turn
from data_access.renewals import Renewals, in_database
from data_access.retention import purge_due
from data_access.verifying import check_due
from web.answers import where

EVERY_SECONDS = 5.0
STOPS_WITHIN = 10.0
PURGE_EVERY = timedelta(hours=1)

log = structlog.get_logger()


class Background:
    """Looks for work every few seconds, and at once when somebody calls `wake`."""

    def __init__(self) -> None:
        self._awake: asyncio.Event | None = None
        self._stopping = False
        self._purged_at = utc_now() - PURGE_EVERY

    def wake(self) -> None:
        """There is something to do; harmless where nothing is running."""
        if self._awake is not None:
            self._awake.set()

    async def run(self) -> None:
        """Until stopped. A job that fails is logged and tried again; the others go on."""
        self._awake = asyncio.Event()
        self._stopping = False
        while not self._stopping:
            for job, work in self._jobs():
                if not self._stopping:
                    await self._try(job, work)
            if not self._stopping:
                await self._sleep()

    async def stop(self, running: asyncio.Task[None], seconds: float = STOPS_WITHIN) -> None:
        """Ends `running` after the job it is at; one that takes longer is broken off, and taken up
        again by the next start."""
        self._stopping = True
        self.wake()
        await asyncio.wait([running], timeout=seconds)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    def _jobs(self) -> Iterator[tuple[str, Callable[[], Awaitable[int]]]]:
        yield "recovery", Renewals().recover
        yield "verification", check_due
        yield "openings", lambda: asyncio.to_thread(write_waiting)
        yield "hand_over", lambda: asyncio.to_thread(send_due)
        yield "reminders", lambda: asyncio.to_thread(remind_in_turn)
        yield "digest", lambda: asyncio.to_thread(digest_in_turn)
        yield "outbox", lambda: asyncio.to_thread(_send_mail)
        yield "chat", lambda: asyncio.to_thread(tell_in_turn)
        if utc_now() - self._purged_at >= PURGE_EVERY:
            yield "purge", self._purge
            yield "retention", lambda: asyncio.to_thread(purge_due)

    async def _sleep(self) -> None:
        self._awake.clear()
        if not self._stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), EVERY_SECONDS)

    async def _purge(self) -> int:
        self._purged_at = utc_now()
        return await asyncio.to_thread(in_database, writing, None, consents.purge, utc_now())

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
