"""Renewals that begin in Manage Your Apps, on Amazon's side."""

from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from data_access import schema
from data_access.settings import settings
from tests.accounts import an_account, kinds, row_of, rows
from tests.renewing import Browser


@pytest.fixture
def account(browser: Browser, database, live_now) -> int:
    """An expired account whose seller goes to Manage Your Apps."""
    browser.amazon.set(login_uri=f"{browser.desk_url}/amazon/login")
    return an_account(database, live_now, selling_partner_id="A1MANAGES")


def query_of(
    browser: Browser,
    seller: str = "A1MANAGES",
    central: str = "sellercentral-europe.amazon.com",
    scope: str = "EU",
    **changed: str,
) -> dict[str, str]:
    """What Amazon opens the login address with, after the seller has consented there."""
    form = {
        "step": "confirm",
        "agree": "on",
        "selling_partner_id": seller,
        "scope": scope,
        "started": str(browser.amazon.now()),
    }
    url = f"{browser.amazon.base_url}/{central}/apps/manage"
    answer = browser.elsewhere.post(url, data=form)
    assert answer.status_code == 303, answer.text
    query = httpx.URL(answer.headers["location"]).params
    return {**dict(query), **changed}


def post(browser: Browser, query: dict[str, str]) -> httpx.Response:
    """OK on the page that asks."""
    return browser.http.post("/amazon/login", data=query)


def test_a_renewal_that_began_at_amazon_is_completed(browser: Browser, database, account):
    query = query_of(browser)
    page = browser.get(f"/amazon/login?{urlencode(query)}")
    assert page.status_code == 200 and "Authorize Renewal Desk (demo) for Amazon?" in page.text
    there = browser.elsewhere.get(post(browser, query).headers["location"])
    done = browser.come_back(there.headers["location"])
    assert done.status_code == 200 and "Die Verbindung wurde hergestellt" in done.text
    assert kinds(database) == ["granted"]
    assert '"amazon"' in rows(database, schema.event)[0].details


def test_the_page_shows_nothing_of_the_shop(browser: Browser, account):
    page = browser.get(f"/amazon/login?{urlencode(query_of(browser))}")
    assert "Müller" not in page.text and "mueller.example" not in page.text


def test_the_region_of_the_central_decides_which_account_is_meant(
    browser: Browser, database, account, live_now
):
    american = an_account(
        database,
        live_now,
        selling_partner_id="A1MANAGES",
        region="NA",
        marketplaces=("US",),
        home_marketplace="US",
    )
    query = query_of(browser)
    there = browser.elsewhere.get(post(browser, query).headers["location"])
    before = row_of(database, american)
    browser.come_back(there.headers["location"])
    assert row_of(database, american) == before
    assert rows(database, schema.renewal)[0].authorization_id == account


def test_where_the_address_tells_no_region_the_account_that_expires_first_is_meant(
    browser: Browser, database, live_now
):
    for granted_days_ago, code in ((10, "US"), (360, "DE"), (None, "JP")):
        an_account(
            database,
            live_now,
            granted_days_ago,
            selling_partner_id="A1MANAGES",
            region={"US": "NA", "DE": "EU", "JP": "FE"}[code],
            country="JP" if code == "JP" else "",
            home_marketplace=code,
        )
    query = {
        "amazon_callback_uri": f"{browser.amazon.base_url}/apps/authorize/callback",
        "amazon_state": "theirs",
        "selling_partner_id": "A1MANAGES",
    }
    page = browser.get(f"/amazon/login?{urlencode(query)}")
    assert page.status_code == 200
    to = post(browser, query).headers["location"]
    assert to.startswith(f"{query['amazon_callback_uri']}?amazon_state=theirs&state=")
    (begun,) = rows(database, schema.consent_state)
    assert row_of(database, begun.authorization_id).home_marketplace == "DE"


def test_a_renewal_in_a_region_without_an_account_ends_as_that(browser: Browser, database, account):
    query = query_of(browser, central="sellercentral.amazon.com", scope="NA")
    assert browser.get(f"/amazon/login?{urlencode(query)}").status_code == 200
    before = row_of(database, account)
    there = browser.elsewhere.get(post(browser, query).headers["location"])
    done = browser.come_back(there.headers["location"])
    assert done.status_code == 400 and "eine andere Region" in done.text
    assert row_of(database, account) == before


def test_an_account_of_another_application_is_never_meant(browser: Browser, database, live_now):
    browser.amazon.set(login_uri=f"{browser.desk_url}/amazon/login")
    other = an_account(
        database, live_now, selling_partner_id="A1MANAGES", application_id="amzn1.sp.solution.x"
    )
    before = row_of(database, other)
    assert post(browser, query_of(browser)).status_code == 404
    ours = an_account(database, live_now, selling_partner_id="A1MANAGES")
    there = browser.elsewhere.get(post(browser, query_of(browser)).headers["location"])
    assert browser.come_back(there.headers["location"]).status_code == 200
    assert row_of(database, other) == before and row_of(database, ours).granted_at >= live_now


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/apps/authorize/callback",
        "https://sellercentral.amazon.de.evil.example/",
        "http://sellercentral.amazon.de/",
        "javascript:alert(1)",
    ],
)
def test_only_amazons_own_hosts_are_led_to(browser: Browser, database, account, uri):
    query = query_of(browser, amazon_callback_uri=uri)
    for answer in (browser.get(f"/amazon/login?{urlencode(query)}"), post(browser, query)):
        assert answer.status_code == 400 and "not opened by Amazon" in answer.text
        assert "location" not in answer.headers
    assert rows(database, schema.consent_state) == []


@pytest.mark.parametrize("name", ["amazon_callback_uri", "amazon_state", "selling_partner_id"])
def test_missing_or_doubled_parameters_are_refused(browser: Browser, account, name):
    query = query_of(browser)
    without = {key: value for key, value in query.items() if key != name}
    assert browser.get(f"/amazon/login?{urlencode(without)}").status_code == 400
    doubled = f"/amazon/login?{urlencode(query)}&{name}=x"
    assert browser.get(doubled).status_code == 400
    assert browser.get(f"/amazon/login?{urlencode(query | {name: ''})}").status_code == 400


def test_a_seller_we_do_not_know_is_told_so(browser: Browser, account):
    page = browser.get(f"/amazon/login?{urlencode(query_of(browser, 'A1UNKNOWN'))}")
    assert page.status_code == 404 and "do not know this Amazon account" in page.text


def test_where_renewals_are_the_plugins_none_is_begun_here(
    browser: Browser, database, account, monkeypatch
):
    query, link = query_of(browser), browser.link(account)
    monkeypatch.setenv("DESK_RENEWAL", "template")
    monkeypatch.setenv("DESK_RENEWAL_TEMPLATE", "https://vendor.example/{customer_number}")
    settings.cache_clear()
    for page in (
        browser.get(f"/amazon/login?{urlencode(query)}"),
        post(browser, query),
        browser.get(link),
        browser.press_ok(link),
    ):
        assert page.status_code == 409 and "location" not in page.headers
    assert rows(database, schema.consent_state) == []


def test_a_draft_carries_its_version_back(browser: Browser, account):
    browser.amazon.set(draft=True)
    query = query_of(browser)
    to = post(browser, query).headers["location"]
    assert query["version"] == "beta" and "version=beta" in urlsplit(to).query


def test_a_paused_account_is_not_renewed_from_there(browser: Browser, database, live_now):
    browser.amazon.set(login_uri=f"{browser.desk_url}/amazon/login")
    an_account(database, live_now, selling_partner_id="A1PAUSED", paused=True)
    query = query_of(browser, "A1PAUSED")
    assert browser.get(f"/amazon/login?{urlencode(query)}").status_code == 404
