import re
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.amazon_stand_in.running import http

CALLBACK = "https://desk.example/amazon/callback"


def sign_in(amazon, seller: str = "A1SELLER", url: str = "") -> httpx.Response:
    return http.post(url or amazon.consent_url(), data={"step": "sign_in", "as": seller})


def confirm(amazon, seller: str = "A1SELLER", url: str = "", **form) -> httpx.Response:
    data = {
        "step": "confirm",
        "agree": "on",
        "selling_partner_id": seller,
        "started": str(amazon.now()),
    }
    return http.post(url or amazon.consent_url(), data=data | form)


def assert_refused(answer: httpx.Response, code: str) -> None:
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "This authorization is not possible" in answer.text
    assert f"<code>{code}</code>" in answer.text


def test_every_page_says_that_it_is_not_amazon(amazon):
    answers = [
        http.get(amazon.consent_url()),
        sign_in(amazon),
        sign_in(amazon, "sub_user"),
        http.post(amazon.consent_url(), data={"step": "cancel"}),
        http.get(f"{amazon.base_url}/apps/manage"),
        http.get(f"{amazon.base_url}/apps/manage?selling_partner_id=A1SELLER"),
        http.get(f"{amazon.base_url}/stand-in/"),
    ]
    for answer in answers:
        text = re.sub(r"<[^>]+>", "", answer.text)
        assert "This is not Amazon: a local stand-in for trying things out" in text
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text


def test_sign_in_offers_the_expected_seller_first(amazon):
    page = http.get(amazon.consent_url(demo_seller="AEXPECTED")).text
    buttons = re.findall(r'name="as" value="([^"]+)"', page)
    assert buttons[:3] == ["AEXPECTED", "A0WRONGSELLER0", "sub_user"]
    assert "individual" in buttons
    assert "AEXPECTED" not in http.get(amazon.consent_url()).text


def test_the_consent_page_asks_with_a_checkbox(amazon):
    page = sign_in(amazon).text
    assert 'type="checkbox" name="agree" required' in page
    assert "A1SELLER" in page
    assert "Confirm" in page
    assert "Cancel" in page


def test_confirm_redirects_back_with_three_parameters(amazon):
    url = amazon.consent_url(state="a b&c", redirect_uri=f"{CALLBACK}?x=1")
    target, query = amazon.consent(url, "A1SELLER")
    assert target.startswith(f"{CALLBACK}?x=1&")
    assert set(query) == {"x", "state", "selling_partner_id", "spapi_oauth_code"}
    assert (query["state"], query["selling_partner_id"]) == ("a b&c", "A1SELLER")


def test_without_a_redirect_uri_the_first_registered_one_is_used(amazon):
    amazon.set(redirect_uris=(CALLBACK, "https://other.example/"))
    target, _ = amazon.consent(amazon.consent_url(redirect_uri=""), "A1SELLER")
    assert target.startswith(f"{CALLBACK}?state=")


def test_without_the_tick_nothing_is_granted(amazon):
    answer = confirm(amazon, agree="")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert amazon.authorizations.of_seller("A1SELLER") == []


def test_ten_minutes_after_signing_in_it_is_too_late(amazon):
    started = str(amazon.now())
    amazon.advance(600)
    assert confirm(amazon, started=started).status_code == 303
    amazon.advance(1)
    late = confirm(amazon, started=started)
    assert late.status_code == 400
    assert "within 10 minutes" in late.text
    for nonsense in ("", "nan", "inf", "-1"):
        assert confirm(amazon, started=nonsense).status_code == 400


@pytest.mark.parametrize(
    ("place", "query", "scope"),
    [
        ("/sellercentral.amazon.de", {}, "EU"),
        ("/sellercentral-europe.amazon.com", {"marketplace_id": "ATVPDKIKX0DER"}, "EU"),
        ("/sellercentral.amazon.com", {}, "NA"),
        ("/vendorcentral.amazon.co.jp", {}, "JP"),
        ("/www.vendorcentral.in", {}, "EU"),
        ("/sellercentral.amazon.com.au", {}, "AU"),
        ("/sellercentral.unheard-of.example", {"marketplace_id": "A19VAU5U5O7RUS"}, "SG"),
        ("", {"marketplace_id": "A1VC38T7YXB528"}, "JP"),
        ("", {}, "EU"),
    ],
)
def test_the_scope_follows_from_the_central_or_the_marketplace(amazon, place, query, scope):
    link = amazon.consent_url(**query).replace("/apps/", f"{place}/apps/")
    assert place.removeprefix("/") in http.get(link).text
    amazon.consent(link, "A1SELLER")
    assert amazon.authorizations.of_seller("A1SELLER")[0].authorization.scope == scope


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("sub_user", "SPDC8143"),
        ("no_rights", "Invalid access: you do not have permissions to view this page."),
        ("individual", "primary user of a Professional selling account"),
    ],
)
def test_who_has_no_rights_gets_an_error_page(amazon, who, says):
    answer = sign_in(amazon, who)
    assert answer.status_code == 400
    assert says in answer.text
    assert amazon.authorizations.sellers() == []


def test_a_vendor_user_without_the_right_is_refused_in_vendor_central(amazon):
    link = amazon.consent_url().replace("/apps/", "/vendorcentral.amazon.de/apps/")
    assert "Vendor Central" in http.get(link).text
    assert 'value="vendor_user"' in http.get(link).text
    assert_refused(sign_in(amazon, "vendor_user", link), "SPSA2043")


@pytest.mark.parametrize(
    ("switches", "query", "code"),
    [
        ({"draft": True}, {}, "MD1000"),
        ({"redirect_uris": (CALLBACK,)}, {"redirect_uri": "https://evil.example/"}, "MD5101"),
        ({}, {"redirect_uri": "javascript:alert(1)"}, "MD5101"),
        ({}, {"redirect_uri": f"{CALLBACK}#top"}, "MD5110"),
        ({}, {"redirect_uri": ""}, "MD9100"),
        ({"consent_error": "MD9010"}, {}, "MD9010"),
        ({"consent_error": "SPSA0404"}, {}, "SPSA0404"),
    ],
)
def test_a_wrong_link_is_refused_with_amazons_code(amazon, switches, query, code):
    amazon.set(**switches)
    assert_refused(http.get(amazon.consent_url(**query)), code)
    assert_refused(confirm(amazon, url=amazon.consent_url(**query)), code)


def test_a_draft_app_works_with_version_beta(amazon):
    amazon.set(draft=True)
    assert http.get(amazon.consent_url(version="beta")).status_code == 200


def test_a_registered_redirect_uri_works(amazon):
    amazon.set(redirect_uris=(CALLBACK,))
    assert confirm(amazon).status_code == 303


@pytest.mark.parametrize(
    "query", [{"application_id": ""}, {"state": ""}, {"marketplace_id": "AXXX"}]
)
def test_a_link_that_lacks_something_is_refused_without_a_code(amazon, query):
    answer = http.get(amazon.consent_url(**query))
    assert answer.status_code == 400
    assert "This authorization is not possible" in answer.text


def test_another_application_is_refused_once_one_is_set(amazon):
    amazon.set(application_id="amzn1.sp.solution.ours")
    assert http.get(amazon.consent_url()).status_code == 400
    known = amazon.consent_url(application_id="amzn1.sp.solution.ours")
    assert http.get(known).status_code == 200


def test_one_seller_too_many_reaches_the_consent_limit(amazon):
    amazon.set(consent_limit=1)
    amazon.consent(amazon.consent_url(), "A1SELLER")
    assert_refused(sign_in(amazon, "A2SELLER"), "CONSENT_LIMIT_REACHED")
    assert_refused(confirm(amazon, "A2SELLER"), "CONSENT_LIMIT_REACHED")
    # A renewal is no new seller.
    assert confirm(amazon, "A1SELLER").status_code == 303


def test_cancel_stays_on_a_page_of_its_own(amazon):
    answer = http.post(amazon.consent_url(), data={"step": "cancel"})
    assert answer.status_code == 200
    assert "You cancelled" in answer.text


def test_cancel_redirects_if_switched_so(amazon):
    amazon.set(cancel_redirects=True)
    answer = http.post(amazon.consent_url(state="st"), data={"step": "cancel"})
    assert answer.status_code == 303
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert query == {"state": "st", "error": "access_denied"}


def test_a_different_seller_can_be_forced(amazon):
    amazon.set(consent_as="AOTHER")
    assert amazon.consent(amazon.consent_url(), "A1SELLER")[1]["selling_partner_id"] == "AOTHER"


def test_mws_auth_token_is_sent_if_switched_so(amazon):
    amazon.set(mws_auth_token="amzn.mws.demo")
    query = amazon.consent(amazon.consent_url(), "A1SELLER")[1]
    assert query["mws_auth_token"] == "amzn.mws.demo"


@pytest.mark.parametrize("seller", ["", "a.b", "<b>", "x" * 41])
def test_a_selling_partner_id_is_letters_and_digits(amazon, seller):
    form = {"step": "sign_in", "selling_partner_id": seller}
    answer = http.post(amazon.consent_url(), data=form)
    assert answer.status_code == 400
    assert "Enter a selling partner id" in answer.text
    assert "<b>" not in answer.text
