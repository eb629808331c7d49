"""Probing any accounts: gentle, to be resumed, and never fooled by a storm."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert

from data_access import probing, rollup, schema
from data_access.database import reading, writing
from data_access.incidents import Kind, open_incidents
from rules.account_filter import AccountFilter
from rules.authorization import Status
from tests.accounts import (
    an_account,
    change,
    kinds,
    row_of,
    rows,
    some_accounts,
    with_old_token,
)
from tests.renewing import Browser, renew_while_asked

QUICK = probing.Pace(per_second=2_000, at_once=8, batch=20)


@pytest.fixture
def sellers(browser: Browser, database, live_now) -> list[int]:
    """Thirty working accounts; the local Amazon knows their grants."""
    return some_accounts(
        database, live_now, 100, [{"selling_partner_id": f"A1PROBED{n}"} for n in range(30)]
    )


def old_accounts(database, live_now, number: int) -> list[int]:
    """So many that expired 35 days ago."""
    named = [{"selling_partner_id": f"A1OLD{n}"} for n in range(number)]
    return some_accounts(database, live_now, 400, named)


def probe(database, wanted=AccountFilter(), **more):  # noqa: B008 - frozen
    """Probes them all at once."""
    return asyncio.run(probing.probe(wanted, database, pace=QUICK, **more))


def confirmed(database) -> list[int]:
    """The accounts that a good call has confirmed."""
    return [account.id for account in rows(database, schema.authorization) if account.confirmed_at]


def open_kinds(database) -> list[Kind]:
    """The incidents that are open."""
    with reading(database) as connection:
        return [each.kind for each in open_incidents(connection)]


def test_working_accounts_are_confirmed(sellers, database):
    seen = []
    ended = probe(database, progress=seen.append)
    assert (ended.total, ended.accounts, ended.fine) == (30, 30, 30)
    assert [each.accounts for each in seen] == [0, 20, 30]
    assert all(row_of(database, each).confirmed_at is not None for each in sellers)


def test_one_failure_is_remembered_and_a_second_an_hour_later_is_a_refusal(
    sellers, database, amazon, live_now
):
    amazon.authorizations.revoke("A1PROBED3", "EU")
    assert probe(database).refused == 1
    row = row_of(database, sellers[3])
    assert row.first_failed_at is not None and row.refused_at is None
    later = row.first_failed_at + timedelta(minutes=59)
    probe(database, clock=lambda: later)
    assert row_of(database, sellers[3]).refused_at is None
    later = row.first_failed_at + timedelta(hours=1)
    probe(database, clock=lambda: later)
    row = row_of(database, sellers[3])
    assert row.refused_at == later and "invalid_grant" in row.refusal
    assert kinds(database) == ["refused"]
    with reading(database) as connection:
        assert rollup.drift(connection) == 0


def test_a_good_answer_ends_a_refusal(sellers, database, live_now):
    change(database, schema.authorization, first_failed_at=live_now, refusal="refused")
    probe(database)
    assert row_of(database, sellers[0]).first_failed_at is None


def test_many_refusals_at_once_are_an_incident_and_change_no_account(sellers, database, amazon):
    before = rows(database, schema.authorization)
    for number in range(20):
        amazon.authorizations.revoke(f"A1PROBED{number}", "EU")
    ended = probe(database)
    assert ended.stopped_by == "many_refusals"
    assert open_kinds(database) == [Kind.MANY_REFUSALS]
    assert rows(database, schema.authorization) == before


def test_paused_accounts_are_not_asked_about(sellers, database):
    change(database, schema.authorization, paused=True)
    assert probe(database).total == 0


def test_accounts_that_have_expired_hide_no_storm(sellers, database, amazon, live_now):
    old_accounts(database, live_now, 34)
    before = rows(database, schema.authorization)
    for number in range(20, 30):
        amazon.authorizations.revoke(f"A1PROBED{number}", "EU")
    # The last ten of those that should work, beside those that have expired.
    pace = replace(QUICK, batch=44)
    with writing(database) as connection:
        run = connection.scalar(
            insert(schema.probe_run)
            .values(filter="", started_at=live_now, last_id=sellers[19])
            .returning(schema.probe_run.c.id)
        )
    ended = asyncio.run(probing.probe(AccountFilter(), database, pace=pace, resume=run))
    assert ended.stopped_by == "many_refusals"
    assert rows(database, schema.authorization) == before


def test_while_an_incident_is_open_a_refusal_counts_against_nobody(
    sellers, database, amazon, live_now
):
    for number in range(20):
        amazon.authorizations.revoke(f"A1PROBED{number}", "EU")
    probe(database)
    change(database, schema.authorization, first_failed_at=live_now - timedelta(hours=2))
    before = row_of(database, sellers[0])
    # So few are no storm of their own.
    with writing(database) as connection:
        connection.execute(
            schema.authorization.update()
            .where(schema.authorization.c.id.in_(sellers[5:]))
            .values(paused=True)
        )
    assert probe(database).refused == 5
    assert row_of(database, sellers[0]) == before


def test_an_incident_ends_though_a_few_are_refused(sellers, database, amazon):
    for number in range(20):
        amazon.authorizations.revoke(f"A1PROBED{number}", "EU")
    probe(database)
    amazon.reset()
    for number in range(0, 30, 5):
        amazon.authorizations.revoke(f"A1PROBED{number}", "EU")
    assert probe(database).refused == 6
    assert open_kinds(database) == []


@pytest.mark.parametrize("trouble", ["silence", "refusals that were expected"])
def test_an_incident_ends_only_when_accounts_work_again(
    sellers, database, amazon, live_now, trouble
):
    old_accounts(database, live_now, 15)
    for number in range(20):
        amazon.authorizations.revoke(f"A1PROBED{number}", "EU")
    probe(database)
    if trouble == "silence":
        amazon.set(fail_rate=1.0, fail_status=503)
        probe(database)
    else:
        probe(database, AccountFilter(statuses=(Status.EXPIRED,)))
    assert open_kinds(database) == [Kind.MANY_REFUSALS]
    amazon.reset()
    probe(database)
    assert open_kinds(database) == []


@pytest.mark.parametrize("trouble", ["secret_rotated", "secret_expired"])
def test_our_own_secret_in_trouble_stops_the_run_and_changes_no_account(
    sellers, database, amazon, trouble
):
    before = rows(database, schema.authorization)
    amazon.set(**{trouble: True})
    ended = probe(database)
    assert ended.stopped_by == "our_credentials" and ended.accounts == 0
    assert open_kinds(database) == [Kind.OUR_CREDENTIALS]
    assert rows(database, schema.authorization) == before
    assert amazon.count("/auth/o2/token") < 30
    amazon.set(**{trouble: False})
    assert probe(database).fine == 30 and open_kinds(database) == []


def test_a_run_that_stopped_goes_on_where_it_was(sellers, database):
    class Enough(Exception):
        pass

    def stop_after_a_batch(state):
        if state.accounts:
            raise Enough

    change(database, schema.authorization, confirmed_at=None)
    with pytest.raises(Enough):
        probe(database, progress=stop_after_a_batch)
    assert confirmed(database) == sellers[:20]
    change(database, schema.authorization, confirmed_at=None)
    (run,) = rows(database, schema.probe_run)
    ended = probe(database, resume=run.id)
    assert (ended.accounts, ended.fine) == (30, 30)
    assert confirmed(database) == sellers[20:]


def test_expired_accounts_are_expected_to_be_refused(browser, database, live_now, amazon):
    accounts = old_accounts(database, live_now, 15)
    ended = probe(database, AccountFilter(statuses=(Status.EXPIRED,)))
    assert ended.refused == 15 and ended.stopped_by == ""
    assert row_of(database, accounts[0]).first_failed_at is None
    assert open_kinds(database) == []


def test_an_amazon_that_does_not_answer_changes_nothing(sellers, database, amazon):
    before = rows(database, schema.authorization)
    amazon.set(fail_rate=1.0, fail_status=503)
    ended = probe(database)
    assert ended.unanswered == 30
    assert rows(database, schema.authorization) == before


def test_a_token_that_no_key_opens_keeps_no_other_account_from_being_asked(
    sellers, database, live_now
):
    with_old_token(database, sellers[4], live_now)
    lost = Fernet(Fernet.generate_key()).encrypt(b"lost")
    change(database, schema.credential, refresh_token=lost)
    before = row_of(database, sellers[4])
    ended = probe(database)
    assert (ended.fine, ended.unanswered, ended.why_unanswered) == (29, 1, {"key_lost": 1})
    assert row_of(database, sellers[4]) == before


def test_a_run_that_does_not_exist_can_not_go_on(browser, database):
    with pytest.raises(LookupError):
        probe(database, resume=99)


def test_a_vendor_works_where_the_token_is_good(browser, database, live_now):
    """The operation that sellers are asked by would refuse a vendor."""
    an_account(database, live_now, 100, partner_kind="vendor")
    assert probe(database).fine == 1


def test_accounts_that_are_known_to_be_refused_are_no_storm(sellers, database, live_now):
    long_ago = live_now - timedelta(days=3)
    # The local Amazon refuses them for it.
    change(database, schema.authorization, first_failed_at=long_ago, refused_at=long_ago)
    ended = probe(database)
    assert (ended.accounts, ended.refused, ended.stopped_by) == (30, 30, "")
    assert open_kinds(database) == []


def test_an_answer_about_the_token_of_before_says_nothing_about_the_new_grant(
    browser, database, amazon, live_now, monkeypatch
):
    account = an_account(database, live_now, 100)
    with_old_token(database, account, live_now)
    amazon.authorizations.revoke(row_of(database, account).selling_partner_id, "EU")
    renew_while_asked(monkeypatch, browser, account)
    assert probe(database).refused == 1
    row = row_of(database, account)
    assert row.granted_at >= live_now and row.first_failed_at is None
    assert kinds(database) == ["granted"]
