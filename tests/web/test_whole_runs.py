"""A question for news that comes as a run ends takes nothing from what the run has drawn."""

from pathlib import Path

from tests.web.own_sessions import served
from tests.web.speaking_streamlit import open_tab

PAGE = """
from threading import Event
import streamlit as st
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import get_instance

@st.fragment(run_every="1h")
def news():
    st.text("news")

news()
session = get_instance()._session_mgr.list_active_sessions()[0].session
runner = session._scriptrunner
asking = Event()

def ask_when_the_script_has_ended():
    asking.set()
    runner._script_thread.join(timeout=30)
    session.request_rerun(ClientState(fragment_id=[*session._fragment_storage._fragments][0]))

# What is drawn from here on waits until the event loop has asked.
session._event_loop.call_soon_threadsafe(ask_when_the_script_has_ended)
asking.wait(timeout=30)
for number in range(20):
    st.text(f"row {number}")
"""


def test_what_a_run_has_drawn_arrives_though_news_are_asked_for_as_it_ends(tmp_path: Path):
    with served(PAGE, tmp_path) as address, open_tab(address, {}) as tab:
        tab.run()
        tab.until_finished()
    came = [message.WhichOneof("type") for message in tab.seen]
    drawn = [message.delta.new_element.text.body for message in tab.seen]
    assert [text for text in drawn if text] == ["news", *(f"row {n}" for n in range(20)), "news"]
    assert [kind for kind in came if kind in ("new_session", "script_finished")] == [
        "new_session",
        "script_finished",
        "new_session",
        "script_finished",
    ]
