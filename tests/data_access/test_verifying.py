"""A new grant is proved by a call; what fails for an hour is told, and only then."""

import asyncio
from datetime import datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update

from data_access import attempts, granting, schema
from data_access.account_rows import facts
from data_access.amazon import SP_API
from data_access.database import DatabaseAway, writing
from data_access.renewals import Renewals
from data_access.verifying import check_due
from rules.authorization import Status, status
from rules.casework import round_of
from rules.renewal import LEASE
from rules.renewal_steps import Outcome
from rules.verification import CHECK_EVERY, CHECKED_FOR
from tests.accounts import an_account, change, kinds, row_of, rows
from tests.renewing import Browser, renew_while_asked


@pytest.fixture
def renewed(browser: Browser, database, live_now) -> int:
    """An account renewed a moment ago, before its first check."""
    account = an_account(database, live_now)
    assert browser.renew(account).status_code == 200
    return account


def checked_from(database, start: datetime, minutes: int = 65) -> None:
    """All checks that are due from that moment on, as if the desk ran."""
    for minute in range(0, minutes + 1, 5):
        check_at(database, start + timedelta(minutes=minute, seconds=1))


def check_at(database, moment: datetime) -> int:
    """The checks that are due at that moment."""
    return asyncio.run(check_due(database, lambda: moment))


def status_of(database, account: int, as_of: datetime) -> Status:
    """The account's status then."""
    row = row_of(database, account)
    return status(facts(row), as_of)


def test_a_good_call_confirms_the_grant(renewed, database):
    moment = row_of(database, renewed).granted_at + timedelta(seconds=3)
    assert status_of(database, renewed, moment) is Status.VERIFYING
    assert check_at(database, moment) == 1
    assert row_of(database, renewed).confirmed_at == moment
    assert status_of(database, renewed, moment) is Status.ACTIVE
    assert check_at(database, moment + timedelta(hours=2)) == 0


def test_a_vendor_is_connected_though_operations_for_sellers_are_refused(
    browser, database, amazon, live_now
):
    account = an_account(database, live_now, partner_kind="vendor")
    assert browser.renew(account).status_code == 200
    moment = row_of(database, account).granted_at + timedelta(seconds=3)
    assert check_at(database, moment) == 1
    assert status_of(database, account, moment) is Status.ACTIVE
    assert kinds(database) == ["granted", "verified"]
    assert amazon.count("/marketplaceParticipations", 403) == len(SP_API)
    assert amazon.count("/marketplaceParticipations", 200) == 0


def test_a_check_that_a_clock_far_ahead_has_put_off_comes_when_it_is_right_again(
    renewed, database, amazon
):
    amazon.set(applies_to="apis", fail_rate=1.0, fail_status=503)
    start = row_of(database, renewed).granted_at + timedelta(seconds=5)
    assert check_at(database, start + timedelta(days=400)) == 1
    assert check_at(database, start + timedelta(minutes=1)) == 1


def test_a_call_that_fails_is_repeated_every_five_minutes(renewed, database, amazon):
    amazon.set(applies_to="apis", fail_rate=1.0, fail_status=503)
    start = row_of(database, renewed).granted_at + timedelta(seconds=5)
    checked = [
        minute for minute in range(61) if check_at(database, start + timedelta(minutes=minute))
    ]
    assert checked == list(range(0, 61, 5))
    assert kinds(database) == ["granted"]
    amazon.reset_switches()
    assert check_at(database, start + timedelta(minutes=65)) == 1
    assert kinds(database) == ["granted", "verified"]


def test_what_fails_for_an_hour_is_told_as_renewed_but_calls_fail(renewed, database, amazon):
    row = row_of(database, renewed)
    amazon.authorizations.revoke(row.selling_partner_id, "EU")
    checked_from(database, row.granted_at, 70)
    assert kinds(database) == ["granted", "refused", "calls_fail"]
    (attempt,) = rows(database, schema.renewal)
    assert attempt.step == "calls_fail" and attempt.failure == "refused"
    end = row.granted_at + timedelta(minutes=75)
    assert status_of(database, renewed, end) is Status.REFUSED
    (kept,) = rows(database, schema.credential)
    assert kept.refresh_token is not None


def test_within_the_hour_a_refusal_does_not_count(renewed, database, amazon):
    row = row_of(database, renewed)
    amazon.authorizations.revoke(row.selling_partner_id, "EU")
    for minute in range(0, 60, 5):
        check_at(database, row.granted_at + timedelta(minutes=minute, seconds=1))
    assert row_of(database, renewed).refused_at is None
    assert kinds(database) == ["granted"]


def test_a_desk_that_was_off_for_the_hour_checks_for_an_hour_from_then_on(
    renewed, database, amazon
):
    row = row_of(database, renewed)
    amazon.authorizations.revoke(row.selling_partner_id, "EU")
    start = row.granted_at + timedelta(hours=3)
    check_at(database, start)
    assert kinds(database) == ["granted"]
    checked_from(database, start, 60)
    assert kinds(database) == ["granted", "refused", "calls_fail"]


def test_two_processes_check_a_grant_only_once(renewed, database, amazon):
    moment = row_of(database, renewed).granted_at + timedelta(seconds=3)
    before = amazon.count("/auth/o2/token")

    async def both():
        return await asyncio.gather(*(check_due(database, lambda: moment) for _ in range(3)))

    assert sum(asyncio.run(both())) == 1
    assert amazon.count("/auth/o2/token") == before + 1
    assert kinds(database) == ["granted", "verified"]


def test_a_grant_whose_token_no_key_opens_keeps_no_other_from_its_proof(
    renewed, browser, database, live_now
):
    other = an_account(database, live_now)
    browser.renew(other)
    with writing(database) as connection:
        connection.execute(
            update(schema.credential)
            .where(schema.credential.c.authorization_id == renewed)
            .values(refresh_token=Fernet(Fernet.generate_key()).encrypt(b"lost"))
        )
    assert check_at(database, row_of(database, other).granted_at + timedelta(seconds=3)) == 2
    assert row_of(database, other).confirmed_at > live_now
    assert [attempt.step for attempt in rows(database, schema.renewal)] == ["granted", "confirmed"]


def test_a_grant_whose_token_no_key_opens_is_checked_for_its_hour_as_any_other(renewed, database):
    with writing(database) as connection:
        lost = Fernet(Fernet.generate_key()).encrypt(b"lost")
        connection.execute(update(schema.credential).values(refresh_token=lost))
    row = row_of(database, renewed)
    moment = row.granted_at + timedelta(seconds=5)
    check_at(database, moment)
    (attempt,) = rows(database, schema.renewal)
    assert (attempt.step, attempt.next_check_at) == ("granted", moment + CHECK_EVERY)
    checked_from(database, row.granted_at)
    (attempt,) = rows(database, schema.renewal)
    assert (attempt.step, attempt.next_check_at) == ("calls_fail", None)
    assert kinds(database) == ["granted", "calls_fail"]
    assert "key_lost" in rows(database, schema.event)[-1].details
    # It says nothing about the seller.
    assert row_of(database, renewed) == row


def test_a_token_that_no_key_opens_after_a_restart_is_granted_and_checked_as_any_other(
    browser, database, live_now, monkeypatch
):
    account = an_account(database, live_now)
    with monkeypatch.context() as patch:

        def away(*_):
            raise DatabaseAway("gone")

        patch.setattr(granting, "grant", away)
        assert browser.renew(account).status_code == 503
    lost = Fernet(Fernet.generate_key()).encrypt(b"lost")
    change(database, schema.renewal, refresh_token=lost, stepped_at=live_now - LEASE)
    assert asyncio.run(Renewals(database).recover()) == 1
    assert asyncio.run(Renewals(database).recover()) == 0
    checked_from(database, row_of(database, account).granted_at)
    assert kinds(database) == ["granted", "calls_fail"]


def test_a_grant_that_a_later_one_replaces_during_its_check_is_not_proved_by_it(
    renewed, browser, database, monkeypatch
):
    renew_while_asked(monkeypatch, browser, renewed)
    moment = row_of(database, renewed).granted_at + timedelta(seconds=3)
    check_at(database, moment)
    first, second = rows(database, schema.renewal)
    assert (first.step, first.failure) == ("failed", "superseded")
    assert second.step == "granted" and kinds(database) == ["granted", "granted"]
    # Whoever opens the page of the first one again is told that they are connected.
    assert attempts.came_to(first.id, database) is Outcome.CONNECTED


def test_a_grant_that_a_source_dates_in_the_future_does_not_stand_in_the_way(
    browser, database, live_now
):
    account = an_account(database, live_now, granted_days_ago=-300)
    browser.renew(account)
    (attempt,) = rows(database, schema.renewal)
    assert (attempt.step, row_of(database, account).granted_at) == ("granted", attempt.granted_at)
    assert kinds(database) == ["granted"]


def test_a_good_call_confirms_no_earlier_renewal_that_never_worked(
    renewed, browser, database, amazon
):
    first = row_of(database, renewed)
    amazon.authorizations.revoke(first.selling_partner_id, "EU")
    checked_from(database, first.granted_at)
    browser.renew(renewed)
    check_at(database, row_of(database, renewed).granted_at + CHECKED_FOR)
    assert [each.step for each in rows(database, schema.renewal)] == ["calls_fail", "confirmed"]
    assert kinds(database) == ["granted", "refused", "calls_fail", "granted", "verified"]
    verified = [each for each in rows(database, schema.funnel_step) if each.step == "verified"]
    assert [each.round for each in verified] == [round_of(first.granted_at)]
