"""What a click in the list of accounts draws reaches the browser in one go.

A browser goes over the whole screen for each message that comes by itself, and shows nothing else
meanwhile: the first says only that a run has begun. The rows that the list asks for by itself
(pages.parts.rows_ahead) would come too late for that.
"""

from contextlib import suppress
from time import monotonic
from typing import Any

from streamlit.errors import StreamlitAPIException
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import ScriptRunner, ScriptRunnerEvent

from data_access.account_list import SHOWS
from web.known_messages import KnownMessages

HELD_FOR = 0.1
"""Seconds; most runs are through by then. Afterwards each message goes out at once."""


class InOneGo(KnownMessages):
    """A browser's session that waits a little for the rest of what a click in the list draws."""

    _held_until = 0.0

    def request_rerun(self, client_state: ClientState | None) -> None:
        """Runs what is asked for."""
        if client_state is not None and self._is_in_the_list(client_state):
            self._held_until = monotonic() + HELD_FOR
            self._event_loop.call_later(HELD_FOR, self._let_go)
        super().request_rerun(client_state)

    def flush_browser_queue(self) -> list[ForwardMsg]:
        """What is to be handed over now."""
        return [] if monotonic() < self._held_until else super().flush_browser_queue()

    def _is_in_the_list(self, asked: ClientState) -> bool:
        with suppress(StreamlitAPIException):
            return asked.fragment_id in self._fragment_storage.resolve_target(SHOWS)
        return False

    def _handle_scriptrunner_event_on_event_loop(
        self, sender: ScriptRunner | None, event: ScriptRunnerEvent, *said: Any
    ) -> None:
        super()._handle_scriptrunner_event_on_event_loop(sender, event, *said)
        if event == ScriptRunnerEvent.SHUTDOWN:
            self._let_go()

    def _let_go(self) -> None:
        self._held_until = 0.0
        self._tell_of_messages()
