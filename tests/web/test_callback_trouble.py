"""A consent for another region, a callback that is none of Amazon's, an exchange that fails."""

import asyncio
import socket
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from data_access import renewals, schema
from data_access.amazon import Amazon, Participations
from data_access.database import DatabaseAway, reading
from data_access.incidents import Kind, open_incidents
from data_access.verifying import check_due
from rules.amazon_answers import Answer, Verdict
from tests.accounts import an_account, kinds, nothing_changed, row_of, rows, with_old_token
from tests.renewing import Browser


def consent_in_america(browser: Browser, database: Engine, account: int) -> str:
    """The consent of a European account, given in the American Seller Central."""
    consent = browser.press_ok(browser.link(account)).headers["location"]
    american = consent.replace("sellercentral-europe.amazon.com", "sellercentral.amazon.com")
    return browser.agree(american, row_of(database, account).selling_partner_id)


def test_a_consent_for_another_region_is_never_kept(browser: Browser, database, expired):
    before = row_of(database, expired)
    page = browser.come_back(consent_in_america(browser, database, expired))
    assert page.status_code == 400 and "eine andere Region" in page.text
    assert nothing_changed(database, expired, before)


def test_a_region_that_lists_nothing_instead_of_refusing_is_recognised_too(
    browser: Browser, database, expired, monkeypatch
):
    participations = Amazon.participations

    async def listing_nothing(self, access_token: str, region: str) -> Participations:
        found = await participations(self, access_token, region)
        refused = found.answer.verdict is Verdict.REFUSED
        return Participations(Answer(Verdict.FINE)) if refused else found

    monkeypatch.setattr(Amazon, "participations", listing_nothing)
    before = row_of(database, expired)
    page = browser.come_back(consent_in_america(browser, database, expired))
    assert page.status_code == 400 and "eine andere Region" in page.text
    assert nothing_changed(database, expired, before)


def test_in_the_far_east_a_consent_opens_one_country_only(browser: Browser, database, live_now):
    account = an_account(
        database,
        live_now,
        region="FE",
        country="AU",
        marketplaces=("AU",),
        home_marketplace="AU",
        language="en",
    )
    with_old_token(database, account, live_now)
    before = row_of(database, account)
    consent = browser.press_ok(browser.link(account)).headers["location"]
    japanese = consent.replace("sellercentral.amazon.com.au", "sellercentral.amazon.co.jp")
    back = browser.agree(japanese, before.selling_partner_id)
    page = browser.come_back(back)
    assert page.status_code == 400 and "different region" in page.text and "Australia" in page.text
    assert nothing_changed(database, account, before)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "state=x",
        "state=x&selling_partner_id=A1",
        "selling_partner_id=A1&spapi_oauth_code=c",
        "state=&selling_partner_id=A1&spapi_oauth_code=c",
        "state=x&state=y&selling_partner_id=A1&spapi_oauth_code=c",
        "state=x&selling_partner_id=A1&spapi_oauth_code=c&spapi_oauth_code=d",
        f"state=x&selling_partner_id=A1&spapi_oauth_code={'c' * 3000}",
        "state=%00&selling_partner_id=A1&spapi_oauth_code=c",
        "state=%F0%9F&selling_partner_id=A1&spapi_oauth_code=c",
    ],
)
def test_a_callback_that_is_not_amazons_is_answered_plainly(browser: Browser, database, query):
    page = browser.come_back(f"/amazon/callback?{query}")
    assert page.status_code == 400 and "Nothing has been changed" in page.text
    assert rows(database, schema.event) == []


def test_looking_at_the_headers_only_uses_nothing_up(browser: Browser, database, expired):
    callback = browser.consent(expired)
    assert browser.http.head(callback).status_code == 405
    assert browser.come_back(callback).status_code == 200


def test_a_callback_of_100_kilobytes_is_refused(browser: Browser):
    assert browser.get(f"/amazon/callback?state={'x' * 20_000}").status_code == 414
    host, port = urlsplit(browser.desk_url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            b"GET /amazon/callback?state=" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: desk\r\n\r\n"
        )
        assert int(connection.recv(100).split()[1]) in (400, 414, 431)


@pytest.mark.parametrize(
    ("trouble", "status", "words"),
    [
        ({"fail_next": 1, "fail_status": 400}, 503, "liegt an uns"),
        ({"fail_next": 1, "fail_status": 401}, 503, "liegt an uns"),
        ({"secret_rotated": True}, 503, "liegt an uns"),
        ({"fail_next": 1, "fail_status": 429}, 502, "Amazon antwortet gerade nicht"),
        ({"fail_next": 1, "fail_status": 500}, 502, "Amazon antwortet gerade nicht"),
        ({"fail_next": 1, "fail_status": 503, "after_work": True}, 502, "antwortet gerade nicht"),
        ({"html": True}, 502, "Amazon antwortet gerade nicht"),
        ({"hang_seconds": 30}, 502, "Amazon antwortet gerade nicht"),
    ],
)
def test_an_exchange_that_fails_is_never_repeated_and_changes_nothing(
    browser: Browser, database, expired, trouble, status, words
):
    before = row_of(database, expired)
    callback = browser.consent(expired)
    browser.amazon.set(**trouble)
    page = browser.come_back(callback)
    asked = browser.amazon.count("/auth/o2/token")
    browser.amazon.reset_switches()
    assert page.status_code == status and words in page.text
    assert 'href="/renew/' in page.text
    assert asked == 1
    assert nothing_changed(database, expired, before)
    assert kinds(database) == ["renewal_failed"]
    (attempt,) = rows(database, schema.renewal)
    assert attempt.code is None and attempt.refresh_token is None
    assert browser.renew(expired).status_code == 200


def test_our_own_secret_in_trouble_is_an_incident(browser: Browser, database, expired):
    callback = browser.consent(expired)
    browser.amazon.set(secret_rotated=True)
    browser.come_back(callback)
    with reading(database) as connection:
        assert [each.kind for each in open_incidents(connection)] == [Kind.OUR_CREDENTIALS]
    browser.amazon.set(secret_rotated=False)
    browser.renew(expired)
    asyncio.run(check_due(database))
    with reading(database) as connection:
        assert open_incidents(connection) == []


def test_where_amazon_does_not_say_which_region_the_grant_is_kept_and_verified_later(
    browser: Browser, database, expired
):
    callback = browser.consent(expired)
    browser.amazon.set(applies_to="sp_api", fail_rate=1.0, fail_status=503)
    assert browser.come_back(callback).status_code == 200
    (attempt,) = rows(database, schema.renewal)
    assert attempt.step == "granted" and attempt.next_check_at is not None


def test_the_database_away_is_said_and_the_address_still_works(
    browser: Browser, database, expired, monkeypatch
):
    callback = browser.consent(expired)
    with monkeypatch.context() as patch:

        def away(*_):
            raise DatabaseAway("gone")

        patch.setattr(renewals, "reading", away)
        page = browser.come_back(callback)
        assert page.status_code == 503 and page.headers["referrer-policy"] == "no-referrer"
    assert browser.come_back(callback).status_code == 200
