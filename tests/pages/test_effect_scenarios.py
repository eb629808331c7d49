"""Who renews and when: the scenarios side by side, in the chart, and for chosen accounts."""

import json
from datetime import timedelta

from sqlalchemy import func, select

from data_access.database import reading
from data_access.links import read_link
from data_access.schema import authorization
from pages.parts import effect_chart
from tests.conftest import NOW
from tests.pages.conftest import open_page
from tests.pages.effect import MIDNIGHT, TODAY, compared, number


def test_of_the_chosen_accounts_those_count_that_the_filter_means(demo_desk):
    chosen = {"account": [str(number) for number in range(1, 11)], "as_of": TODAY}
    every = compared(open_page("sync_effect", scenario="selected_on_day", **chosen))
    some = compared(open_page("sync_effect", scenario="selected_on_day", region="NA", **chosen))
    assert any(each.startswith("10 selected renew") for each in every.columns)
    (said,) = (each for each in some.columns if "selected" in each)
    with reading(demo_desk) as connection:
        a = authorization.c
        meant = select(func.count()).where(a.id.between(1, 10), a.region == "NA", ~a.paused)
        assert said.startswith(f"{connection.scalar(meant)} of 10 selected renew")


def test_the_four_scenarios_stand_side_by_side(demo_desk):
    shown = compared(open_page("sync_effect", as_of=TODAY, worst="10"))
    blocked = [number(each) for each in shown.loc["Accounts blocked"]]
    nobody, usual, some, everybody = blocked
    assert nobody == some + 10
    assert nobody > usual > everybody == 0


def test_chosen_accounts_renew_on_their_day(demo_desk):
    rows = open_page("sync_effect", as_of=TODAY).dataframe[0].value
    ids = [read_link(link.removeprefix("/renew/"), NOW).authorization_id for link in rows["renew"]]
    page = open_page(
        "sync_effect",
        as_of=TODAY,
        scenario="selected_on_day",
        account=[str(each) for each in ids[:3]],
        renew_on=(MIDNIGHT + timedelta(days=2)).date().isoformat(),
    )
    assert "3 selected renew" in compared(page).columns[2]
    nobody, _, some, _ = (number(each) for each in compared(page).loc["Accounts blocked"])
    assert nobody == some + 3
    page.button(key="effect_forget").click().run()
    assert "account" not in page.query_params


def test_the_chart_sets_the_chosen_scenario_against_nobody(demo_desk):
    page = open_page("sync_effect", scenario="usual_rate")
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    names = {trace["name"] for trace in figure["data"]}
    assert names == {"Nobody renews", "Sellers renew as usual"}
    assert {trace["line"].get("dash") for trace in figure["data"]} == {"dash", None}
    assert len(figure["data"][0]["x"]) == 366


def test_moving_the_slider_builds_no_figure(demo_desk, monkeypatch):
    page = open_page("sync_effect")
    built = []
    monkeypatch.setattr(effect_chart, "figure_of", lambda *_: built.append(1))
    page.slider(key="effect_until").set_value((NOW + timedelta(days=50)).date()).run()
    assert not page.exception and built == []
