"""The screen of what lapses cost: today, until a day, and as its address asks."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from data_access import demo
from data_access.database import writing
from data_access.history import add_event
from data_access.overview import overview
from data_access.schema import authorization
from data_access.simulation import simulation
from pages.parts import effect_damage
from rules.account_filter import AccountFilter
from rules.authorization import Status
from tests.accounts import change_account
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import open_page, said
from tests.pages.effect import MIDNIGHT, TODAY, compared, number


def metric(page, label: str) -> str:
    """The figure of a tile."""
    return next(each.value for each in page.metric if each.label == label)


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
        assert "0 not authorized yet" in said(page) and len(page.dataframe[0].value) == 1
        # The first day on which they may renew is today, from the same moment on.
        open_page("sync_effect", scenario="selected_on_day", renew_on=f"{granted_at:%Y-%m-%d}")
        change_account(empty_desk, 1, seller_name="Another name")
        assert "Another name" in str(open_page("sync_effect").dataframe[0].value)


def test_a_database_that_is_away_is_one_sentence(at_desk):
    at_desk.setenv("DESK_DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    assert "does not answer" in open_page("sync_effect").error[0].value


def test_past_months_are_shown_and_each_lapse_has_its_report(demo_desk):
    page = open_page("sync_effect")
    page.session_state["months"] = True
    page.run()
    assert len(page.table[1].value) == 12
    assert page.table[1].value.index[0] == "November 2026"
    reports = page.dataframe[1].value["report"]
    assert all(link.startswith("/lapse-report/") for link in reports)


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
