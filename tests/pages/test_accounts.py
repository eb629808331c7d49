"""The start page: counters, filters in the address, the table with its links, and what can fail."""

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import insert, update

from data_access import demo, measures, rollup
from data_access.account_list import every_account
from data_access.database import writing
from data_access.links import read_link
from data_access.measures import registry, rerun_timed, unmeasured
from data_access.named_views import named_views
from data_access.overview import overview
from data_access.schema import authorization, source_run
from pages.parts import viewer
from pages.parts.listed_page import PAGE_SIZE
from rules.account_filter import AccountFilter
from rules.acts import Actor, Role
from rules.authorization import Status
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import given, listed, open_page, said, tick


def test_every_status_has_a_counter_that_links_to_its_accounts(demo_desk):
    page = open_page("accounts")
    seen = overview(AccountFilter(), NOW, of=demo_desk)
    assert [int(metric.value) for metric in page.metric] == [seen.statuses[of] for of in Status]
    links = [link.proto.query_string for link in page.get("page_link")]
    assert {f"status={of.value}" for of in Status} <= set(links)


def test_the_bands_link_to_exactly_their_accounts(demo_desk):
    page = open_page("accounts")
    seen = overview(AccountFilter(), NOW, of=demo_desk)
    bands = [link.proto for link in page.get("page_link") if "within=" in link.proto.query_string]
    assert len(bands) == len(seen.bands)
    for link, days in zip(bands, sorted(seen.bands), strict=True):
        query = dict(pair.split("=") for pair in link.query_string.split("&"))
        found = open_page("accounts", **query)
        assert f"**{seen.bands[days]} account" in said(found)


def test_every_row_has_a_renew_link_for_its_own_account(demo_desk):
    page = open_page("accounts")
    drawn = listed(page)
    assert len(drawn) == PAGE_SIZE
    expected = next(every_account(AccountFilter(), NOW, of=demo_desk, batch=PAGE_SIZE))
    for link, row in zip(drawn["renew"], expected.itertuples(), strict=True):
        assert read_link(link.removeprefix("/renew/"), NOW).authorization_id == row.id


def test_who_looks_at_the_same_page_has_links_and_words_of_their_own(demo_desk, monkeypatch):
    drawn, sent = {}, {}
    for name, role in (("maria", Role.AGENT), ("tom", Role.AGENT), ("eve", Role.VIEWER)):
        monkeypatch.setattr(viewer, "NOBODY", Actor(name, role))
        page = open_page("accounts")
        drawn[name], sent[name] = listed(page), json.dumps(given(page))
    for name in ("maria", "tom"):
        tokens = [link.removeprefix("/renew/") for link in drawn[name]["renew"]]
        assert {read_link(token, NOW).agent for token in tokens} == {name}
    assert "renew" not in drawn["eve"] and "/renew/" not in sent["eve"]
    assert [set(each["write"]) for each in drawn.values()] == [{"Write"}, {"Write"}, {"Look"}]
    same = [each.drop(columns=["renew", "write"], errors="ignore") for each in drawn.values()]
    assert same[0].equals(same[1]) and same[0].equals(same[2])


def test_the_address_is_the_filter(demo_desk):
    page = open_page("accounts", status=["expired", "refused"], region="EU", sort="name")
    wanted = AccountFilter(statuses=(Status.EXPIRED, Status.REFUSED), regions=("EU",), sort="name")
    matching = overview(wanted, NOW, of=demo_desk).matching
    assert f"**{matching} accounts**" in said(page)
    assert set(listed(page)["status"]) == {"✖ Expired", "⊘ Refused"}
    names = list(listed(page)["seller"])
    frames = every_account(wanted, NOW, of=demo_desk, batch=PAGE_SIZE)
    assert names == list(next(frames)["seller_name"])


def test_a_filter_by_days_is_said_as_days_are_written(demo_desk, at_desk):
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    page = open_page("accounts", **{"from": "2027-03-08", "to": "2027-03-14"})
    told = "läuft frühestens am 08.03.2027 ab · läuft spätestens am 14.03.2027 ab"
    assert told in said(page)


def test_searching_writes_the_address_and_narrows_the_list(demo_desk):
    page = open_page("accounts")
    page.text_input(key="f_text").set_value("GmbH").run()
    assert page.query_params["q"] == "GmbH"
    assert all("gmbh" in name.casefold() for name in listed(page)["seller"])


def test_a_preset_of_days_replaces_the_one_before(demo_desk):
    page = open_page("accounts", within="7")
    page.pills(key="f_expiry").set_value("30").run()
    assert page.query_params["within"] == "30"
    page.pills(key="f_expiry").set_value("expired").run()
    assert "within" not in page.query_params
    assert page.query_params["status"] == "expired"


def test_in_8_to_30_days_means_as_many_days_ahead_on_every_day(demo_desk):
    page = open_page("accounts")
    page.pills(key="f_expiry").set_value("8-30").run()
    asked = page.query_params
    assert (asked["beyond"], asked["within"], "from" in asked) == ("7", "30", False)
    assert page.pills(key="f_expiry").value == "8-30"


def test_clearing_the_filters_keeps_the_order(demo_desk):
    page = open_page("accounts", q="gmbh", sort="name")
    page.button(key="clear").click().run()
    assert "q" not in page.query_params
    assert page.query_params["sort"] == "name"


def test_the_filters_behind_a_button_are_kept_while_they_are_not_drawn(demo_desk):
    page = open_page("accounts", plan="individual", region="EU")
    assert not [each for each in page.pills if each.key == "f_plans"]
    page.pills(key="f_expiry").set_value("90").run()
    assert page.query_params["plan"] == "individual"
    page.session_state["more_filters"] = True
    page.run()
    assert page.pills(key="f_plans").value == ["individual"]
    page.pills(key="f_regions").set_value(["NA"]).run()
    assert page.query_params["region"] == "NA"
    assert page.query_params["within"] == "90"


@pytest.mark.parametrize(
    "query",
    [
        # What a click on the bar of all that is older asks for.
        {"from": "2000-01-01", "to": "2026-09-27"},
        {"to": "8999-12-31"},
        {"language": ["de", "xx"]},
        {"marketplace": ["DE", "XX"]},
    ],
    ids=str,
)
def test_no_open_filter_drops_what_the_address_asks_for(demo_desk, query):
    page = open_page("accounts", **query)
    page.session_state["more_filters"] = True
    page.run()
    page.pills(key="f_case").set_value(["free"]).run()
    assert not page.exception
    assert page.query_params["owner"] == "-"
    assert {name: page.query_params.get(name) for name in query} == query


def test_a_run_of_the_screen_is_measured_once_with_its_list(demo_desk):
    def measured() -> float:
        asked = "desk_screen_rerun_seconds_count", {"screen": "accounts"}
        return registry.get_sample_value(*asked) or 0

    before = measured()
    open_page("accounts")
    assert measured() == before + 1
    with rerun_timed("accounts"), rerun_timed("accounts"):
        pass
    assert measured() == before + 2


def test_what_an_address_asks_for_in_vain_is_said_and_not_obeyed(demo_desk):
    page = open_page("accounts", status="<b>bogus</b>", within="-3")
    assert "within = -3" in page.warning[0].value
    assert "bogus" in page.warning[0].value


def test_an_empty_token_database_says_how_to_fill_it(empty_desk):
    page = open_page("accounts")
    assert "manage.py import" in page.code[0].value


def test_a_filter_that_nothing_meets_says_so(demo_desk):
    page = open_page("accounts", q="nobody is called like this")
    shown = given(page)["list"]
    assert shown["words"]["none"] == "No account is like that." and shown["rows"] == []
    assert not page.dataframe and "Select rows" not in said(page)


def test_a_database_that_is_away_is_one_sentence_and_a_button(at_desk, tmp_path):
    at_desk.setenv("DESK_DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    page = open_page("accounts")
    assert "does not answer" in page.error[0].value
    assert page.button(key="retry")
    assert "psycopg" not in said(page)


def test_stale_data_is_a_plain_warning(demo_desk, at_desk):
    at_desk.setenv("DESK_STALE_AFTER_MINUTES", "1")
    forget()
    with time_machine.travel(NOW + timedelta(hours=3)):
        page = open_page("accounts")
    assert "3 hours ago" in page.warning[0].value


def test_a_source_whose_first_reading_goes_on_did_not_fail(empty_desk):
    with writing(empty_desk) as connection:
        run = {"source": "plugin", "started_at": NOW}
        connection.execute(insert(source_run).values(run))
    warned = [each.value for each in open_page("accounts").warning]
    assert warned == ["plugin has not been read to its end yet."]
    with writing(empty_desk) as connection:
        connection.execute(update(source_run).values(finished_at=NOW, failure="It is away."))
    failed = r"plugin could not be read yet. It is away\."
    assert [each.value for each in open_page("accounts").warning] == [failed]


def test_a_seller_name_is_text_and_never_markup(demo_desk):
    page = open_page("accounts", q="HYPERLINK")
    assert list(listed(page)["seller"])[0].startswith("=HYPERLINK")
    page.session_state["chart"] = "accounts"
    page.run()
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert figure["data"][0]["customdata"][0][1].startswith("=HYPERLINK")


def test_a_wait_for_the_browser_is_no_part_of_what_a_run_takes(monkeypatch):
    clock = iter([10.0, 10.2, 10.8, 11.0])
    monkeypatch.setattr(measures, "perf_counter", lambda: next(clock))
    with rerun_timed("a screen"), unmeasured():
        pass
    took = registry.get_sample_value("desk_screen_rerun_seconds_sum", {"screen": "a screen"})
    assert took == pytest.approx(0.4)


def test_a_commit_is_seen_by_the_very_next_click(empty_desk):
    demo.fill(20, 5, NOW, of=empty_desk)
    page = open_page("accounts")
    before = [metric.value for metric in page.metric]
    with writing(empty_desk) as connection:
        connection.execute(update(authorization).values(paused=True))
        rollup.rebuild(connection)
    page.run()
    after = [metric.value for metric in page.metric]
    assert before != after == ["20" if of is Status.PAUSED else "0" for of in Status]
    assert set(listed(page)["status"]) == {"‖ Paused"}


def test_a_named_view_is_saved_for_everybody_and_brings_its_filter_back(empty_desk):
    demo.fill(40, 2, NOW, of=empty_desk)
    page = open_page("accounts", status="expired")
    page.session_state["views"] = True
    page.run()
    page.text_input(key="view_name").set_value("Blocked now").run()
    page.button(key="save_view").click().run()
    saved = named_views(empty_desk)
    assert [(v.name, v.wanted.statuses) for v in saved] == [("Blocked now", (Status.EXPIRED,))]
    page.button(key="delete_view_Blocked now").click().run()
    assert named_views(empty_desk) == []


@pytest.mark.parametrize("accounts", [1, 2])
def test_it_works_with_one_account(empty_desk, accounts):
    demo.fill(accounts, 2, NOW, of=empty_desk)
    for chart in ("weeks", "days", "accounts"):
        page = open_page("accounts")
        page.session_state["chart"] = chart
        page.run()
        assert not page.exception
        assert len(listed(page)) == accounts


def test_the_most_urgent_say_why_in_words(demo_desk):
    drawn = listed(open_page("accounts", status="expired"))
    assert drawn["why"].str.startswith("blocked now").all()


def test_a_tick_that_was_taken_away_does_not_come_back(empty_desk):
    demo.fill(10, 5, NOW, of=empty_desk)
    page = open_page("accounts")

    first, third = listed(page)["id"].iloc[[0, 2]]
    assert "1 account selected" in said(tick(page, third))
    with writing(empty_desk) as connection:
        connection.execute(
            update(authorization).where(authorization.c.id == int(first)).values(paused=True)
        )
        rollup.rebuild(connection)
    assert "1 account selected" in said(page.run())
    assert listed(page)["id"].iloc[0] != first
    assert "selected" not in said(tick(page))
    # For a moment no table is there.
    page.text_input(key="f_text").set_value("nobody at all").run()
    page.text_input(key="f_text").set_value("").run()
    assert len(listed(page)) == 10
    assert "selected" not in said(page)


def test_nothing_that_an_address_carries_is_markdown(demo_desk):
    link = "\n\n[Sign in](https://evil.example)"
    page = open_page("accounts", q=f"a{link}", within=f"x{link}")
    quoting = [line for line in said(page).split("\n") if "evil" in line]
    assert len(quoting) == 2 and all(line.count("`") == 2 for line in quoting)
