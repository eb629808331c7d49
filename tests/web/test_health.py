"""/healthz: degraded is not dead, and an answer comes in time whatever the database does."""

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from data_access import database as database_module
from data_access import jobs, schema
from data_access.database import make_engine, writing
from data_access.desk_health import DeskHealth, desk_health
from data_access.migrate import migrate
from rules.desk_health import Condition
from tests.accounts import rows
from tests.renewing import Browser
from web import health
from web.health import PATIENCE_SECONDS, Examined

ASKED_AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Nothing of an earlier test is kept."""
    monkeypatch.setattr(health, "examined", Examined())


def test_a_desk_in_order_is_ok_with_an_entry_for_each_check(browser: Browser, database):
    answer = browser.get("/healthz")
    assert answer.status_code == 200 and answer.json()["status"] == "ok"
    checks = answer.json()["checks"]
    assert {"database", "schema", "clock", "mirror", "reminders", "secret"} <= checks.keys()
    assert {each["status"] for each in checks.values()} == {"ok"}
    assert abs(checks["clock"]["seconds"]) < 1
    assert answer.headers["cache-control"] == "no-store"


def test_a_stale_source_is_degraded_and_still_200_without_its_name(browser: Browser, database):
    at = datetime.now(UTC) - timedelta(days=3)
    with writing(database) as connection:
        connection.execute(
            insert(schema.source_run).values(source="müller", started_at=at, finished_at=at)
        )
    answer = browser.get("/healthz")
    assert answer.status_code == 200 and answer.json()["status"] == "degraded"
    assert answer.json()["checks"]["mirror"]["seconds"] >= 3 * 86_400
    assert "müller" not in answer.text


def test_reminders_that_stopped_are_degraded(browser: Browser, database):
    with writing(database) as connection:
        connection.execute(
            insert(schema.job_run).values(
                job=jobs.REMIND,
                started_at=datetime.now(UTC) - timedelta(days=9),
                finished_at=datetime.now(UTC) - timedelta(days=9),
            )
        )
    answer = browser.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["reminders"]["status"] == "degraded"


def test_a_database_that_is_away_is_503_without_its_address(browser: Browser, monkeypatch):
    gone = make_engine("postgresql+psycopg://anna:secret@127.0.0.1:9/desk")
    monkeypatch.setattr(database_module, "engine", lambda: gone)
    answer = browser.get("/healthz")
    assert answer.status_code == 503 and answer.json()["status"] == "dead"
    assert answer.json()["checks"]["database"]["says"] == "The token database does not answer."
    assert "127.0.0.1" not in answer.text and "secret@" not in answer.text


def test_tables_of_another_version_are_503(browser: Browser, database_url, monkeypatch):
    engine = make_engine(database_url)
    migrate(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    monkeypatch.setattr(database_module, "engine", lambda: engine)
    answer = browser.get("/healthz")
    engine.dispose()
    assert answer.status_code == 503
    assert answer.json()["checks"]["schema"]["status"] == "dead"


def test_no_database_at_all_is_503(browser: Browser, sqlite_url, monkeypatch, tmp_path):
    monkeypatch.setattr(database_module, "engine", lambda: make_engine(sqlite_url))
    answer = browser.get("/healthz")
    assert answer.status_code == 503 and str(tmp_path) not in answer.text


def test_a_clock_that_is_wrong_is_degraded(database, configured, monkeypatch):
    monkeypatch.setattr(database_module, "engine", lambda: database)
    with writing(database) as connection:
        connection.execute(
            insert(schema.source_run).values(
                source="x", started_at=datetime.now(UTC), finished_at=datetime.now(UTC)
            )
        )
    behind = desk_health(lambda: datetime.now(UTC) - timedelta(hours=1), database)
    assert behind.condition is Condition.DEGRADED
    (clock,) = [each for each in behind.checks if each.name == "clock"]
    assert clock.value == pytest.approx(-3_600, abs=5)


def test_postgresql_also_shows_a_clock_that_is_ahead(postgresql_url, configured):
    engine = make_engine(postgresql_url)
    migrate(engine)
    ahead = desk_health(lambda: datetime.now(UTC) + timedelta(minutes=2), engine)
    engine.dispose()
    (clock,) = [each for each in ahead.checks if each.name == "clock"]
    assert clock.condition is Condition.DEGRADED
    assert clock.value == pytest.approx(120, abs=5)


def test_while_the_database_hangs_everybody_is_answered_in_time_by_one_look(configured):
    goes_on, looks = threading.Event(), []

    def hanging():
        looks.append(1)
        goes_on.wait(20)
        return health.unanswered(datetime.now(UTC))

    async def ask():
        examined = Examined(hanging)
        began = time.monotonic()
        answers = await asyncio.gather(*(examined.now() for _ in range(5)))
        took = time.monotonic() - began
        goes_on.set()
        return answers, took

    answers, took = asyncio.run(ask())
    assert {each.condition for each in answers} == {Condition.DEAD}
    assert "too long" in answers[0].checks[0].says
    assert PATIENCE_SECONDS <= took < 2 and looks == [1]


def test_an_answer_is_kept_for_a_few_seconds(configured, database):
    looks = []

    def look():
        looks.append(1)
        return desk_health(of=database)

    async def ask():
        examined = Examined(look)
        for _ in range(10):
            await examined.now()

    asyncio.run(ask())
    assert looks == [1]


def test_what_was_found_out_too_late_is_not_told_much_later(configured, monkeypatch):
    found = threading.Event()
    looks = []

    def look():
        looks.append(1)
        found.wait(20)
        return health.unanswered(datetime.now(UTC)) if len(looks) == 1 else DeskHealth(ASKED_AT, ())

    async def ask() -> DeskHealth:
        examined = Examined(look)
        await examined.now()
        found.set()
        await asyncio.sleep(0.1)
        later = time.monotonic() + 60
        monkeypatch.setattr(health, "monotonic", lambda: later)
        return await examined.now()

    assert asyncio.run(ask()).as_of == ASKED_AT
    assert looks == [1, 1]


def test_nothing_is_written(browser: Browser, database):
    def stored():
        return [rows(database, table) for table in schema.metadata.sorted_tables]

    before = stored()
    browser.get("/healthz")
    assert stored() == before
