"""Work that no request waits for: recovery, verification, hand-over, mail, chat, memory."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from data_access import handing_over, outbox_sending
from data_access.chat import tell_in_turn
from data_access.digest import digest_in_turn
from data_access.failures import where
from data_access.openings import write_waiting
from data_access.reminding import remind_in_turn
from data_access.renewals import Renewals
from data_access.retention import purge_due
from data_access.verifying import check_due
from web.memory import give_back

EVERY_SECONDS = 5.0

log = structlog.get_logger()

_Jobs = tuple[tuple[str, Callable[[], Awaitable[int]]], ...]


def _in_thread(work: Callable[[], int]) -> Callable[[], Awaitable[int]]:
    return lambda: asyncio.to_thread(work)


async def _recover() -> int:
    return await Renewals().recover()


def _send_mail() -> int:
    return outbox_sending.send_due().sent


_RENEWING: _Jobs = (
    ("recovery", _recover),
    ("verification", check_due),
    ("openings", _in_thread(write_waiting)),
    ("hand_over", _in_thread(handing_over.send_due)),
    ("retention", _in_thread(purge_due)),
)
_TELLING: _Jobs = (
    ("reminders", _in_thread(remind_in_turn)),
    ("digest", _in_thread(digest_in_turn)),
    ("outbox", _in_thread(_send_mail)),
    ("chat", _in_thread(tell_in_turn)),
    ("memory", _in_thread(give_back)),
)


class Background:
    """Looks for work every few seconds, and at once when somebody calls `wake`."""

    def __init__(self) -> None:
        self._awake: tuple[asyncio.Event, ...] = ()
        self._stopping = False

    def wake(self) -> None:
        """There is something to do; harmless where nothing is running."""
        for each in self._awake:
            each.set()

    async def run(self) -> None:
        """Until stopped. A job that fails is logged and tried again; the others go on.

        What a seller waits for does not wait behind thousands of mails: two rounds, side by side.
        """
        self._awake = (asyncio.Event(), asyncio.Event())
        self._stopping = False
        rounds = zip((_RENEWING, _TELLING), self._awake, strict=True)
        await asyncio.gather(*(self._round(jobs, awake) for jobs, awake in rounds))

    async def _round(self, jobs: _Jobs, awake: asyncio.Event) -> None:
        while not self._stopping:
            # Before the jobs: what comes up meanwhile may concern one that is already done.
            awake.clear()
            for job, work in jobs:
                if not self._stopping:
                    await self._try(job, work)
            if not self._stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(awake.wait(), EVERY_SECONDS)

    async def stop(self, running: asyncio.Task[None], seconds: float) -> None:
        """Ends `running` after the jobs it is at; one that takes longer is broken off, and taken up
        again by the next start."""
        self._stopping = True
        self.wake()
        await asyncio.wait([running], timeout=seconds)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    async def _try(self, job: str, work: Callable[[], Awaitable[int]]) -> None:
        try:
            done = await work()
        except Exception as error:
            log.error("background.failed", job=job, **where(error))
            return
        if done:
            log.info("background.done", job=job, count=done)


background = Background()
"""The one of this process."""
