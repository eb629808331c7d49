"""Which address a click means whose browser has not heard yet where the one before it led to."""

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSessionState
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from web.latest_address import LatestAddress
from web.whole_runs import WholeRuns


class Tab:
    """A session of ours that runs nothing, and notes which addresses it would run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.run: list[str] = []
        noted = lambda _, state: self.run.append(state.query_string)  # noqa: E731
        monkeypatch.setattr(WholeRuns, "request_rerun", noted)
        monkeypatch.setattr(WholeRuns, "__init__", lambda session: None)
        self.session = LatestAddress()
        self.session._browser_queue = ForwardMsgQueue()
        self.session._message_enqueued_callback = None
        # It never was connected: nothing is to be ended.
        self.session._state = AppSessionState.SHUTDOWN_REQUESTED

    def click(self, said: str, part: str = "the list") -> str:
        """A click of a browser that shows an address; which one is run."""
        self.session.request_rerun(ClientState(fragment_id=part, query_string=said))
        return self.run[-1]

    def led_to(self, address: str) -> None:
        """What a run has made of the address."""
        told = ForwardMsg()
        told.page_info_changed.query_string = address
        self.session._enqueue_forward_msg(told)


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Tab:
    return Tab(monkeypatch)


def test_a_click_means_where_the_ones_before_it_led_to(tab):
    assert tab.click("") == ""
    tab.led_to("within=30")
    assert tab.click("") == "within=30"
    tab.led_to("within=30&sort=name")
    assert tab.click("within=30") == "within=30&sort=name"
    assert tab.click("within=30&sort=name") == "within=30&sort=name"
    # By now it knows, and comes to an address of before by itself.
    assert tab.click("") == ""


def test_a_link_and_the_back_button_mean_where_they_lead_to(tab):
    tab.click("q=a")
    tab.led_to("q=b")
    assert tab.click("q=a", part="") == "q=a"
    assert tab.click("q=a") == "q=a"


def test_an_address_that_nobody_told_the_browser_is_its_own(tab):
    tab.click("")
    tab.led_to("within=30")
    assert tab.click("status=expired") == "status=expired"
    assert tab.click("") == ""


def test_a_click_after_a_link_means_where_the_link_led_to(tab):
    tab.click("")
    assert tab.click("status=expired", part="") == "status=expired"
    # The browser shows the address of a link when it is told of it.
    assert tab.click("") == "status=expired"
    tab.led_to("status=expired")
    assert tab.click("status=expired") == "status=expired"


def test_what_a_browser_is_told_again_and_again_is_kept_once(tab):
    tab.click("q=a")
    for _ in range(3):
        tab.led_to("q=a")
    assert tab.session._addresses == ["q=a"]
