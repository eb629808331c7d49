"""What a browser is told by name, and what it is told again in whole."""

from collections.abc import Iterator

import pytest

from tests.web.own_sessions import served
from tests.web.speaking_streamlit import Tab, open_tab

PAGE = """
import streamlit as st

@st.fragment
def part():
    st.code(st.query_params.get("letter", "a") * 20_000)

part()
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(PAGE, tmp_path_factory.mktemp("page")) as there:
        yield there


class Forgetful:
    """A browser that shows large things, and says that it has kept the first for ever."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        tab.run()
        self._part = tab.fragment()
        tab.kept = {each.hash for each in tab.seen if each.metadata.cacheable}

    def is_told_a_name(self, letter: str) -> bool:
        """Shows letters; whether a name is all that it is told of them."""
        del self._tab.seen[:]
        self._tab.click(self._part, f"letter={letter}")
        self._tab.until_finished()
        return any(each.HasField("ref_hash") for each in self._tab.seen)


@pytest.fixture
def browser(address: str) -> Iterator[Forgetful]:
    with open_tab(address, {}) as tab:
        yield Forgetful(tab)


def test_what_a_browser_has_kept_it_is_told_by_name(browser):
    assert browser.is_told_a_name("a")
    assert not browser.is_told_a_name("b")
    assert browser.is_told_a_name("a")


def test_what_it_says_it_has_but_forgets_with_an_answer_under_way_it_is_told_in_whole(browser):
    assert [browser.is_told_a_name(letter) for letter in "bcda"] == [False] * 4
    assert browser.is_told_a_name("a")


def test_what_it_has_seen_since_it_does_not_forget(browser):
    assert [browser.is_told_a_name(letter) for letter in "babaca"] == [
        letter == "a" for letter in "babaca"
    ]
