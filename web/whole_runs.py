"""What a run has drawn reaches the browser, though a tab asks for news in that very moment.

Streamlit hands the messages of a run over one by one. When part of a screen is to run again after
the run has ended and before its last message is handed over, it takes the rest for outdated and
drops it. Nobody draws that rest again: a click seems to have done nothing, or a new page stays
blank, because what comes next belongs behind elements that never came.
"""

from typing import Any

from streamlit.runtime import websocket_session_manager
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, ScriptRunnerEvent


def open_sessions_as(kind: type[AppSession]) -> None:
    """Lets Streamlit open its sessions as ours."""
    websocket_session_manager.AppSession = kind


class WholeRuns(AppSession):
    """A browser's session that drops no run but one that is drawn anew from its beginning."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._ended: set[ScriptRunner] = set()
        """Those whose run came to its end, with messages still on their way."""

    def _create_scriptrunner(self, initial_rerun_data: RerunData) -> None:
        # One that was stopped, because the new run draws everything, is no longer here.
        if self._scriptrunner is not None:
            self._ended.add(self._scriptrunner)
        super()._create_scriptrunner(initial_rerun_data)

    def _clear_queue(self, fragment_ids_this_run: list[str] | None = None) -> None:
        if fragment_ids_this_run:
            # What stands behind the part needs it in its place: nothing that waits is taken back,
            # and nothing new is put into the place of something that waits.
            self._browser_queue._delta_index_map = {}
        else:
            super()._clear_queue(fragment_ids_this_run)

    def _handle_scriptrunner_event_on_event_loop(
        self, sender: ScriptRunner | None, event: ScriptRunnerEvent, *said: Any
    ) -> None:
        if sender not in self._ended:
            super()._handle_scriptrunner_event_on_event_loop(sender, event, *said)
        elif event == ScriptRunnerEvent.SHUTDOWN:
            self._ended.remove(sender)
        else:
            # Its messages were all on their way before the next runner was made, and come first.
            current, self._scriptrunner = self._scriptrunner, sender
            try:
                super()._handle_scriptrunner_event_on_event_loop(sender, event, *said)
            finally:
                self._scriptrunner = current
