"""In a tab's first run the rows of the list are drawn before the chart."""

from threading import Event

import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.parts import rows_first
from pages.parts.listed_page import PAGE_SIZE
from tests.pages.conftest import given, listed, open_page


def test_the_chart_waits_until_the_browser_has_drawn_the_rows(demo_desk, monkeypatch):
    waits = []

    class Waited(Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout)
            st.stop()

    monkeypatch.setattr(rows_first, "Event", Waited)
    page = open_page("accounts")
    assert len(listed(page)) == PAGE_SIZE
    assert waits == [rows_first.AT_MOST] and not page.get("plotly_chart")
    with TestClient(Starlette(routes=[rows_first.DRAWN])) as browser:
        assert browser.post(given(page)["drawn"]).status_code == 204
    # In that tab the chart's script is there by now.
    assert page.run().get("plotly_chart") and len(waits) == 1
    assert given(page)["drawn"] is None


def test_a_browser_that_says_nothing_is_not_waited_for_again(demo_desk):
    page = open_page("accounts")
    assert given(page)["drawn"] and page.get("plotly_chart")
    assert given(page.run())["drawn"] is None


def test_of_rows_that_nobody_waits_for_any_word_is_taken(demo_desk):
    with TestClient(Starlette(routes=[rows_first.DRAWN])) as browser:
        assert browser.post(f"{rows_first.PATH}somebody-elses").status_code == 204
