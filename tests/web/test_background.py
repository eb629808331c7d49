"""What the desk does by itself as long as it runs."""

import asyncio
import threading
from time import monotonic

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update
from starlette.applications import Starlette

from data_access import openings, schema
from data_access.database import DatabaseAway, writing
from data_access.renewals import Renewals
from data_access.settings import settings
from tests.accounts import an_account, kinds, left_during_the_exchange, row_of, rows, with_old_token
from tests.renewing import Browser, served
from tests.waiting import wait_until
from web import background as background_module
from web import stopping as stopping_module
from web.background import Background
from web.lifespan import lifespan
from web.logs import configure_logs
from web.stopping import Stopping


@pytest.fixture
def account(browser: Browser, database, live_now) -> int:
    """An expired account."""
    made = an_account(database, live_now)
    with_old_token(database, made, live_now)
    return made


def test_a_new_grant_is_verified_by_itself(browser: Browser, database, account):
    with served(Starlette(lifespan=lifespan), "on"):
        browser.renew(account)
        wait_until(lambda: kinds(database) == ["granted", "verified"])
    assert row_of(database, account).confirmed_at is not None


def test_what_was_left_behind_is_finished_when_the_desk_starts(
    browser: Browser, database, account, live_now
):
    browser.amazon.set(fail_next=1, fail_status=500)
    browser.renew(account)
    left_during_the_exchange(database, live_now)
    with served(Starlette(lifespan=lifespan), "on"):
        wait_until(lambda: rows(database, schema.renewal)[0].failure == "interrupted")
    assert kinds(database)[-1] == "renewal_failed"


def test_a_job_that_fails_does_not_stop_the_others(
    browser: Browser, database, account, monkeypatch, capfd
):
    def broken():
        raise RuntimeError("the secret detail")

    monkeypatch.setattr(background_module.Renewals, "recover", lambda _: broken())
    # What a test before this one has set up writes to that test's own output.
    configure_logs()
    browser.renew(account)

    async def run_until_verified():
        working = asyncio.create_task(Background().run())
        while kinds(database) != ["granted", "verified"]:
            await asyncio.sleep(0.02)
        working.cancel()

    asyncio.run(asyncio.wait_for(run_until_verified(), 20))
    printed = "".join(capfd.readouterr())
    assert "background.failed" in printed and "secret detail" not in printed


def test_an_opening_that_could_not_be_counted_is_counted_by_itself(
    browser: Browser, database, account, monkeypatch
):
    def away(*_, **__):
        raise DatabaseAway("locked")

    monkeypatch.setattr(background_module, "EVERY_SECONDS", 0.05)
    with served(Starlette(lifespan=lifespan), "on"):
        with monkeypatch.context() as locked:
            locked.setattr(openings, "writing", away)
            assert browser.get(browser.link(account)).status_code == 200
            assert rows(database, schema.funnel_step) == []
        wait_until(lambda: [row.times for row in rows(database, schema.funnel_step)] == [1])


def test_one_that_can_not_be_finished_keeps_no_other_from_it(
    browser: Browser, database, account, live_now
):
    other = an_account(database, live_now)
    browser.amazon.set(fail_next=2, fail_status=500)
    browser.renew(account)
    browser.renew(other)
    left_during_the_exchange(database, live_now)
    lost = Fernet(Fernet.generate_key()).encrypt(b"a code whose key is gone")
    with writing(database) as connection:
        connection.execute(
            update(schema.renewal)
            .where(schema.renewal.c.authorization_id == account)
            .values(step="received", code=lost)
        )
    assert asyncio.run(Renewals(database).recover()) == 1
    left, given_up = rows(database, schema.renewal)
    assert left.step == "exchanging" and left.code == lost
    assert given_up.failure == "interrupted"


@pytest.fixture
def stops_within(configured, monkeypatch):
    """Sets how long a stop may take."""

    def change(seconds: str) -> None:
        monkeypatch.setenv("DESK_STOP_SECONDS", seconds)
        settings.cache_clear()

    yield change
    settings.cache_clear()


def test_the_job_at_hand_has_as_long_as_the_settings_say(stops_within, monkeypatch):
    stops_within("40")
    now = 100.0
    monkeypatch.setattr(stopping_module, "monotonic", lambda: now)
    stop = Stopping()
    assert stop.seconds_left() == 39
    stop.begin()
    now = 112.0
    assert stop.seconds_left() == 27
    now = 200.0
    assert stop.seconds_left() == 0


def test_a_job_that_does_not_end_is_broken_off_when_that_time_is_up(
    stops_within, browser: Browser, monkeypatch
):
    stops_within("1.5")
    hanging = threading.Event()

    async def hang() -> int:
        hanging.set()
        await asyncio.sleep(60)
        return 0

    monkeypatch.setattr(background_module, "_RENEWING", (("recovery", hang),))
    with served(Starlette(lifespan=lifespan), "on"):
        assert hanging.wait(20)
        began = monotonic()
    assert monotonic() - began < 5


def test_what_sellers_wait_for_does_not_wait_behind_mails(
    browser: Browser, database, account, monkeypatch
):
    over = threading.Event()
    monkeypatch.setattr(
        background_module, "_TELLING", (("reminders", lambda: asyncio.to_thread(over.wait, 20)),)
    )
    browser.renew(account)
    with served(Starlette(lifespan=lifespan), "on"):
        wait_until(lambda: kinds(database) == ["granted", "verified"])
        assert not over.is_set()
        over.set()
