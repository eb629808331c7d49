"""What a click means whose browser has not heard yet what the one before it led to."""

import json
from collections.abc import Iterator

import pytest

from tests.web.own_sessions import served
from tests.web.speaking_streamlit import Tab, open_tab

PAGE = """
import json
from time import sleep
import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

def typed(name):
    st.query_params[name] = st.session_state[name]

def days():
    st.query_params.days = st.session_state.days

def a_month():
    st.session_state.days = 30
    st.query_params.days = 30

def chosen():
    st.query_params.kinds = "".join(st.session_state.kinds)

def clear():
    st.session_state.name = ""
    st.session_state.kinds = []
    st.query_params.clear()

def mark():
    st.query_params.marked = "yes"

def next_page():
    st.query_params.page = int(st.query_params.get("page", 0)) + 1

def clear_while_somebody_clicks():
    clear()
    session = get_instance()._session_mgr.list_active_sessions()[0].session
    while session._scriptrunner._requests._state is not ScriptRequestType.RERUN:
        sleep(0.001)

@st.fragment
def bar():
    st.text_input("Name", key="name", on_change=typed, args=("name",))
    st.text_input("Shop", key="shop", on_change=typed, args=("shop",))
    st.pills("Kinds", list("xyz"), key="kinds", selection_mode="multi", on_change=chosen)
    st.number_input("Days", value=None, step=1, key="days", on_change=days)
    st.button("Month", key="month", on_click=a_month)
    st.button("Clear", key="clear", on_click=clear)
    st.button("Slowly", key="slowly", on_click=clear_while_somebody_clicks)
    st.button("Next", key="next", on_click=next_page)
    st.button("Mark", key="mark", on_click=mark)
    boxes = {f"in {name}": st.session_state[name] for name in ("name", "shop")}
    boxes["in days"] = st.session_state.days and str(st.session_state.days)
    now = st.query_params.to_dict() | boxes | {"chosen": "".join(st.session_state.kinds)}
    st.text(json.dumps(now))

bar()
"""


class Bar:
    """A browser that shows a page of two boxes and some buttons."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        tab.run()
        self._part = tab.fragment()
        self._ids = {
            each.label: each.id
            for kind in ("text_input", "button", "button_group", "number_input")
            for each in tab.drawn(kind)
        }

    def click(
        self, button: str = "", query: str = "", Kinds: str | None = None, **typed: str
    ) -> None:
        """Says what the browser has heard of: its address, what stands in its boxes, and its
        pills, a letter each."""
        widgets = {self._ids[box]: {"string_value": text} for box, text in typed.items()}
        # An empty one says nothing of itself.
        widgets[self._ids["Days"]] = {}
        if Kinds is not None:
            widgets[self._ids["Kinds"]] = {"string_array_value": Kinds}
        if button:
            widgets[self._ids[button]] = {"trigger_value": True}
        self.tab.click(self._part, query, **widgets)

    def shown(self, *where: str, **said: str) -> dict[str, str]:
        """What such a click draws."""
        self.click(*where, **said)
        return self.drawn()

    def drawn(self) -> dict[str, str]:
        """What the next run draws: the address, and what stands in the boxes."""
        self.tab.until_finished()
        texts = [message.delta.new_element.text.body for message in self.tab.seen]
        drawn = json.loads([text for text in texts if text][-1])
        return {name: text for name, text in drawn.items() if text}

    def is_told_its_value(self, label: str) -> bool:
        """Whether the browser puts something into a box, as that was drawn last."""
        inputs = [message.delta.new_element.text_input for message in self.tab.seen]
        return [each for each in inputs if each.label == label][-1].set_value


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(PAGE, tmp_path_factory.mktemp("late")) as address:
        yield address


@pytest.fixture
def bar(address: str) -> Iterator[Bar]:
    with open_tab(address, {}) as tab:
        yield Bar(tab)


NAMED = {"name": "a", "in name": "a"}


def test_a_click_means_where_the_ones_before_it_led_to(bar):
    assert bar.shown(Name="a", Shop="") == NAMED
    assert bar.shown("Mark", "", Name="a", Shop="") == {**NAMED, "marked": "yes"}
    assert bar.shown("", "name=a", Name="a", Shop="b") == {
        **NAMED,
        "marked": "yes",
        "shop": "b",
        "in shop": "b",
    }
    # By now it knows, and comes to an address of before by itself.
    assert bar.shown("", "name=a&marked=yes&shop=b", Name="a", Shop="b")["shop"] == "b"
    assert bar.shown("", "", Name="a", Shop="b") == {"in name": "a", "in shop": "b"}


def test_what_a_click_has_cleared_does_not_come_back_with_the_next(bar):
    assert bar.shown(Name="a", Shop="") == NAMED
    assert bar.shown("Clear", "name=a", Name="a", Shop="") == {}
    assert bar.shown("Mark", "name=a", Name="a", Shop="") == {"marked": "yes"}
    # The browser hears it with the last of what was drawn.
    assert bar.is_told_its_value("Name")
    assert bar.shown("", "name=a", Name="a", Shop="b") == {
        "marked": "yes",
        "shop": "b",
        "in shop": "b",
    }


def test_what_is_typed_meanwhile_counts(bar):
    bar.shown(Name="a", Shop="")
    bar.shown("Clear", "name=a", Name="a", Shop="")
    assert bar.shown("", "name=a", Name="ab", Shop="") == {"name": "ab", "in name": "ab"}
    assert bar.shown("", "name=a", Name="ab", Shop="b") == {
        "name": "ab",
        "in name": "ab",
        "shop": "b",
        "in shop": "b",
    }


def test_what_is_typed_again_once_the_browser_knows_counts(bar):
    bar.shown(Name="a", Shop="")
    bar.shown("Clear", "name=a", Name="a", Shop="")
    assert bar.shown("", "", Name="a", Shop="") == NAMED


def test_of_several_choices_the_one_just_made_counts_and_the_cleared_ones_do_not(bar):
    assert bar.shown(Kinds="xy") == {"kinds": "xy", "chosen": "xy"}
    assert bar.shown("Clear", "kinds=xy", Kinds="xy") == {}
    assert bar.shown("", "kinds=xy", Kinds="xyz") == {"kinds": "z", "chosen": "z"}
    assert bar.shown("", "kinds=xy", Kinds="xz") == {"kinds": "z", "chosen": "z"}
    assert bar.shown("Mark", "kinds=xy", Kinds="xz") == {
        "kinds": "z",
        "chosen": "z",
        "marked": "yes",
    }
    assert bar.shown("", "kinds=xy", Kinds="x") == {"marked": "yes"}


def test_a_number_that_a_click_has_put_into_an_empty_field_stays(bar):
    assert bar.shown("Month", "", Name="", Shop="") == {"days": "30", "in days": "30"}
    assert bar.shown("Mark", "", Name="", Shop="") == {
        "days": "30",
        "in days": "30",
        "marked": "yes",
    }


def test_a_choice_taken_back_and_made_again_counts(bar):
    bar.shown(Kinds="xy")
    bar.shown("Mark", "", Kinds="xy")
    assert bar.shown("", "", Kinds="x")["chosen"] == "x"
    assert bar.shown("", "", Kinds="xy")["chosen"] == "xy"


def test_the_same_button_counts_each_time(bar):
    assert bar.shown("Next", "", Name="", Shop="") == {"page": "1"}
    assert bar.shown("Next", "", Name="", Shop="") == {"page": "2"}
    assert bar.shown("Next", "page=1", Name="", Shop="") == {"page": "3"}


def test_a_click_that_waits_for_the_one_before_it_counts_with_it(bar):
    bar.shown(Name="a", Shop="")
    bar.click("Slowly", "name=a", Name="a", Shop="")
    bar.click("Mark", "name=a", Name="a", Shop="")
    assert bar.drawn() == {}
    assert bar.drawn() == {"marked": "yes"}


def test_a_link_and_the_back_button_mean_where_they_lead_to(bar):
    bar.shown(Name="a", Shop="")
    bar.tab.run(query="shop=b")
    # The browser shows the address of a link when it is told of it.
    assert bar.shown("Mark", "name=a", Name="a", Shop="") == {
        "shop": "b",
        "marked": "yes",
        "in name": "a",
    }
    assert bar.shown("Mark", "status=expired", Name="a", Shop="") == {
        "status": "expired",
        "marked": "yes",
        "in name": "a",
    }
