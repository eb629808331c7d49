"""GET /healthz: whether this process can serve, for load balancers and whoever is on call."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from data_access.clock import utc_now
from data_access.desk_health import DeskHealth, desk_health, unanswered
from rules.desk_health import Check, Condition

PATIENCE_SECONDS = 1.5
KEPT_SECONDS = 3.0


class Examined:
    """The health of the desk, looked at once for everybody who asks within a few seconds.

    A database that hangs holds up one thread and nobody else: whoever asks meanwhile is told so.
    """

    def __init__(self, look: Callable[[], DeskHealth] = desk_health) -> None:
        self._look = look
        self._under_way: Future[DeskHealth] | None = None
        self._begun_at = 0.0
        self._kept: DeskHealth | None = None
        self._kept_until = 0.0

    async def now(self) -> DeskHealth:
        """The health, a few seconds old at the most, within PATIENCE_SECONDS."""
        if self._kept is not None and monotonic() < self._kept_until:
            return self._kept
        if self._under_way is None or self._is_old():
            self._under_way = _in_a_thread(self._look)
            self._begun_at = monotonic()
        asked = self._under_way
        await asyncio.wait([asyncio.wrap_future(asked)], timeout=PATIENCE_SECONDS)
        if not asked.done():
            return unanswered(utc_now())
        if self._under_way is asked:
            self._under_way = None
            self._kept, self._kept_until = asked.result(), monotonic() + KEPT_SECONDS
        return asked.result()

    def _is_old(self) -> bool:
        """Whether the last look ended when nobody waited for it any more."""
        done = self._under_way is not None and self._under_way.done()
        return done and monotonic() >= self._begun_at + KEPT_SECONDS


def _in_a_thread(look: Callable[[], DeskHealth]) -> Future[DeskHealth]:
    """Not of the pool that requests use, and none that the end of the process waits for."""
    answer: Future[DeskHealth] = Future()

    def run() -> None:
        try:
            answer.set_result(look())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, name="health", daemon=True).start()
    return answer


examined = Examined()
"""The one of this process."""


async def healthz(_request: Request) -> Response:
    """200 for ok and degraded, 503 where the desk cannot serve; an entry for each check."""
    health = await examined.now()
    return JSONResponse(
        {
            "status": health.condition.value,
            "as_of": health.as_of.isoformat(timespec="seconds"),
            "checks": {each.name: _entry(each) for each in health.checks},
        },
        status_code=503 if health.condition is Condition.DEAD else 200,
        headers={"cache-control": "no-store"},
    )


def _entry(check: Check) -> dict[str, object]:
    entry: dict[str, object] = {"status": check.condition.value, "says": check.says}
    if check.value is not None:
        entry[check.unit] = check.value
    return entry
