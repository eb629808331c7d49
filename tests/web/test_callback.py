"""What becomes of a consent, over real HTTP, against the local Amazon."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import insert

from data_access import amazon, funnel, keys, rollup, schema
from data_access.amazon import Patience
from data_access.database import reading, writing
from data_access.renewals import Renewals
from data_access.verifying import check_due
from rules.authorization import expiry
from rules.renewal import LEASE
from tests.accounts import (
    OLD_TOKEN,
    an_account,
    change,
    kinds,
    nothing_changed,
    row_of,
    rows,
    token_of,
)
from tests.renewing import Browser
from tests.waiting import wait_until


def test_a_consent_makes_a_new_grant_of_365_days(browser: Browser, database, expired, live_now):
    page = browser.renew(expired)
    account = row_of(database, expired)
    assert page.status_code == 200 and "Die Verbindung wurde hergestellt" in page.text
    assert account.granted_at >= live_now
    assert account.expires_at == expiry(account.granted_at)
    assert token_of(database, expired).startswith("Atzr|demo.A1SELLER0.EU.")
    assert kinds(database) == ["granted"]
    with reading(database) as connection:
        assert rollup.drift(connection) == 0


def test_the_lapse_is_closed_with_its_length(browser: Browser, database, expired):
    ended = row_of(database, expired).expires_at
    browser.renew(expired)
    (lapse,) = rows(database, schema.lapse)
    assert (lapse.began_at, lapse.ended_at) == (ended, row_of(database, expired).granted_at)


def test_an_early_renewal_closes_no_lapse(browser: Browser, database, live_now):
    account = an_account(database, live_now, granted_days_ago=350)
    assert browser.renew(account).status_code == 200
    assert rows(database, schema.lapse) == []


def test_a_renewal_changes_nothing_else_of_the_account(browser: Browser, database, expired):
    before = row_of(database, expired)._asdict()
    browser.renew(expired)
    after = row_of(database, expired)._asdict()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"granted_at", "expires_at"}


def test_a_renewal_ends_what_was_said_of_the_grant_before(browser: Browser, database, live_now):
    account, soon = an_account(database, live_now, 100), live_now + timedelta(days=9)
    said = {"refused_at": live_now, "first_failed_at": live_now, "refusal": "refused"}
    of_expiry = {"expires_at": soon, "expiry_source": "seller_reported", "claimed_expires_at": soon}
    change(database, schema.authorization, **said, **of_expiry)
    browser.renew(account)
    row = row_of(database, account)
    assert (row.refused_at, row.first_failed_at, row.refusal) == (None, None, "")
    assert row.expires_at == expiry(row.granted_at)
    assert (row.expiry_source, row.claimed_expires_at) == ("computed", None)


def test_the_previous_token_is_kept_until_the_new_one_is_confirmed(
    browser: Browser, database, expired
):
    browser.renew(expired)
    (kept,) = rows(database, schema.credential)
    assert kept.previous_refresh_token is not None
    asyncio.run(check_due(database))
    (kept,) = rows(database, schema.credential)
    assert kept.previous_refresh_token is None
    assert row_of(database, expired).confirmed_at is not None
    assert kinds(database) == ["granted", "verified"]


def test_what_is_kept_is_the_last_token_known_to_work(browser: Browser, database, expired):
    for _ in range(2):
        browser.renew(expired)
    (kept,) = rows(database, schema.credential)
    assert keys.decrypt(kept.previous_refresh_token) == OLD_TOKEN != token_of(database, expired)


def test_the_funnel_tells_each_step_with_its_agent(browser: Browser, database, expired):
    browser.get(browser.link(expired, "berta"))
    browser.renew(expired)
    asyncio.run(check_due(database))
    with reading(database) as connection:
        steps = {each["step"]: each for each in funnel.of_account(connection, expired)}
    assert list(steps) == ["opened", "consented", "verified"]
    assert steps["opened"]["agent"] == "berta"


def test_the_address_after_the_callback_holds_neither_code_nor_state(
    browser: Browser, database, expired
):
    callback = browser.consent(expired)
    secrets = [part.split("=")[1] for part in callback.split("?")[1].split("&")]
    answer = browser.get(callback)
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"])
    for secret in (each for each in secrets if not each.startswith("A1")):
        assert secret not in answer.headers["location"] and secret not in page.text


def test_no_token_code_or_state_is_in_the_database_in_clear(
    browser: Browser, database, expired, capfd, caplog
):
    callback = browser.consent(expired)
    query = dict(part.split("=") for part in callback.split("?")[1].split("&"))
    browser.come_back(callback)
    token = token_of(database, expired)
    everything = [
        str(value)
        for table in schema.metadata.sorted_tables
        for row in rows(database, table)
        for value in row
    ]
    printed = "".join(capfd.readouterr()) + caplog.text + "".join(browser.seen)
    for secret in (query["state"], query["spapi_oauth_code"], token):
        assert not any(secret in value for value in everything)
        assert secret not in printed


def test_another_sellers_consent_is_never_kept(browser: Browser, database, expired):
    before = row_of(database, expired)
    page = browser.renew(expired, signed_in_as="A0STRANGER")
    assert page.status_code == 400
    assert "A0STRANGER" in page.text and before.selling_partner_id in page.text
    assert 'href="/renew/' in page.text
    assert nothing_changed(database, expired, before)
    (event,) = rows(database, schema.event)
    assert event.kind == "renewal_failed" and "A0STRANGER" in event.details
    assert event.actor == "anna"
    assert browser.amazon.count("/auth/o2/token") == 0


def test_after_the_wrong_seller_the_right_one_can_renew(browser: Browser, database, expired):
    browser.renew(expired, signed_in_as="A0STRANGER")
    assert browser.renew(expired).status_code == 200


def test_the_language_that_was_chosen_stays_until_the_end(browser: Browser, expired):
    to = browser.press_ok(browser.link(expired), "pl").headers["location"]
    back = browser.agree(to, "A1SELLER0")
    assert "Połączenie zostało nawiązane" in browser.come_back(back).text


def test_two_renewals_in_two_tabs_do_not_end_each_other(browser: Browser, database, live_now):
    accounts = [an_account(database, live_now, selling_partner_id=f"A1TAB{n}") for n in range(2)]
    callbacks = [browser.consent(account) for account in accounts]
    for callback in callbacks:
        assert browser.come_back(callback).status_code == 200
    assert kinds(database) == ["granted", "granted"]


def test_many_callbacks_at_once_are_neither_lost_nor_doubled(browser: Browser, database, live_now):
    accounts = [an_account(database, live_now, selling_partner_id=f"A1MANY{n}") for n in range(10)]
    callbacks = [browser.consent(account) for account in accounts]
    with ThreadPoolExecutor(20) as threads:
        ends = list(threads.map(browser.http.get, callbacks + callbacks))
    assert [each.status_code for each in ends] == [303] * 20
    assert kinds(database) == ["granted"] * 10
    assert browser.amazon.count("/auth/o2/token") == 10
    assert all(row_of(database, each).granted_at >= live_now for each in accounts)
    with reading(database) as connection:
        assert rollup.drift(connection) == 0


def test_a_state_works_once(browser: Browser, database, expired):
    callback = browser.consent(expired)
    browser.come_back(callback)
    granted = row_of(database, expired)
    page = browser.come_back(callback)
    assert page.status_code == 200 and "Die Verbindung wurde hergestellt" in page.text
    assert row_of(database, expired) == granted
    assert kinds(database) == ["granted"]
    assert browser.amazon.count("/auth/o2/token") == 1


def test_a_used_state_says_nothing_to_another_browser(browser: Browser, database, expired):
    callback = browser.consent(expired)
    browser.come_back(callback)
    browser.http.cookies.clear()
    page = browser.come_back(callback)
    assert page.status_code == 400 and "already used" in page.text
    assert "Müller" not in page.text and "valid until" not in page.text


@pytest.mark.parametrize(
    ("slow", "step", "status", "words"),
    [
        ("sp_api", "exchanged", 200, "Die Verbindung wurde hergestellt"),
        ("lwa", "exchanging", 502, "Amazon antwortet gerade nicht"),
    ],
)
def test_a_second_callback_while_the_first_is_under_way_waits_for_its_end(
    browser: Browser, database, expired, monkeypatch, slow, step, status, words
):
    # It asks again what it may ask again; here once is enough.
    monkeypatch.setattr(amazon, "PATIENCE", Patience(1, 0.01))
    callback = browser.consent(expired)
    browser.amazon.set(applies_to=slow, hang_seconds=30)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(browser.http.get, callback)
        wait_until(lambda: [each.step for each in rows(database, schema.renewal)] == [step])
        second = browser.get(callback).headers["location"]
        waiting = browser.get(second)
        ended = first.result(20)
    browser.amazon.reset_switches()
    assert waiting.status_code == 200 and "Noch in Arbeit" in waiting.text
    assert int(waiting.headers["refresh"]) > 0 and "<script" not in waiting.text
    for address in (second, ended.headers["location"]):
        page = browser.get(address)
        assert page.status_code == status and words in page.text
        assert "refresh" not in page.headers
    assert ('href="/renew/' in page.text) is (status != 200)


def test_a_callback_again_after_a_kill_waits_until_the_attempt_is_given_up(
    browser: Browser, database, expired, live_now
):
    callback = browser.consent(expired)
    browser.amazon.set(fail_next=1, fail_status=500)
    browser.come_back(callback)
    # As a process leaves it that is killed during the exchange.
    left = {"step": "exchanging", "failure": "", "finished_at": None}
    change(database, schema.renewal, **left, stepped_at=live_now - LEASE)
    again = browser.get(callback).headers["location"]
    assert "Noch in Arbeit" in browser.get(again).text
    asyncio.run(Renewals(database).recover())
    page = browser.get(again)
    assert page.status_code == 503 and 'href="/renew/' in page.text
    assert "Sie haben Ihre Erlaubnis bei Amazon erteilt" in page.text
    assert "refresh" not in page.headers


def test_a_code_works_once_even_with_a_fresh_state(browser: Browser, database, expired):
    first = browser.consent(expired)
    code = dict(part.split("=") for part in first.split("?")[1].split("&"))["spapi_oauth_code"]
    browser.come_back(first)
    second = browser.consent(expired)
    used = dict(part.split("=") for part in second.split("?")[1].split("&"))["spapi_oauth_code"]
    granted = row_of(database, expired)
    page = browser.come_back(second.replace(used, code))
    assert page.status_code == 400 and "schon benutzt" in page.text
    assert row_of(database, expired) == granted
    assert browser.amazon.count("/auth/o2/token") == 1


def test_a_state_that_is_too_old_is_refused(browser: Browser, database, expired, live_now):
    before = row_of(database, expired)
    callback = browser.consent(expired)
    change(database, schema.consent_state, expires_at=live_now - timedelta(seconds=1))
    page = browser.come_back(callback)
    assert page.status_code == 400 and "zu lange gedauert" in page.text
    assert nothing_changed(database, expired, before)


def test_a_code_that_is_too_late_for_amazon_asks_to_start_again(
    browser: Browser, database, expired
):
    before = row_of(database, expired)
    callback = browser.consent(expired)
    browser.amazon.advance(seconds=301)
    page = browser.come_back(callback)
    assert page.status_code == 400 and "galt nicht mehr" in page.text
    assert 'href="/renew/' in page.text
    assert nothing_changed(database, expired, before)
    assert browser.amazon.count("/auth/o2/token") == 1


def test_another_browser_can_not_finish_what_this_one_began(browser: Browser, database, expired):
    before = row_of(database, expired)
    callback = browser.consent(expired)
    browser.http.cookies.clear()
    page = browser.come_back(callback)
    assert page.status_code == 400
    assert "Müller" not in page.text and before.selling_partner_id not in page.text
    assert nothing_changed(database, expired, before)


def test_cancelling_changes_nothing(browser: Browser, database, expired):
    before = row_of(database, expired)
    state = browser.consent(expired).split("state=")[1].split("&")[0]
    page = browser.come_back(f"/amazon/callback?state={state}&error=access_denied")
    assert page.status_code == 200 and "Sie haben bei Amazon abgebrochen" in page.text
    assert nothing_changed(database, expired, before)


def test_the_mws_token_of_old_is_ignored(browser: Browser, database, expired):
    browser.amazon.set(mws_auth_token="amzn.mws.old")
    assert "mws_auth_token" in (callback := browser.consent(expired))
    assert browser.come_back(callback).status_code == 200
    assert kinds(database) == ["granted"]


def test_a_lapse_that_a_source_has_left_behind_is_in_no_renewals_way(
    browser: Browser, database, expired
):
    expired_at = row_of(database, expired).expires_at
    with writing(database) as connection:
        connection.execute(
            insert(schema.lapse).values(
                authorization_id=expired,
                began_at=expired_at,
                ended_at=expired_at + timedelta(days=1),
            )
        )
    browser.renew(expired)
    assert kinds(database) == ["granted"]
    (lapse,) = rows(database, schema.lapse)
    assert lapse.ended_at == row_of(database, expired).granted_at
