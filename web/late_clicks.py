"""A click counts with the ones before it, though its browser does not know yet what they led to.

With each click a browser says which address it shows and what stands in all of its widgets. What a
click has made of them, the browser learns with the answer; where that takes long, because much is
going on or the way is far, the next click still says what was there before. Streamlit would draw
that again: the filter that was asked for first would be lost, and what was cleared would come back.
"""

from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import _has_active_trigger_value
from streamlit.runtime.state.session_state import Value, WStates

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
        self._said: dict[str, WidgetState] = {}
        """What the browser said last of each widget."""
        self._before: dict[str, WidgetState] = {}
        """What it had said before, where it does not know yet what that led to."""

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
        for said in widget_states.widgets:
            before = self._before.get(said.id)
            if before is None:
                continue
            # First: what is read of a widget also counts as what kind of value it takes.
            now = self._now(said.id)
            if not self._widget_changed(said.id):
                continue
            meant = said if now is None else _meant(said, before, now)
            if meant != said:
                self._new_widget_state.set_widget_from_proto(meant)
                if key := self._key_id_mapper.id_key_mapping.get(said.id):
                    # The browser is told: what this run draws may be all that it sees.
                    self._new_session_state[key] = self._new_widget_state.get(said.id)

    def _now(self, widget: str) -> WidgetState | None:
        """What the last run has left in a widget, as a browser would say it; None where nobody has
        drawn it."""
        if widget not in self._old_state:
            return None
        known = self._new_widget_state.widget_metadata
        return WStates({widget: Value(self._old_state[widget])}, known).get_serialized(widget)

    def on_script_finished(self, *args: Any, **settings: Any) -> None:
        """Notes where the run has led to."""
        super().on_script_finished(*args, **settings)
        context = get_script_run_ctx()
        if context is not None and self._addresses[-1:] != [context.query_string]:
            self._addresses.append(context.query_string)

    def _hear(self, states: WidgetStates) -> None:
        context = get_script_run_ctx()
        before, self._before = self._said, {}
        self._said = {
            state.id: state for state in states.widgets if not _has_active_trigger_value(state)
        }
        if context is None or not context.fragment_ids_this_run:
            said = "" if context is None else context.query_string
            # A link, or the back button: of a link the browser shows the address when it is told.
            self._addresses = [*self._addresses[-MOST:], said]
            return
        latest = self._latest(context.query_string)
        if latest != context.query_string:
            self._before = before
            context.query_string = latest
            self.query_params.populate_from_query_string(latest)

    def _latest(self, said: str) -> str:
        """The address that a browser means that says an address."""
        if said in self._addresses:
            del self._addresses[: self._addresses.index(said)]
        else:
            self._addresses = [said]
        return self._addresses[-1]


def _meant(said: WidgetState, before: WidgetState, now: WidgetState) -> WidgetState:
    """What stands in a widget after a click. Several texts are those of a group of choices, in any
    order: of a range of days, of which no screen has one, an end alone would not be told.

    Args:
        said: What the browser says, which does not know yet what its last clicks led to.
        before: What it said with the last of these.
        now: What that one has led to.
    """
    if said == before:
        return now
    chosen, shown = said.string_array_value.data, before.string_array_value.data
    if max(len(chosen), len(shown)) < 2:
        return said
    # A group of which several can be chosen at once: what was pressed counts, not its neighbours.
    left = [
        choice for choice in now.string_array_value.data if choice in chosen or choice not in shown
    ]
    meant = WidgetState(id=said.id)
    meant.string_array_value.data.extend(left)
    meant.string_array_value.data.extend(
        choice for choice in chosen if choice not in shown and choice not in left
    )
    return meant
