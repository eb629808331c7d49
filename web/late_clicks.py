"""A click counts with the ones before it, though its browser does not know yet what they led to.

With each click a browser says which address it shows and what stands in all of its widgets. What a
click has made of them, the browser learns with the answer; where that takes long, because much is
going on or the way is far, the next click still says what was there before. Streamlit would draw
that again: the filter that was asked for first would be lost, and what was cleared would come back.
"""

from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import _has_active_trigger_value

from web.gathered import Gathered
from web.readable_values import ReadableValues

MOST = 10
"""Addresses that a browser may not have heard of, before a link."""


class LateClicks(Gathered):
    """A browser's session that knows what its browser cannot know yet."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._session_state = StateOfNow()


class StateOfNow(ReadableValues):
    """What stands in the widgets of a screen, and at which address it is.

    All of it happens in the thread of a run, so that a click that waited for the run before it
    counts with that one too.
    """

    def __init__(self) -> None:
        super().__init__()
        self._addresses: list[str] = []
        """What the browser said last, and what it was told since."""
        self._said: dict[str, bytes] = {}
        """What stood in each widget when the browser last knew everything, as far as that is what
        it has said ever since."""
        self._unheard: set[str] = set()
        """Widgets of which the run at hand is said nothing new."""

    def on_script_will_rerun(
        self, fresh_widget_states: WidgetStates | None, **settings: Any
    ) -> None:
        """Runs what the used widgets call for."""
        if fresh_widget_states is not None:
            self._hear(fresh_widget_states)
        super().on_script_will_rerun(fresh_widget_states, **settings)

    def set_widgets_from_proto(self, widget_states: WidgetStates) -> None:
        """Takes over what a browser says stands in its widgets."""
        super().set_widgets_from_proto(widget_states)
        for widget in self._unheard & self._old_state.keys():
            if self._widget_changed(widget):
                del self._new_widget_state[widget]
                if key := self._key_id_mapper.id_key_mapping.get(widget):
                    # It is said once more: what this run draws may be all that the browser sees.
                    self._new_session_state[key] = self._old_state[widget]

    def on_script_finished(self, *args: Any, **settings: Any) -> None:
        """Notes where the run has led to."""
        super().on_script_finished(*args, **settings)
        context = get_script_run_ctx()
        if context is not None and self._addresses[-1:] != [context.query_string]:
            self._addresses.append(context.query_string)

    def _hear(self, states: WidgetStates) -> None:
        context = get_script_run_ctx()
        values = {
            each.id: each.SerializeToString(deterministic=True)
            for each in states.widgets
            if not _has_active_trigger_value(each)
        }
        self._unheard = set()
        if context is None or not context.fragment_ids_this_run:
            said = "" if context is None else context.query_string
            # A link, or the back button: of a link the browser shows the address when it is told.
            self._addresses = [*self._addresses[-MOST:], said]
            self._said = values
            return
        latest = self._latest(context.query_string)
        if latest == context.query_string:
            self._said = values
            return
        self._said = {
            widget: value for widget, value in self._said.items() if values.get(widget) == value
        }
        self._unheard = set(self._said)
        context.query_string = latest
        self.query_params.populate_from_query_string(latest)

    def _latest(self, said: str) -> str:
        """The address that a browser means that says an address."""
        if said in self._addresses:
            del self._addresses[: self._addresses.index(said)]
        else:
            self._addresses = [said]
        return self._addresses[-1]
