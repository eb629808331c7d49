"""The screen of the year ahead: load, people, cliffs, and the proposal that evens it out."""

import csv
import io
import json
from datetime import timedelta
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from streamlit.proto.Metric_pb2 import Metric

from data_access import demo
from data_access.account_list import every_account
from data_access.calendar_keys import NoSuchKey, keys_in_force, owner_of
from data_access.export import export_path, read_export, write_csv
from data_access.prevention import prevention_months
from data_access.workload import effort_in_force, workload
from pages.parts import formats, prevention_report, viewer, workload_chart
from rules.account_filter import AccountFilter, from_query
from rules.acts import Actor, Role
from rules.smoothing import smoothed
from rules.workload import Effort
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import open_page, said


def bars(page) -> list[dict]:
    """The bars of the year ahead."""
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    return [trace for trace in figure["data"] if trace["type"] == "bar"]


def field(page, name: str):
    """The field of an assumption."""
    return next(each for each in page.number_input if each.key.startswith(f"effort_{name}"))


def test_every_estimate_has_its_assumptions_beside_it(demo_desk):
    page = open_page("workload")
    assert "Estimate: 25% of sellers need help × 2 contacts × 12 minutes ÷ 20 hours" in said(page)
    load = workload(NOW, of=demo_desk).weeks["accounts"].max()
    assert page.metric[5].value == f"{load} accounts"
    people = round(Effort().people(load), 1)
    assert f"≈ {Effort().contacts(load):.0f} contacts, **{people:g} people** (estimate)" in said(
        page
    )


def test_a_tried_assumption_moves_the_figures_and_is_kept_only_when_told_to(empty_desk):
    demo.fill(40, 3, NOW, of=empty_desk)
    page = open_page("workload")
    field(page, "minutes_each").set_value(30.0).run()
    assert "× 30 minutes" in said(page)
    assert effort_in_force(empty_desk) == Effort()
    page.button(key="keep_effort").click().run()
    assert effort_in_force(empty_desk) == Effort(minutes_each=30)
    assert page.button(key="keep_effort").disabled
    assert "× 30 minutes" in said(page)


def test_a_click_on_a_bar_opens_exactly_its_accounts(demo_desk):
    page = open_page("workload")
    trace = bars(page)[0]
    first, last, *_ = trace["customdata"][3]
    point = {"selection": {"points": [{"customdata": [first, last]}], "box": [], "lasso": []}}
    wanted = workload_chart.list_clicked(point["selection"])
    rows = [len(f) for f in every_account(wanted, NOW, of=demo_desk)]
    assert sum(rows) == trace["y"][3]


def test_the_page_goes_to_the_list_that_was_chosen(demo_desk):
    page = open_page("workload")
    page.session_state[workload_chart.OPEN] = AccountFilter(text="gmbh")
    page.run()
    assert not page.exception
    assert page.query_params["q"] == "gmbh"


def test_a_cliff_is_a_sentence_with_a_link_to_its_list(empty_desk):
    demo.fill(900, 3, NOW, of=empty_desk)
    page = open_page("workload")
    found = workload(NOW, of=empty_desk)
    assert found.cliffs
    for cliff in found.cliffs:
        assert f"{cliff.accounts} accounts" in said(page)
        (link,) = [
            each.proto.query_string
            for each in page.get("page_link")
            if f"from={cliff.day}&to={cliff.day}" in each.proto.query_string
        ]
        wanted, ignored = from_query(parse_qs(link))
        assert ignored == ()
        rows = sum(len(f) for f in every_account(wanted, NOW, of=empty_desk))
        assert rows == cliff.accounts


def test_the_invitations_are_those_of_the_rule_and_each_opens_enough_accounts(empty_desk):
    demo.fill(900, 3, NOW, of=empty_desk)
    page = open_page("workload")
    weeks = [int(n) for n in workload(NOW, of=empty_desk).weeks["accounts"]]
    expected = smoothed(weeks)
    table = page.dataframe[0].value
    assert list(table["accounts"]) == [move.accounts for move in expected.moves]
    assert table["days"].sum() == expected.days_forfeited
    assert f"from {max(weeks)} to **{max(expected.after)}** accounts" in said(page)
    for address, accounts in table.groupby("list")["accounts"].sum().items():
        wanted, _ = from_query(parse_qs(address.removeprefix("/?")))
        rows = sum(len(f) for f in every_account(wanted, NOW, of=empty_desk))
        assert rows >= accounts


def test_a_level_that_cannot_be_reached_says_which_can(empty_desk):
    demo.fill(900, 3, NOW, of=empty_desk)
    page = open_page("workload")
    page.number_input(key="smoothing_level").set_value(1).run()
    assert "1 a week cannot be reached so few weeks early" in said(page)
    page.number_input(key="smoothing_level").set_value(500).run()
    assert "Nobody has to be invited early" in page.success[0].value


def test_the_weeks_are_there_as_a_file(empty_desk):
    demo.fill(300, 3, NOW, of=empty_desk)
    path = export_path("csv", AccountFilter(), NOW, "anna", "workload")
    text = b"".join(write_csv(read_export(path.rpartition("/")[2]), empty_desk)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    weeks = workload(NOW, of=empty_desk).weeks
    assert [int(row["accounts"]) for row in rows] == list(weeks["accounts"])
    assert float(rows[3]["people"]) == pytest.approx(
        Effort().people(weeks["accounts"].iloc[3]), abs=0.01
    )


def test_nothing_ahead_is_told_from_nothing_at_all(empty_desk):
    page = open_page("workload")
    assert "The token database is empty" in page.info[0].value
    demo.fill(5, 3, NOW - timedelta(days=900), of=empty_desk)
    page = open_page("workload")
    assert "No day of the next 52 weeks stands out." in said(page)


def test_the_last_whole_month_is_reported_at_the_top_with_what_it_means(demo_desk):
    page = open_page("workload")
    last = prevention_months(NOW, of=demo_desk).iloc[1]
    assert page.metric[0].label == "Renewed before expiry, October 2026"
    assert float(page.metric[0].value.rstrip("%")) == pytest.approx(
        last.share_in_time * 100, abs=0.5
    )
    assert float(page.metric[1].value) == last.median_days
    assert page.metric[2].value == f"{last.blocked_days:,.0f}"
    assert page.metric[2].delta[1:].replace(",", "").isdigit()
    assert "Share of the expiries due in October 2026 that were renewed before" in said(page)
    assert "**Blocked days**: days of the month" in said(page)


def test_a_month_like_the_one_before_is_neither_better_nor_worse(demo_desk, at_desk):
    found = prevention_months(NOW, of=demo_desk)
    found.iloc[2] = found.iloc[1]
    at_desk.setattr(prevention_report, "months", lambda _as_of: found)
    tiles = open_page("workload").metric[:3]
    assert [each.delta for each in tiles] == ["±0 points", "±0", "±0"]
    assert {(each.proto.color, each.proto.direction) for each in tiles} == {
        (Metric.MetricColor.GRAY, Metric.MetricDirection.NONE)
    }


def test_a_share_in_the_chart_is_written_as_in_its_table(demo_desk):
    page = open_page("workload")
    shares = json.loads(page.get("plotly_chart")[1].proto.spec)["data"][2]["text"]
    assert any(shares) and all(share == "" or share[-2].isdigit() for share in shares)


def test_the_report_is_the_same_wherever_its_reader_sits(demo_desk, at_desk):
    at_desk.setenv("DESK_TIME_ZONE", "Asia/Tokyo")
    forget()
    tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    page = open_page("workload")
    expected = prevention_months(tokyo, of=demo_desk)
    assert [int(n) for n in page.table[0].value["In time"]] == list(expected["renewed_in_time"])
    assert page.table[0].value.index.name == "Month"
    assert "Months of Asia/Tokyo" in said(page)


def test_by_cohort_the_same_expiries_are_counted(demo_desk):
    page = open_page("workload")
    in_time = page.table[0].value["In time"].astype(int).sum()
    page.session_state["prevention_by"] = "cohort"
    page.run()
    assert page.table[0].value["In time"].astype(int).sum() == in_time


def test_both_screens_report_the_same_months(demo_desk):
    here = open_page("workload").table[0].value
    effect = open_page("sync_effect")
    effect.session_state["months"] = True
    effect.run()
    there = effect.table[1].value
    reader = viewer.viewer_of(Actor("anna", Role.AGENT), {})
    for theirs, ours, write in (
        ("Share in time", "Renewed before expiry", prevention_report.share),
        ("Blocked days", "Blocked days", formats.number),
    ):
        assert list(there[theirs]) == [write(reader, n) for n in here[ours]][:12]


def test_a_calendar_address_is_shown_once_and_its_key_revoked(empty_desk):
    demo.fill(5, 3, NOW, of=empty_desk)
    page = open_page("workload")
    page.button(key="make_calendar_mine").click().run()
    assert not page.exception
    (key,) = keys_in_force(empty_desk)
    assert key.owner == "demo"
    address = page.code[0].value
    assert owner_of(address.rpartition("/")[2].removesuffix(".ics"), NOW) == "demo"
    assert "not used yet" in said(page)
    page.button(key="hide_calendar").click().run()
    assert not page.code
    page.button(key=f"revoke_calendar_{key.digest[:12]}").click().run()
    assert keys_in_force(empty_desk) == []
    with pytest.raises(NoSuchKey):
        owner_of(address.rpartition("/")[2].removesuffix(".ics"), NOW)


def test_a_viewer_sees_the_weeks_and_does_not_take_them_along(demo_desk, monkeypatch):
    monkeypatch.setattr(viewer, "_who", lambda: Actor("vera", Role.VIEWER))
    page = open_page("workload")
    (export,) = (each for each in page.get("link_button") if each.proto.label == "Weeks as CSV")
    assert export.proto.disabled
