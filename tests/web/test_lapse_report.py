"""The report of a lapse that has ended, as a page to be printed."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import insert, select, update
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data_access import demo, schema
from data_access.database import reading, writing
from data_access.funnel import Step, record
from data_access.lapse_report import ended_lapses, lapse_report, report_path
from data_access.lapse_report_words import LOCALE, ReportWords
from data_access.texts import languages
from tests.accounts import change
from tests.catalogues import catalogue_of, texts_of
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import at_desk, empty_desk  # noqa: F401
from web.routes import ROUTES

BERLIN = ZoneInfo("Europe/Berlin")
BEGAN = NOW - timedelta(days=7)
ENDED = NOW - timedelta(days=2)


def the_account(engine) -> int:
    """The number of the only account."""
    with reading(engine) as connection:
        return connection.scalar(select(schema.authorization.c.id))


@pytest.fixture
def renewed_late(empty_desk):  # noqa: F811
    """A seller with 20 orders a day who renewed five days late, after opening Anna's link."""
    demo.fill(1, 4, NOW, of=empty_desk)
    old_grant = BEGAN - timedelta(days=365)
    account = the_account(empty_desk)
    with writing(empty_desk) as connection:
        connection.execute(schema.lapse.delete())
        connection.execute(schema.event.delete())
        connection.execute(
            update(schema.authorization).values(
                granted_at=ENDED,
                expires_at=ENDED + timedelta(days=365),
                last_sync_at=NOW - timedelta(hours=1),
                seller_name="<b>Söhne & Co</b>",
            )
        )
        connection.execute(
            update(schema.sync_profile).values(
                orders_per_day=20,
                seller_fulfilled_share=1,
                handling_days=1,
                offers=1000,
                measured_at=NOW,
            )
        )
        connection.execute(
            insert(schema.lapse).values(authorization_id=account, began_at=BEGAN, ended_at=ENDED)
        )
        connection.execute(
            insert(schema.event).values(
                at=ENDED,
                kind="granted",
                authorization_id=account,
                actor="anna",
                details='{"previous_expiry": "2026-11-16", "started_by": "link"}',
            )
        )
        record(connection, Step.OPENED, account, old_grant, ENDED - timedelta(hours=1), "anna")
    return empty_desk


@pytest.fixture
def client():
    """A browser at the desk's routes."""
    return TestClient(Starlette(routes=ROUTES))


def lines(engine, language: str = "en") -> dict[str, str]:
    """The report's names and values."""
    found = lapse_report(the_account(engine), BEGAN, engine)
    parts = ReportWords(found, language, BERLIN).parts
    return {name: value for part in parts for name, value in part.lines}


def test_it_tells_cost_recovery_and_who_renewed(renewed_late):
    told = lines(renewed_late)
    assert told["Orders not imported in time"] == "100"
    assert told["Orders late"] == "80"
    assert told["Orders fetched"].startswith("100, until 21 Nov 2026")
    assert told["Orders that stay late"] == "80"
    assert told["Orders cancelled by Amazon"] == "0"
    assert told["Renewed by"] == "anna, through a renew link"
    assert told["Late shipments past 4% (10 days)"].startswith("17 Nov 2026")
    assert told["Cancellations past 2.5% (7 days)"] == "not passed"
    assert told["A sync has succeeded since (measured)"].startswith("yes")


def test_a_lapse_of_a_shop_that_sells_little_did_not_cost_nothing(renewed_late):
    change(renewed_late, schema.sync_profile, orders_per_day=0.04, average_order_value=2)
    told = lines(renewed_late)
    assert told["Orders not imported in time"] == told["Orders that stay late"] == "< 1"
    assert told["Their value"] == "< €1"
    assert told["Orders fetched"].startswith("< 1, until ")


def test_it_tells_when_the_seller_was_reminded(renewed_late):
    told = lines(renewed_late)
    assert told["Amazon's own notices (by its rule)"].count("·") == 4
    assert told["Link opened"].endswith("anna")


def test_a_lapse_that_nobody_is_known_for_says_so(renewed_late):
    with writing(renewed_late) as connection:
        connection.execute(schema.event.delete())
        connection.execute(schema.funnel_step.delete())
        connection.execute(update(schema.authorization).values(last_sync_at=None))
    told = lines(renewed_late)
    assert told["Renewed by"] == "not known"
    assert told["Our own reminders"] == "none on record"
    assert told["A sync has succeeded since (measured)"] == "not seen yet"


def test_the_page_is_in_the_agents_language_and_names_are_text(renewed_late, client):
    answer = client.get(
        report_path(the_account(renewed_late), BEGAN, "de", "Europe/Berlin", "demo")
    )
    assert answer.status_code == 200
    assert '<html lang="de">' in answer.text
    assert "Was es gekostet hat (Schätzung)" in answer.text
    assert "&lt;b&gt;Söhne &amp; Co&lt;/b&gt;" in answer.text
    assert "<b>" not in answer.text
    assert "@media print" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_every_text_is_in_german(renewed_late):
    from data_access import lapse_report_words

    assert set(languages(LOCALE)) == {"de", "en"}
    known = catalogue_of(LOCALE, "de")
    assert set(known) == texts_of(lapse_report_words.__file__)
    assert all(known.values())


@pytest.mark.parametrize("token", ["x", "x" * 3000, "a.b.c"])
def test_an_address_that_is_not_ours_is_a_sentence(renewed_late, client, token):
    answer = client.get(f"/lapse-report/{token}")
    assert answer.status_code == 410
    assert "not one of ours" in answer.text


def test_an_address_grows_old(renewed_late, client):
    path = report_path(the_account(renewed_late), BEGAN, "en", "UTC", "demo")
    with time_machine.travel(NOW + timedelta(days=1)):
        assert "too old" in client.get(path).text


def test_a_lapse_that_is_no_more_is_a_sentence(renewed_late, client):
    path = report_path(the_account(renewed_late), BEGAN - timedelta(days=9), "en", "UTC", "demo")
    assert client.get(path).status_code == 410


def test_a_database_that_is_away_is_a_sentence(at_desk, client):  # noqa: F811
    at_desk.setenv("DESK_DATABASE_URL", "postgresql://desk@127.0.0.1:1/desk")
    forget()
    assert client.get(report_path(1, BEGAN, "en", "UTC", "demo")).status_code == 503


def test_the_lapses_that_ended_last_come_first(renewed_late):
    with writing(renewed_late) as connection:
        connection.execute(
            insert(schema.lapse).values(
                authorization_id=the_account(renewed_late),
                began_at=BEGAN - timedelta(days=400),
                ended_at=BEGAN - timedelta(days=399),
            )
        )
    found = ended_lapses(of=renewed_late)
    assert found["began_at"].tolist() == [BEGAN, BEGAN - timedelta(days=400)]
