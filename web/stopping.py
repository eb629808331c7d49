"""Whether this process has been told to stop: it finishes what it has, and nobody new comes in."""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any


class Stopping:
    """Notices the signal before the server, which goes on to act on it."""

    def __init__(self) -> None:
        self.begun = False

    def listen(self) -> None:
        """Puts itself in front of the handlers that the server has set; in its main thread only."""
        if threading.current_thread() is not threading.main_thread():
            return
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._before(signal.getsignal(each)))

    def _before(self, then: Any) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            self.begun = True
            if callable(then):
                then(number, frame)

        return handle


stopping = Stopping()
"""The one of this process."""
