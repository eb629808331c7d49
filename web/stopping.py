"""Whether this process has been told to stop: it finishes what it has, and nobody new comes in."""

import signal
import threading
from collections.abc import Callable
from time import monotonic
from types import FrameType
from typing import Any

from data_access.settings import settings

LAST_SECOND = 1.0
"""Kept for what is written down once nothing is under way any more."""


class Stopping:
    """Notices the signal before the server, which goes on to act on it."""

    def __init__(self) -> None:
        self._begun_at: float | None = None

    @property
    def begun(self) -> bool:
        """Whether it has been told."""
        return self._begun_at is not None

    def begin(self) -> None:
        """It has been told."""
        if self._begun_at is None:
            self._begun_at = monotonic()

    def seconds_left(self) -> float:
        """How much longer a stop, which begins now if none has, may wait for what is under way."""
        now = monotonic()
        begun_at = now if self._begun_at is None else self._begun_at
        return max(0.0, begun_at + settings().stop_seconds - LAST_SECOND - now)

    def listen(self) -> None:
        """Puts itself in front of the handlers that the server has set; in its main thread only."""
        if threading.current_thread() is not threading.main_thread():
            return
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._before(signal.getsignal(each)))

    def _before(self, then: Any) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            self.begin()
            if callable(then):
                then(number, frame)

        return handle


stopping = Stopping()
"""The one of this process."""
