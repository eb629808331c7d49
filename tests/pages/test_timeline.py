"""The timeline of the start page: its bars, what it counts, and what choosing bars means."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from data_access import demo, rollup
from data_access.database import writing
from data_access.schema import authorization
from pages.parts.timeline_choice import selected_days
from tests.conftest import NOW
from tests.pages.conftest import listed, open_page


def test_the_timeline_draws_every_status_and_names_its_days(demo_desk):
    page = open_page("accounts")
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    names = [trace["name"] for trace in figure["data"]]
    assert any("Expired" in name for name in names)
    first, last = figure["data"][0]["customdata"][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", first)
    assert first <= last


def test_what_is_still_ahead_is_what_will_lapse(empty_desk):
    each = ((False, 20), (False, -9), (True, 20), (True, -20))
    demo.fill(4, 5, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        for account, (paused, days) in enumerate(each, start=1):
            connection.execute(
                update(authorization)
                .where(authorization.c.id == account)
                .values(
                    paused=paused,
                    refused_at=None,
                    granted_at=NOW - timedelta(days=400),
                    expires_at=NOW + timedelta(days=days),
                )
            )
        rollup.rebuild(connection)
    said = open_page("accounts").get("plotly_chart")[0].proto.alt
    assert ": 1 still ahead." in said


def test_an_expiry_after_the_shown_year_has_no_bar(empty_desk):
    demo.fill(20, 5, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        late = NOW + timedelta(days=1_000)
        connection.execute(update(authorization).values(expires_at=late, paused=False))
        rollup.rebuild(connection)
    page = open_page("accounts")
    assert not page.exception
    assert len(listed(page)) == 20
    assert json.loads(page.get("plotly_chart")[0].proto.spec)["data"] == []


def test_choosing_bars_means_the_days_from_the_first_to_the_last():
    points = [
        {"customdata": ["2026-12-07", "2026-12-13"]},
        {"customdata": ["2026-11-30", "2026-12-06"]},
    ]
    first, last = selected_days({"points": points})
    assert (first.isoformat(), last.isoformat()) == ("2026-11-30", "2026-12-13")
    assert selected_days({"points": []}) is None


DAYS = ["2026-11-30", "2026-12-06"]


def choose(page: AppTest, chart: str, said: object) -> AppTest:
    """Tells the screen what is chosen in a chart, as the browser does."""
    states = page._tree.get_widget_states()
    told = states.widgets.add()
    told.id, told.string_value = chart, json.dumps({"selection": said})
    return page._run(states)


def test_bars_narrow_what_a_click_before_them_has_asked_for(demo_desk):
    """The browser still shows the chart of before."""
    page = open_page("accounts", sort="name")
    before = page.get("plotly_chart")[0].proto.id
    page.text_input(key="f_text").set_value("gmbh").run()
    assert page.get("plotly_chart")[0].proto.id != before
    choose(page, before, {"points": [{"customdata": DAYS}]})
    asked = page.query_params
    assert (asked["from"], asked["to"]) == tuple(DAYS)
    assert (asked["q"], asked["sort"]) == ("gmbh", "name")


def test_what_was_chosen_before_does_not_come_back_with_the_next_click(demo_desk):
    """A browser that has not heard of the next chart says it once more."""
    page = open_page("accounts")
    chart, chosen = page.get("plotly_chart")[0].proto.id, {"points": [{"customdata": DAYS}]}
    choose(page, chart, chosen)
    page.pills(key="f_expiry").set_value("60")
    choose(page, chart, chosen)
    assert page.query_params == {"within": "60"}
    page.button(key="clear").click().run()
    choose(page, chart, chosen)
    assert page.query_params == {"from": DAYS[0], "to": DAYS[1]}


def of_bars(*bars: object) -> dict:
    return {"points": [{"customdata": bar} for bar in bars]}


NO_BARS = [
    of_bars(["2026-12-06", "2026-11-30"]),
    of_bars(["2026-11-30"], [], None, 7, "x", {"0": 1}, [1, 2], [None, None]),
    of_bars(["9999-12-31", "9999-12-31"], ["0001-01-01", "0001-01-07"], ["x", "y"], ["", ""]),
    {"points": [None, 7, "x", [], {}, {"customdata": {}}]},
    *({"points": points} for points in (None, 7, "points", {}, {"customdata": DAYS})),
    {"points": [], "box": [{"x": DAYS, "y": [0, 1]}]},
    {},
]


@pytest.mark.parametrize("said", NO_BARS, ids=str)
def test_what_no_bar_says_asks_for_nothing_and_breaks_nothing(demo_desk, said):
    page = open_page("accounts", within="90")
    choose(page, page.get("plotly_chart")[0].proto.id, said)
    assert not page.exception
    assert page.query_params == {"within": "90"}
    assert selected_days(said) is None
