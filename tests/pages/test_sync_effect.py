"""The screen of what lapses cost: today, until a day, whom to call first, what is assumed."""

import csv
import io
import json
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from sqlalchemy import func, select, update

from data_access import demo
from data_access.assumptions import assumptions_in_force
from data_access.database import reading, writing
from data_access.export import read_export, write_csv, write_excel
from data_access.history import add_event
from data_access.links import read_link
from data_access.overview import overview
from data_access.schema import authorization, event, seller, sync_profile
from data_access.simulation import simulation
from pages.parts import effect_chart, effect_damage
from rules.account_filter import AccountFilter
from rules.authorization import Status
from tests.accounts import change_account
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import open_page, said

MIDNIGHT = NOW.replace(hour=0, minute=0)
TODAY = MIDNIGHT.date().isoformat()


def metric(page, label: str) -> str:
    """The figure of a tile."""
    return next(each.value for each in page.metric if each.label == label)


def compared(page):
    """The scenarios side by side."""
    return page.table[0].value


def number(text: str) -> float:
    """A figure of the screen as a number."""
    return float(text.strip("*").replace(",", "").removeprefix("€"))


def exports(page) -> dict:
    """What the page's export links ask for, by kind."""
    links = [link.proto.url for link in page.get("link_button")]
    asked = [read_export(link.rpartition("/")[2]) for link in links if "/export/" in link]
    return {each.kind: each for each in asked}


def test_todays_damage_is_that_of_the_counters(demo_desk):
    page = open_page("sync_effect")
    seen = overview(AccountFilter(), NOW, of=demo_desk).statuses
    blocked = seen[Status.EXPIRED] + seen[Status.REFUSED]
    assert metric(page, "Accounts blocked") == str(blocked)
    assert len(page.metric) == 6
    assert f"{seen[Status.NOT_AUTHORIZED]} not authorized yet" in said(page)


def test_every_figure_opens_its_formula_and_says_what_is_assumed(demo_desk):
    page = open_page("sync_effect")
    for name in effect_damage.TODAY:
        page.session_state[f"estimate_{name}"] = True
    texts = said(page.run())
    assert texts.count("an estimate") >= 6
    assert "measured for" in texts
    assert "assumed for" in texts


def test_the_day_and_the_moment_stand_in_the_address(demo_desk):
    until = (MIDNIGHT + timedelta(days=40)).date().isoformat()
    page = open_page("sync_effect", as_of=TODAY, until=until)
    expected = simulation("nobody", MIDNIGHT, MIDNIGHT + timedelta(days=40), of=demo_desk).last
    shown = compared(page)
    assert number(shown.loc["Accounts blocked"].iloc[0]) == expected.accounts_blocked
    assert number(shown.loc["Orders waiting"].iloc[0]) == round(expected.orders_waiting)


def test_moving_the_slider_writes_the_address(demo_desk):
    page = open_page("sync_effect", as_of=TODAY)
    before = number(compared(page).loc["Blocked days"].iloc[0])
    page.slider(key="effect_until").set_value(MIDNIGHT.date() + timedelta(days=300)).run()
    assert not page.exception
    assert page.query_params["until"] == (MIDNIGHT + timedelta(days=300)).date().isoformat()
    assert number(compared(page).loc["Blocked days"].iloc[0]) > before


def test_the_filter_of_the_address_holds(demo_desk):
    page = open_page("sync_effect", region="NA", status="expired")
    wanted = AccountFilter(regions=("NA",), statuses=(Status.EXPIRED,))
    matching = overview(wanted, NOW, of=demo_desk).matching
    assert metric(page, "Accounts blocked") == str(matching)


@pytest.mark.parametrize(
    "query",
    [
        {"until": "never", "as_of": "2026-13-45", "scenario": "magic", "worst": "-1"},
        {"until": "1990-01-01", "renew_on": "1990-01-01"},
        {"until": "2999-01-01", "renew_on": "2999-01-01", "scenario": "selected_on_day"},
        {"account": ["x", "9" * 30, "-1"], "scenario": "selected_on_day"},
        {"as_of": "2026-11-23T10:00 01:00", "worst": "ten"},
        {"as_of": "9999-12-31"},
        {"renew_on": "0001-01-01"},
        {"until": "9999-12-31"},
    ],
)
def test_an_address_that_asks_for_nonsense_is_passed_over(demo_desk, query):
    assert len(open_page("sync_effect", **query).metric) == 6


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


def test_each_of_the_worst_says_why_and_has_its_own_renew_link(demo_desk):
    page = open_page("sync_effect")
    drawn = page.dataframe[0].value
    assert len(drawn) == 50
    assert drawn["why"].iloc[0].startswith(("blocked now", "expires within", "large loss"))
    with reading(demo_desk) as connection:
        names = dict(
            connection.execute(select(authorization.c.id, authorization.c.seller_name)).all()
        )
    for row in drawn.itertuples():
        link = read_link(row.renew.removeprefix("/renew/"), NOW)
        assert names[link.authorization_id] == row.seller


def test_who_has_not_lapsed_by_the_day_has_nothing_to_catch_up(empty_desk):
    demo.fill(1, 2, NOW, of=empty_desk)
    known = {"paused": False, "refused_at": None, "granted_at": NOW}
    change_account(empty_desk, 1, **known, expires_at=NOW + timedelta(days=10))
    for days, is_blocked in ((9, False), (12, True)):
        page = open_page("sync_effect", until=(NOW + timedelta(days=days)).date().isoformat())
        assert (page.dataframe[0].value["back"].iloc[0] != "–") is is_blocked


def test_an_assumption_shows_what_moves_before_it_is_kept(empty_desk):
    demo.fill(40, 2, NOW, of=empty_desk)
    page = open_page("sync_effect")
    page.session_state["assumptions"] = True
    page.run()
    page.number_input(key="assume_orders_per_day_10.0").set_value(30.0).run()
    moved = page.table[1].value
    assert moved.index.name == "Figure"
    assert "Orders waiting" in moved.index
    assert "Accounts blocked" not in moved.index
    assert number(moved.loc["Orders waiting", "then"]) > number(moved.loc["Orders waiting", "now"])
    assert assumptions_in_force(empty_desk).values.orders_per_day == 10
    page.button(key="keep_assumptions").click().run()
    assert not page.exception
    assert assumptions_in_force(empty_desk).values.orders_per_day == 30
    with reading(empty_desk) as connection:
        kinds = connection.scalars(select(event.c.kind).where(event.c.actor == "demo")).all()
    assert "assumption_set" in kinds
    page.button(key="reset_orders_per_day").click().run()
    assert assumptions_in_force(empty_desk).values.orders_per_day == 10


@pytest.mark.parametrize(
    ("field", "value", "language", "sentence"),
    [
        ("orders_per_day_10.0", 2e9, "en", "Orders a day: a number from 0 to 1,000,000,000."),
        ("stock_per_offer_5", 2.5, "de", "je Angebot: eine ganze Zahl von 0 bis 200."),
        ("application_calls_per_second_None", 0.0, "de", "zusammen: 0,01 oder mehr."),
    ],
)
def test_an_assumption_that_cannot_be_says_what_can(
    demo_desk, at_desk, field, value, language, sentence
):
    at_desk.setenv("DESK_LANGUAGE", language)
    forget()
    page = open_page("sync_effect")
    page.session_state["assumptions"] = True
    page.run()
    page.number_input(key=f"assume_{field}").set_value(value).run()
    assert page.error[0].value.endswith(sentence)
    assert not [button for button in page.button if button.key == "keep_assumptions"]


def test_an_empty_token_database_says_how_to_fill_it(empty_desk):
    assert "manage.py import" in open_page("sync_effect").code[0].value


@pytest.mark.parametrize("accounts", [1, 2])
def test_it_works_with_one_account(empty_desk, accounts):
    demo.fill(accounts, 2, NOW, of=empty_desk)
    for scenario in ("nobody", "selected_on_day"):
        page = open_page("sync_effect", scenario=scenario)
        assert len(page.dataframe[0].value) <= accounts
        assert "nan" not in said(page).casefold()


def test_accounts_that_cannot_lapse_are_figures_of_zero(empty_desk):
    demo.fill(2, 2, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        connection.execute(update(authorization).values(paused=True))
    page = open_page("sync_effect")
    assert metric(page, "Accounts blocked") == "0"
    assert "can lapse" in page.info[0].value


def test_a_renewal_counts_at_once_and_a_name_is_the_one_of_now(empty_desk):
    """Figures are of every fifth minute; this is between two of them."""
    granted_at = NOW + timedelta(minutes=3, seconds=7, milliseconds=300)
    with time_machine.travel(granted_at - timedelta(seconds=1), tick=False) as clock:
        demo.fill(1, 2, NOW, of=empty_desk)
        here = {"paused": False, "granted_at": None, "expires_at": None, "refused_at": None}
        change_account(empty_desk, 1, **here)
        assert "1 not authorized yet" in said(open_page("sync_effect"))
        clock.move_to(granted_at)
        expires_at = granted_at + timedelta(days=365)
        change_account(empty_desk, 1, granted_at=granted_at, expires_at=expires_at)
        with writing(empty_desk) as connection:
            add_event(connection, "granted", 1, NOW)
        clock.shift(1)
        page = open_page("sync_effect")
        assert "not authorized yet" not in said(page) and len(page.dataframe[0].value) == 1
        # The first day on which they may renew is today, from the same moment on.
        open_page("sync_effect", scenario="selected_on_day", renew_on=f"{granted_at:%Y-%m-%d}")
        change_account(empty_desk, 1, seller_name="Another name")
        assert "Another name" in str(open_page("sync_effect").dataframe[0].value)


def test_the_figures_of_one_account_agree_though_the_clocks_change_meanwhile(empty_desk, at_desk):
    at_desk.setenv("DESK_TIME_ZONE", "Europe/Berlin")
    forget()
    demo.fill(1, 2, NOW, of=empty_desk)
    expires_at = NOW + timedelta(days=10)
    here = {"paused": False, "refused_at": None, "granted_at": NOW, "expires_at": expires_at}
    change_account(empty_desk, 1, **here)
    with writing(empty_desk) as connection:
        connection.execute(sync_profile.delete())
        busy = {"authorization_id": 1, "orders_per_day": 2_400.0, "measured_at": NOW}
        connection.execute(sync_profile.insert().values(busy))
    page = open_page("sync_effect", as_of="2027-03-20", until="2027-04-19")
    waiting = compared(page).loc["Orders waiting", "Nobody renews"]
    assert number(waiting) == number(page.dataframe[0].value["orders"].iloc[0])
    exported = b"".join(write_csv(exports(page)["csv"], empty_desk)).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(exported, newline="")))
    assert round(float(row["orders_not_imported"])) == number(waiting)


def test_moving_the_slider_builds_no_figure(demo_desk, monkeypatch):
    page = open_page("sync_effect")
    built = []
    monkeypatch.setattr(effect_chart, "figure_of", lambda *_: built.append(1))
    page.slider(key="effect_until").set_value((NOW + timedelta(days=50)).date()).run()
    assert not page.exception and built == []


def test_a_database_that_is_away_is_one_sentence(at_desk):
    at_desk.setenv("DESK_DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    assert "does not answer" in open_page("sync_effect").error[0].value


def test_the_export_has_all_accounts_in_the_order_of_the_table(demo_desk, tmp_path):
    page = open_page("sync_effect", as_of=TODAY)
    shown = list(page.dataframe[0].value["seller"])
    asked = exports(page)
    text = b"".join(write_csv(asked["csv"], demo_desk)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["seller"].removeprefix("'") for row in rows[:50]] == shown
    everybody = simulation("nobody", MIDNIGHT, MIDNIGHT + timedelta(days=30), of=demo_desk)
    assert len(rows) == everybody.simulated.counted
    waiting = sum(float(row["orders_not_imported"]) for row in rows)
    assert waiting == pytest.approx(everybody.last.orders_waiting, rel=1e-3)
    assert rows[0]["reasons"]
    write_excel(asked["xlsx"], tmp_path / "effect.xlsx", demo_desk)
    sheet = openpyxl.load_workbook(tmp_path / "effect.xlsx").active
    assert sheet.max_row == len(rows) + 1
    assert [cell.value for cell in sheet[1]] == list(rows[0])


def test_a_hostile_name_is_a_text_in_table_and_export(empty_desk):
    demo.fill(1, 4, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        connection.execute(update(authorization).values(seller_name="=1+1", paused=False))
        connection.execute(update(seller).values(name="=1+1"))
    page = open_page("sync_effect")
    assert page.dataframe[0].value["seller"].iloc[0] == "=1+1"
    text = b"".join(write_csv(exports(page)["csv"], empty_desk)).decode()
    assert ",'=1+1," in text


def test_past_months_are_shown_and_each_lapse_has_its_report(demo_desk):
    page = open_page("sync_effect")
    page.session_state["months"] = True
    page.run()
    assert len(page.table[1].value) == 12
    assert page.table[1].value.index[0] == "November 2026"
    assert [table.value.index.name for table in page.table] == ["Figure", "Month"]
    reports = page.dataframe[1].value["report"]
    assert all(link.startswith("/lapse-report/") for link in reports)


def test_only_accounts_that_are_there_are_said_to_be_left_out(empty_desk):
    demo.fill(40, 2, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        connection.execute(update(authorization).values(paused=authorization.c.id == 1))
    shown = said(open_page("sync_effect"))
    assert "Left out: 1 paused, " in shown
    assert "without a known expiry" not in shown


@pytest.mark.parametrize("asked", ["2199-12-31", "2200-06-01", "2000-01-01T00:00Z", "1999-12-31"])
def test_a_day_at_the_edge_of_what_may_be_asked_breaks_nothing(demo_desk, at_desk, asked):
    at_desk.setenv("DESK_TIME_ZONE", "America/New_York")
    forget()
    page = open_page("sync_effect", as_of=asked)
    chosen = page.date_input(key="effect_as_of")
    assert str(chosen.value) == (asked if asked == "2199-12-31" else "None")
    if chosen.value:
        chosen.set_value(None).run()
        assert "as_of" not in page.query_params
