"""Numbers and days in charts, and the room that they need."""

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from data_access import demo
from pages.parts import formats
from pages.parts.axes import day_format, of_counts, with_room
from pages.parts.viewer import Viewer
from rules.acts import Role
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import open_page

WIDEST = {"0": 6.3, ",": 3.2}
"""Pixels of a digit and of a separator in Arial at the size of the axes, 11.25 pixels; Verdana is a
ninth wider."""


@given(st.floats(0, 1e12))
def test_the_highest_number_on_the_axis_has_room(highest):
    figure = go.Figure()
    with_room(figure, highest, r=1)
    written = f"{highest * 1.05:,.0f}"
    width = sum(WIDEST.get(letter, WIDEST["0"]) for letter in written)
    assert width * 10 / 9 < figure.layout.margin.l < width * 10 / 9 + 20 + 0.1 * width


def test_only_given_margins_change():
    figure = go.Figure(layout={"margin": {"t": 34, "b": 5}})
    with_room(figure, 999, b=62)
    margin = figure.layout.margin
    assert (margin.t, margin.b) == (34, 62)


def figures_of(page: AppTest) -> list[dict]:
    """The charts of a page as Plotly gets them."""
    return [json.loads(each.proto.spec) for each in page.get("plotly_chart")]


@pytest.mark.parametrize(("language", "day"), [("de", "%d.%m.%Y"), ("en", "%b %-d, %Y")])
def test_a_day_under_the_pointer_is_written_as_on_the_screens(demo_desk, at_desk, language, day):
    at_desk.setenv("DESK_LANGUAGE", language)
    forget()
    effect = figures_of(open_page("sync_effect"))[0]
    assert [effect["layout"][axis]["hoverformat"] for axis in ("xaxis", "xaxis2")] == [day, day]
    page = open_page("accounts")
    assert f"%{{customdata[0]|{day}}}" in figures_of(page)[0]["data"][0]["hovertemplate"]
    page.session_state["chart"] = "accounts"
    mark = figures_of(page.run())[0]["data"][0]
    expires_at = datetime.fromisoformat(mark["x"][0])
    assert mark["customdata"][0][2].startswith(f"{expires_at:{day}}, ")


@pytest.mark.parametrize("locale", ["de", "de_AT", "en", "en_GB", "en_IN", "en_US", "en_ZA"])
def test_plotly_writes_a_day_as_the_reader_does(locale):
    viewer = Viewer("", Role.VIEWER, locale[:2], locale, ZoneInfo("UTC"))
    day = date(2026, 3, 8)
    assert f"{day:{day_format(viewer)}}" == formats.day(viewer, day)


def test_amounts_of_single_accounts_are_written_out(demo_desk):
    page = open_page("accounts")
    page.session_state["chart"] = "accounts"
    # By Plotly's own choice half a euro is 500m, and a thousand 1k.
    assert figures_of(page.run())[0]["layout"]["yaxis"]["tickformat"] == ",~f"


@pytest.mark.parametrize("highest", [0.4, 1, 3])
def test_no_whole_number_stands_on_an_axis_twice(highest):
    assert of_counts(highest) == {"tickformat": ",d", "dtick": 1}


def test_a_desk_of_one_account_has_whole_numbers_on_its_axes(empty_desk):
    demo.fill(1, 4, NOW, of=empty_desk)
    for name in ("accounts", "workload"):
        assert figures_of(open_page(name))[0]["layout"]["yaxis"]["dtick"] == 1
