"""What a click in the list draws goes out in one go, and never much later than it is drawn."""

from types import SimpleNamespace

import pytest
from streamlit.errors import StreamlitAPIException
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSessionState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

from data_access.account_list import SHOWS
from web import in_one_go
from web.in_one_go import HELD_FOR, InOneGo
from web.late_clicks import LateClicks
from web.whole_runs import WholeRuns


class Tab:
    """A session of ours with a clock and an event loop that are moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.later, self.woken, self.has_list = 100.0, [], 0, True
        monkeypatch.setattr(in_one_go, "monotonic", lambda: self.now)
        monkeypatch.setattr(LateClicks, "request_rerun", lambda session, state: None)
        ignored = "_handle_scriptrunner_event_on_event_loop"
        monkeypatch.setattr(WholeRuns, ignored, lambda session, sender, event, *said: None)
        self.session = InOneGo.__new__(InOneGo)
        self.session._event_loop = SimpleNamespace(call_later=lambda *call: self.later.append(call))
        self.session._message_enqueued_callback = self._wake
        self.session._browser_queue = ForwardMsgQueue()
        self.session._runs, self.session._seen = 0, {}
        self.session._fragment_storage = SimpleNamespace(resolve_target=self._parts)
        # It never was connected: nothing is to be ended.
        self.session._state = AppSessionState.SHUTDOWN_REQUESTED

    def _wake(self) -> None:
        self.woken += 1

    def _parts(self, name: str) -> list[str]:
        if name == SHOWS and self.has_list:
            return ["the list"]
        raise StreamlitAPIException("no such part")

    def click_in(self, part: str) -> None:
        self.session.request_rerun(ClientState(fragment_id=part))

    def draw(self) -> None:
        self.session._browser_queue.enqueue(ForwardMsg(script_finished=0))

    def handed_over(self) -> int:
        return len(self.session.flush_browser_queue())


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Tab:
    return Tab(monkeypatch)


def test_what_a_run_draws_is_handed_over_when_it_has_ended(tab):
    tab.click_in("the list")
    tab.draw()
    tab.draw()
    assert tab.handed_over() == 0
    tab.session._handle_scriptrunner_event_on_event_loop(None, ScriptRunnerEvent.SHUTDOWN)
    assert tab.woken == 1
    assert tab.handed_over() == 2


def test_of_a_run_that_takes_long_what_is_there_is_handed_over_before_it_ends(tab):
    tab.click_in("the list")
    tab.draw()
    [(after, let_go)] = tab.later
    assert after == HELD_FOR
    tab.now += HELD_FOR
    let_go()
    assert tab.woken == 1
    assert tab.handed_over() == 1
    tab.draw()
    assert tab.handed_over() == 1


def test_what_nobody_asked_for_is_handed_over_at_once(tab):
    tab.draw()
    assert tab.handed_over() == 1


@pytest.mark.parametrize("part", ["", "the slider"])
@pytest.mark.parametrize("has_list", [True, False])
def test_what_comes_of_other_clicks_is_handed_over_at_once(tab, part, has_list):
    tab.has_list = has_list
    tab.click_in(part)
    tab.draw()
    assert tab.handed_over() == 1
