"""Consent links for every marketplace, and which addresses count as Amazon's."""

from urllib.parse import parse_qs, urlsplit

import pytest

from data_access.consent_links import (
    Central,
    NoCentral,
    central,
    consent_url,
    is_amazons,
    region_of,
)
from data_access.marketplaces import marketplaces
from tests.forgetting import set_up

LIVE = {
    "DESK_MODE": "live",
    "DESK_APPLICATION_ID": "amzn1.sp.solution.live",
    "DESK_APPLICATION_NAME": "Shop Connector",
    "DESK_CLIENT_ID": "amzn1.application-oa2-client.live",
    "DESK_CLIENT_SECRET": "the secret",
}


@pytest.fixture
def live(tmp_path):
    """A desk that speaks to the real Amazon."""
    with set_up(LIVE, tmp_path):
        yield


@pytest.mark.parametrize("code", sorted(marketplaces()))
def test_every_marketplace_has_its_consent_link(live, code):
    parts = urlsplit(consent_url(code, "seller", "the-state", "A1"))
    query = parse_qs(parts.query)
    assert f"{parts.scheme}://{parts.netloc}" == marketplaces()[code].seller_central
    assert parts.path == "/apps/authorize/consent"
    assert query == {
        "application_id": ["amzn1.sp.solution.live"],
        "state": ["the-state"],
        "redirect_uri": ["http://127.0.0.1:8501/amazon/callback"],
    }


def test_vendors_consent_in_vendor_central(live):
    assert consent_url("DE", "vendor", "s").startswith("https://vendorcentral.amazon.de/apps/")


@pytest.mark.parametrize(("code", "kind"), [("IE", "vendor"), ("ZA", "vendor"), ("XX", "seller")])
def test_an_address_nobody_knows_is_no_address(live, code, kind):
    with pytest.raises(NoCentral):
        central(code, kind)


def test_an_installation_may_know_better(tmp_path):
    better = '{"IE": {"vendor": "https://vendorcentral.amazon.ie"}}'
    with set_up(LIVE | {"DESK_CENTRALS": better}, tmp_path):
        assert central("IE", "vendor").url == "https://vendorcentral.amazon.ie"
        assert is_amazons("https://vendorcentral.amazon.ie/apps")


def test_a_draft_says_so(tmp_path):
    with set_up(LIVE | {"DESK_APPLICATION_DRAFT": "true"}, tmp_path):
        assert consent_url("DE", "seller", "s").endswith("&version=beta")


def test_the_demo_never_leaves_this_machine(tmp_path):
    with set_up({"DESK_STAND_IN_URL": "http://127.0.0.1:9"}, tmp_path):
        url = consent_url("DE", "seller", "s", "A1")
        assert is_amazons("http://127.0.0.1:9/sellercentral.amazon.de/apps/x")
        assert not is_amazons("https://sellercentral.amazon.de/apps/x")
    assert url.startswith("http://127.0.0.1:9/sellercentral-europe.amazon.com/apps/")
    assert "demo_seller=A1" in url and "marketplace_id=A1PA6795UKMFR9" in url


def test_live_mode_never_goes_to_the_local_amazon(live):
    assert "127.0.0.1" not in central("DE").url
    assert not is_amazons("http://127.0.0.1:8502/sellercentral.amazon.de/apps")


@pytest.mark.parametrize(
    "url",
    [
        "https://sellercentral.amazon.de/apps/x",
        "https://sellercentral.amazon.co.jp/apps/x?a=b",
        "https://vendorcentral.amazon.com:443/x",
        "https://amazon.com/apps/authorize/confirm/amzn1.sellerapps.app.2eca283f",
    ],
)
def test_amazons_own_hosts_are_known(live, url):
    assert is_amazons(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://sellercentral.amazon.de/",
        "https://sellercentral.amazon.de.evil.example/",
        "https://evil.example/sellercentral.amazon.de",
        "https://sellercentral.amazon.de@evil.example/",
        "https://evil.example\\@sellercentral.amazon.de/",
        "https://sellercentral.amazon.de:8443/",
        "https://sellercentral.amazon.de:x/",
        "https://amazon.de/",
        "https://amazon.com.evil.example/apps/authorize/confirm/x",
        "https://sellercentral.amazon.evil/",
        "//sellercentral.amazon.de/",
        "javascript:alert(1)",
        "https://[::1/",
        "https://sellercentral.amazon.de/\r\nset-cookie: a=b",
        "",
    ],
)
def test_nobody_elses_host_passes_for_amazons(live, url):
    assert not is_amazons(url)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://sellercentral-europe.amazon.com/x", "EU"),
        ("https://sellercentral.amazon.de/x", "EU"),
        ("https://sellercentral.amazon.com/x", "NA"),
        ("https://sellercentral.amazon.com.au/x", "AU"),
        ("https://amazon.com/apps/authorize/confirm/x", ""),
        ("https://elsewhere.example/x", ""),
    ],
)
def test_the_address_tells_the_region(live, url, region):
    assert region_of(url) == region


def test_an_address_that_an_installation_knows_tells_the_region_too(tmp_path):
    better = '{"SA": {"seller": "https://sellercentral.amazon.com.sa"}}'
    with set_up(LIVE | {"DESK_CENTRALS": better}, tmp_path):
        assert region_of("https://sellercentral.amazon.com.sa/x") == "EU"


@pytest.mark.parametrize(
    ("url", "also"),
    [
        ("https://sellercentral.amazon.de/x", {"com", "de"}),
        ("https://sellercentral.amazon.com/x", {"com"}),
        ("http://127.0.0.1:8502/sellercentral.amazon.de/x", set()),
    ],
)
def test_a_form_may_end_where_amazon_signs_sellers_in(live, url, also):
    origin, *others = Central(url).form_targets.split()
    assert url.startswith(f"{origin}/")
    assert others == sorted(f"https://*.amazon.{ending}" for ending in also)


def test_a_renewal_that_starts_at_no_central_may_go_on_to_any(live):
    targets = Central("https://amazon.com/apps/authorize/confirm/x").form_targets.split()
    assert {"https://*.amazon.de", "https://*.amazon.co.jp", "https://*.amazon.com"} <= {*targets}
