"""What a run draws is handed to the event loop in handfuls.

Streamlit wakes the loop for each message of a run, and the loop wakes itself once more to hand that
one over: some hundred and twenty times a click.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from web.whole_runs import WholeRuns


class Gathered(WholeRuns):
    """A browser's session whose loop is woken once for all that waits to be taken there."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._waiting: deque[Callable[[], None]] = deque()
        self._loop_is_woken = False
        self._is_taking = False

    def _call_soon_on_event_loop(self, callback: Callable[[], None]) -> None:
        self._waiting.append(callback)
        self._wake_loop()

    def _wake_loop(self) -> None:
        if not self._loop_is_woken:
            self._loop_is_woken = True
            super()._call_soon_on_event_loop(self._take)

    def _take(self) -> None:
        # First, so that what comes from now on wakes the loop if this does not take it.
        self._loop_is_woken = False
        self._is_taking = True
        try:
            while self._waiting:
                self._waiting.popleft()()
        finally:
            self._is_taking = False
            self._tell_of_messages()
            if self._waiting:
                # One of them failed; those behind it have their turn all the same.
                self._wake_loop()

    def _enqueue_forward_msg(self, msg: ForwardMsg) -> None:
        if self._is_taking:
            self._browser_queue.enqueue(msg)
        else:
            super()._enqueue_forward_msg(msg)

    def _tell_of_messages(self) -> None:
        if self._message_enqueued_callback:
            self._message_enqueued_callback()
