"""What a run draws wakes the event loop once for all that waits, and arrives in its order."""

from types import SimpleNamespace

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from web.gathered import Gathered


class Tab:
    """A session of ours whose event loop is moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.woken, self.told, self.taken = [], 0, []
        monkeypatch.setattr(AppSession, "__init__", lambda session: None)
        self.session = Gathered()
        # It never was connected: nothing is to be ended.
        self.session._state = AppSessionState.SHUTDOWN_REQUESTED
        self.session._event_loop = SimpleNamespace(call_soon_threadsafe=self.woken.append)
        self.session._browser_queue = ForwardMsgQueue()
        self.session._message_enqueued_callback = self._tell

    def _tell(self) -> None:
        self.told += 1

    def draw(self, *messages: int) -> None:
        for number in messages:
            self.session._call_soon_on_event_loop(lambda number=number: self._arrive(number))

    def _arrive(self, number: int) -> None:
        self.taken.append(number)
        self.session._enqueue_forward_msg(ForwardMsg(script_finished=0))

    def wake(self) -> None:
        self.woken.pop(0)()


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Tab:
    return Tab(monkeypatch)


def test_the_loop_is_woken_once_for_all_that_waits(tab):
    tab.draw(1, 2, 3)
    assert len(tab.woken) == 1
    tab.wake()
    assert tab.taken == [1, 2, 3]
    assert len(tab.session._browser_queue) == 3
    assert tab.told == 1
    assert not tab.woken


def test_what_comes_afterwards_wakes_it_again(tab):
    tab.draw(1)
    tab.wake()
    tab.draw(2)
    tab.wake()
    assert tab.taken == [1, 2]


def test_what_comes_while_the_rest_is_taken_is_not_forgotten(tab):
    tab.session._call_soon_on_event_loop(lambda: tab.draw(2))
    tab.draw(1)
    while tab.woken:
        tab.wake()
    assert tab.taken == [1, 2]


def test_one_that_fails_does_not_keep_back_those_behind_it(tab):
    tab.session._call_soon_on_event_loop(lambda: 1 / 0)
    tab.draw(1)
    with pytest.raises(ZeroDivisionError):
        tab.wake()
    tab.wake()
    assert tab.taken == [1]


def test_a_message_that_no_run_drew_is_told_of_at_once(tab):
    tab.session._enqueue_forward_msg(ForwardMsg(script_finished=0))
    assert tab.told == 1
