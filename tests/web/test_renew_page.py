"""The seller's renew page: what it says, in whose language, and where its button leads."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from amazon_stand_in.authorizations import CONSENT_SECONDS
from data_access import links, schema
from rules.authorization import expiry
from tests.accounts import an_account, change, row_of, rows
from tests.renewing import Browser


@pytest.fixture
def expired(browser: Browser, database, live_now) -> int:
    """An account that expired 35 days ago, of a seller in Germany."""
    return an_account(database, live_now)


def at(moment: datetime, days: int) -> datetime:
    """So many days later, or earlier."""
    return moment + timedelta(days=days)


def test_an_expired_account_reads_what_has_stopped(browser: Browser, expired):
    page = browser.get(browser.link(expired))
    assert page.status_code == 200
    assert '<html lang="de">' in page.text
    assert "Ihre Verbindung mit Amazon ist am" in page.text and "gestoppt" in page.text
    assert "Enable authorization" in page.text
    assert "(Mitteleuropäische " in page.text
    for check in ("Professionell", "Amazon Pay", "Hauptbenutzer", "privates Fenster"):
        assert check in page.text
    assert page.text.count("<li>") >= 8
    assert "Token anfordern / erneuern" in page.text


def test_an_expiring_account_reads_what_will_stop_and_what_renewing_early_forfeits(
    browser: Browser, database, live_now
):
    account = an_account(database, live_now, 355, language="en")
    page = browser.get(browser.link(account))
    assert "Your Amazon connection ends on" in page.text and "will stop" in page.text
    assert "the 10 days that are left are lost" in page.text


def test_an_account_without_a_grant_is_asked_to_connect(browser: Browser, database, live_now):
    account = an_account(database, live_now, None, language="fr")
    page = browser.get(browser.link(account))
    assert "Connectez votre boutique à Amazon" in page.text


def test_who_never_authorized_is_not_told_to_find_us_at_amazon_nor_of_an_end(
    browser: Browser, database, live_now
):
    never = browser.get(browser.link(an_account(database, live_now, None, language="en"))).text
    expired = browser.get(browser.link(an_account(database, live_now, language="en"))).text
    for untrue in ("Manage Your Apps", "Enable authorization", "renewing keeps all settings"):
        assert untrue in expired and untrue not in never
    assert "in the way in which you always reach us" in never


def test_a_refused_account_reads_that_it_is_no_longer_accepted(
    browser: Browser, database, live_now
):
    account = an_account(database, live_now, 100, language="it")
    change(database, schema.authorization, refused_at=at(live_now, -1))
    page = browser.get(browser.link(account))
    assert "Amazon non accetta più il Suo collegamento" in page.text


def test_an_active_account_reads_that_nothing_has_to_be_done(browser, database, live_now):
    account = an_account(database, live_now, 10, language="es")
    page = browser.get(browser.link(account))
    assert "Su conexión con Amazon funciona" in page.text


def test_a_vendor_is_sent_to_vendor_central(browser: Browser, database, live_now):
    account = an_account(database, live_now, partner_kind="vendor", language="en")
    page = browser.get(browser.link(account))
    assert "Manage Integrations" in page.text and "Professional" not in page.text
    to = browser.press_ok(browser.link(account)).headers["location"]
    assert "/vendorcentral.amazon.de/apps/authorize/consent?" in to


def test_what_a_seller_is_called_cannot_become_markup(browser: Browser, expired):
    page = browser.get(browser.link(expired))
    assert "Müller &amp; Söhne &lt;GmbH&gt;" in page.text and "<GmbH>" not in page.text


def test_a_language_we_do_not_speak_falls_back_to_english_and_says_so(
    browser: Browser, database, live_now
):
    account = an_account(database, live_now, language="ja")
    page = browser.get(browser.link(account))
    assert '<html lang="en">' in page.text
    assert "not available in Japanese yet" in page.text


def test_the_reader_may_choose_another_language(browser: Browser, expired):
    page = browser.get(f"{browser.link(expired)}?lang=pl")
    assert '<html lang="pl">' in page.text and "Twoje połączenie z Amazon wygasło" in page.text
    assert '/authorize?lang=pl"' in page.text
    assert "script" not in browser.get(f"{browser.link(expired)}?lang=<script>").text


def test_no_page_needs_a_script(browser: Browser, expired):
    for path in ("", "/authorize"):
        assert "<script" not in browser.get(browser.link(expired) + path).text


def test_the_question_names_the_application_and_leads_to_amazon(browser: Browser, expired):
    link = browser.link(expired)
    page = browser.get(f"{link}/authorize")
    assert "Renewal Desk (demo) für Amazon autorisieren?" in page.text
    assert '<form method="post">' in page.text
    to = browser.press_ok(link)
    query = parse_qs(urlsplit(to.headers["location"]).query)
    assert to.status_code == 303
    assert query["application_id"] == ["amzn1.sp.solution.00000000-demo"]
    assert query["redirect_uri"] == [f"{browser.desk_url}/amazon/callback"]
    assert browser.amazon.base_url in page.headers["content-security-policy"]


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it", "pl"])
def test_the_time_that_amazon_gives_is_told_and_not_that_of_our_state(
    browser: Browser, expired, language
):
    page = browser.get(f"{browser.link(expired)}/authorize?lang={language}")
    assert f" {CONSENT_SECONDS // 60} minut" in page.text.lower()


def test_every_press_has_a_state_of_its_own_that_is_stored_as_a_digest(browser, database, expired):
    states = set()
    for _ in range(2):
        to = browser.press_ok(browser.link(expired)).headers["location"]
        states.add(parse_qs(urlsplit(to).query)["state"][0])
    stored = {row.digest for row in rows(database, schema.consent_state)}
    assert len(states) == len(stored) == 2 and not states & stored
    assert all(len(state) == 43 for state in states)


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(browser: Browser, expired):
    cookie = browser.press_ok(browser.link(expired)).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Max-Age=900" in cookie


def test_looking_at_the_page_is_counted_but_a_mail_scanner_is_not(browser, database, expired):
    browser.http.head(browser.link(expired))
    assert rows(database, schema.funnel_step) == []
    browser.get(browser.link(expired))
    browser.get(browser.link(expired))
    (opened,) = rows(database, schema.funnel_step)
    assert (opened.step, opened.times) == ("opened", 2)


def test_a_link_that_has_done_its_work_says_until_when(browser: Browser, expired):
    link = browser.link(expired)
    browser.renew(expired)
    for page in (browser.get(link), browser.get(f"{link}/authorize"), browser.press_ok(link)):
        assert page.status_code == 200 and "Bereits erneuert" in page.text
        assert "set-cookie" not in page.headers


@pytest.mark.parametrize("days", [-1, 30], ids=["a date put right", "a later grant that lapsed"])
def test_a_link_works_until_a_later_grant_is_in_force(browser: Browser, database, expired, days):
    link = browser.link(expired)
    granted_at = at(row_of(database, expired).granted_at, days)
    change(database, schema.authorization, granted_at=granted_at, expires_at=expiry(granted_at))
    page = browser.get(link)
    assert page.status_code == 200 and "Token anfordern / erneuern" in page.text
    assert "/apps/authorize/consent?" in browser.press_ok(link).headers["location"]


def test_a_damaged_link_says_so(browser: Browser, expired):
    page = browser.get(browser.link(expired)[:-2])
    assert page.status_code == 404 and "This link does not work" in page.text


def test_a_link_that_is_too_old_says_so(browser: Browser, database, expired, live_now):
    granted_at = row_of(database, expired).granted_at
    link = links.renew_path(expired, granted_at, "anna", made_at=at(live_now, -46))
    page = browser.get(link)
    assert page.status_code == 410 and "too old" in page.text


def test_a_link_to_an_account_that_is_gone_does_not_work(browser: Browser, live_now):
    page = browser.get(links.renew_path(999_999, live_now, "anna"))
    assert page.status_code == 404 and "This link does not work" in page.text


def test_a_link_to_a_paused_account_leads_nowhere(browser: Browser, database, live_now):
    account = an_account(database, live_now, paused=True, language="en")
    assert "is paused" in browser.get(browser.link(account)).text
    assert browser.press_ok(browser.link(account)).status_code == 200
    assert rows(database, schema.consent_state) == []


def test_a_link_to_an_account_of_another_application_leads_nowhere(
    browser: Browser, database, live_now
):
    account = an_account(database, live_now, application_id="amzn1.sp.solution.x", language="en")
    link = browser.link(account)
    for page in (browser.get(link), browser.get(f"{link}/authorize"), browser.press_ok(link)):
        assert page.status_code == 409 and "belongs to another application" in page.text
    assert rows(database, schema.consent_state) == []


def test_an_account_that_names_no_application_is_ours(browser: Browser, database, live_now):
    account = an_account(database, live_now, application_id="")
    assert browser.renew(account).status_code == 200
    assert row_of(database, account).granted_at >= live_now


def test_a_marketplace_without_an_address_says_so(browser: Browser, database, live_now):
    account = an_account(database, live_now, home_marketplace="XX", language="en")
    page = browser.get(browser.link(account))
    assert page.status_code == 409 and "XX" in page.text


def test_one_sellers_link_shows_nothing_of_another(browser: Browser, database, live_now, expired):
    other = an_account(database, live_now, selling_partner_id="A9OTHER")
    assert "A9OTHER" not in browser.get(browser.link(expired)).text
    assert "A9OTHER" in browser.get(browser.link(other)).text
