"""`manage.py simulate`: cases worked by hand, accounts of the database, and what it refuses."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from data_access import demo
from data_access.database import reading, writing
from data_access.schema import authorization, sync_profile
from tests.conftest import NOW
from tests.forgetting import forget
from web.commands.simulate import app

MONDAY = "2026-03-02"
SHOP = {
    "orders_per_day": 20,
    "seller_fulfilled_share": 1,
    "price_changes_per_day": 50,
    "stock_changes_per_day": 0,
    "offers": 100,
    "average_order_value": 30,
    "handling_days": 1,
    "other_channel_share": 0,
}


@pytest.fixture(autouse=True)
def desk(monkeypatch, tmp_path):
    """Settings of a test; the database is not there unless the test makes it."""
    monkeypatch.setenv("DESK_DATABASE_URL", f"sqlite:///{tmp_path / 'none' / 'desk.sqlite'}")
    forget()
    yield monkeypatch
    forget()


@pytest.fixture
def filled_desk(desk, database):
    """The command over forty demo accounts."""
    demo.fill(40, 4, NOW, of=database)
    desk.setenv("DESK_DATABASE_URL", database.url.render_as_string(hide_password=False))
    forget()
    return database


def run(*arguments: str) -> dict:
    """What the command says as JSON."""
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def refused(*arguments: str) -> str:
    """The sentence with which the command refuses."""
    result = CliRunner().invoke(app, list(arguments), terminal_width=400)
    assert result.exit_code == 2
    return " ".join(result.output.replace("│", "").split())


def shop(**changed: float) -> list[str]:
    """A profile as options."""
    values = SHOP | changed
    return [part for name, value in values.items() for part in ("--profile", f"{name}={value}")]


def lapse(*arguments: str, until: str, **changed: float) -> dict:
    """A made-up seller's lapse from Monday on."""
    said = run(*shop(**changed), "--blocked-from", MONDAY, "--blocked-until", until, *arguments)
    return said["account"]


def test_three_days_of_a_shop_come_to_what_one_reckons_by_hand():
    figures = lapse(until="2026-03-05")["figures"]
    assert figures["orders_not_imported"] == 60
    # λ · (1 − f) · max(0, D − h) = 20 · 2
    assert figures["orders_late"] == 40
    assert figures["late_rate_30"] == pytest.approx(2 / 30)
    assert figures["late_rate_10"] == pytest.approx(0.2)
    assert figures["money_unseen"] == 1800
    # 100 offers, 150 changes: 100 · (1 − e^−1.5)
    assert figures["offers_stale_price"] == pytest.approx(77.68698)
    assert figures["offers_stale_stock"] == 0
    # 0.4 and 1.2 days after the first order was due, on Tuesday
    assert figures["late_mark_10_at"] == "2026-03-03T09:36:00+00:00"
    assert figures["late_mark_30_at"] == "2026-03-04T04:48:00+00:00"
    assert figures["orders_auto_cancelled"] == 0


def test_an_order_is_cancelled_seven_business_days_after_it_was_due():
    # Due on Tuesday 3rd; seven business days later is Thursday 12th; two days later 40 are gone.
    assert lapse(until="2026-03-12")["figures"]["orders_auto_cancelled"] == 0
    assert lapse(until="2026-03-13")["figures"]["orders_auto_cancelled"] == 20


def test_what_amazon_ships_is_never_late():
    figures = lapse(until="2026-03-30", seller_fulfilled_share=0)["figures"]
    assert figures["orders_late"] == figures["orders_auto_cancelled"] == 0
    assert figures["late_mark_10_at"] is None
    assert figures["orders_not_imported"] == 560


def test_work_by_hand_lowers_what_is_late():
    said = lapse("--assume", "handled_by_hand_share=0.5", until="2026-03-05")
    assert said["figures"]["orders_late"] == 20


def test_catching_up_takes_what_amazons_limits_say():
    # 5,000 orders are 50 pages: 20 at once, 30 at 0.0056 a second.
    said = lapse(until="2026-03-07", orders_per_day=1000, price_changes_per_day=0, offers=0)
    assert said["figures"]["catch_up_orders_minutes"] == pytest.approx(30 / 0.0056 / 60)
    jobs = [job["job"] for job in said["catch_up"]]
    assert jobs == ["stock", "orders", "price"]
    assert said["catch_up"][1]["done_at"] == "2026-03-07T01:29:17+00:00"


def test_a_renewal_before_the_lapse_costs_nothing():
    figures = lapse(until="2026-03-01")["figures"]
    assert {name for name, value in figures.items() if value and "_at" not in name} <= {
        "recoverable_until"
    }


def test_a_lapse_of_years_has_figures():
    said = run(*shop(), "--blocked-from", "2020-01-01", "--blocked-until", "2026-01-01")
    assert said["account"]["figures"]["orders_beyond_reach"] == 20 * (2192 - 730)
    assert said["figures"]["orders_waiting"] == 20 * 2192


@pytest.mark.parametrize("rate", ["0", "1e30", "-5"])
def test_rates_beyond_belief_give_numbers(rate):
    said = run(*shop(), "--profile", f"orders_per_day={rate}", "--blocked-from", MONDAY)
    assert said["figures"]["accounts_blocked"] == 1


def test_the_figures_are_those_of_the_very_moment():
    said = run(*shop(), "--blocked-from", MONDAY, "--until", "2026-03-04T12:00", "--daily")
    assert said["figures"]["orders_waiting"] == 50
    assert [day["orders_waiting"] for day in said["daily"]] == [0, 20, 40]


def test_what_is_not_given_is_assumed_and_says_so(desk):
    desk.setenv("DESK_ASSUMPTIONS", '{"orders_per_day": 12}')
    forget()
    said = run("--profile", "offers=5", "--blocked-from", MONDAY, "--until", "2026-03-04")
    assert said["figures"]["orders_waiting"] == 24
    assert said["account"]["profile"]["orders_per_day"] == {
        "value": 12,
        "measured": False,
        "measured_at": None,
    }
    assert said["account"]["profile"]["offers"]["measured"] is True
    assert said["assumptions"]["orders_per_day"]["from"] == "settings"


def test_each_scenario_is_told_over_the_database(filled_desk):
    as_of = NOW.isoformat()
    until = (NOW + timedelta(days=30)).isoformat()
    said = {
        scenario: run("--as-of", as_of, "--until", until, "--scenario", scenario)["figures"]
        for scenario in ("nobody", "everybody_today", "usual_rate", "selected_on_day")
    }
    assert said["everybody_today"]["accounts_blocked"] == 0
    assert said["everybody_today"] == pytest.approx(said["selected_on_day"])
    assert (
        said["nobody"]["accounts_blocked"]
        > said["usual_rate"]["accounts_blocked"]
        > said["everybody_today"]["accounts_blocked"]
    )


def test_only_the_accounts_of_a_filter_renew(filled_desk):
    moments = ("--as-of", NOW.isoformat(), "--until", (NOW + timedelta(days=9)).isoformat())
    who = ("--scenario", "selected_on_day", "--renewing", "status=expired")
    when = ("--renew-on", (NOW + timedelta(days=1)).isoformat())
    before, after = run(*moments)["figures"], run(*moments, *who, *when)["figures"]
    with reading(filled_desk) as connection:
        expired = connection.execute(
            select(authorization.c.id).where(
                authorization.c.expires_at <= NOW, ~authorization.c.paused
            )
        ).all()
    assert before["accounts_blocked"] - after["accounts_blocked"] == len(expired) > 0
    assert run(*moments, "--filter", "status=expired")["accounts"]["counted"] == len(expired)


def test_one_account_tells_its_profile_its_lapse_and_the_way_back(filled_desk):
    measured = datetime(2026, 11, 20, 7, tzinfo=UTC)
    with writing(filled_desk) as connection:
        connection.execute(
            update(authorization)
            .where(authorization.c.id == 1)
            .values(
                granted_at=NOW - timedelta(days=367),
                expires_at=NOW - timedelta(days=2),
                refused_at=None,
                paused=False,
            )
        )
        connection.execute(
            update(sync_profile)
            .where(sync_profile.c.authorization_id == 1)
            .values(**SHOP | {"offers": None}, measured_at=measured)
        )
    said = run("--account", "1", "--as-of", NOW.isoformat(), "--until", NOW.isoformat())
    assert said["account"]["blocked_from"] == (NOW - timedelta(days=2)).isoformat()
    assert said["account"]["figures"]["orders_not_imported"] == 40
    assert said["account"]["profile"]["orders_per_day"]["measured_at"] == measured.isoformat()
    assert said["account"]["profile"]["offers"]["measured"] is False
    assert said["account"]["consequences"][0]["happening"] == "sync_stops"
    assert said["figures"]["orders_waiting"] == 40


def test_an_account_that_never_lapses_has_no_story(filled_desk):
    with writing(filled_desk) as connection:
        connection.execute(update(authorization).where(authorization.c.id == 1).values(paused=True))
    said = run("--account", "1", "--as-of", NOW.isoformat())
    assert "account" not in said
    assert said["accounts"]["paused"] == 1


def test_for_people_it_is_tables(filled_desk):
    result = CliRunner().invoke(app, ["--as-of", NOW.isoformat(), "--account", "1", "--daily"])
    assert result.exit_code == 0
    assert "orders waiting" in result.output
    assert "nan" not in result.output.casefold()


def test_without_an_end_a_made_up_lapse_is_looked_at_for_90_days_from_the_first_one():
    asked = ("--blocked-from", "2025-06-01", "--as-of", "2026-01-01")
    assert run("--profile", "offers=3", *asked)["until"].startswith("2026-04-01")


def test_a_work_of_thousands_of_years_ends_with_the_calendar():
    profile = ("--profile", "orders_per_day=1e12", "--profile", "offers=10")
    said = run(*profile, "--blocked-from", MONDAY, "--blocked-until", "2026-12-01")
    assert "9999-12-30" in json.dumps(said["account"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--assume", "orders=5"], "orders is no assumption"),
        (["--assume", "offers"], "is not name=number"),
        (["--assume", "usual_renewal_rate=2"], "0 to 1"),
        (["--profile", "offers=3"], "--blocked-from"),
        (["--profile", "x=3", "--blocked-from", MONDAY], "not in a profile"),
        (["--as-of", "2026-01-01", "--until", "2027-06-01"], "365"),
        (["--as-of", "2026-01-02", "--until", "2026-01-01"], "365"),
        (["--filter", "status=bogus"], "is no filter"),
        (["--filter", "statos=expired"], "'statos' is no filter"),
        (["--filter", "expired"], "'expired' is no filter"),
        (["--filter", "status="], "status needs a value"),
        (["--scenario", "selected_on_day", "--renewing", "statos=expired"], "is no filter"),
        (["--account", "77"], "no account 77"),
        (["--blocked-from", MONDAY, "--account", "1"], "no account"),
        (["--account", "1", "--filter", "region=NA"], "--account goes with no filter"),
        (["--account", "1", "--renewing", "region=NA"], "--account goes with no filter"),
        (
            [
                "--blocked-from",
                "2026-01-01",
                "--blocked-until",
                "2026-01-10",
                "--as-of",
                "2026-02-01",
            ],
            "before the first day",
        ),
        (
            ["--blocked-from", MONDAY, "--blocked-until", "2026-03-01", "--until", "2026-04-01"],
            "before the first day",
        ),
        (["--assume", "auto_cancel_business_days=1e9"], "0 to 365"),
        (["--as-of", "tomorrow"], "neither a day"),
        (["--as-of", "0001-01-01"], "the years 2000 to 2199"),
        (["--as-of", "9999-12-31T23:00Z"], "the years 2000 to 2199"),
        (["--account", str(2**63)], "than or equal to"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(filled_desk, arguments, sentence):
    assert sentence in refused(*arguments)
