from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.amazon_stand_in.running import http

LOGIN = "https://desk.example/amazon/login"
CALLBACK = "https://desk.example/amazon/callback"


@pytest.fixture
def desk(amazon):
    """The local Amazon, with an application that has its login and redirect URI registered."""
    amazon.set(login_uri=LOGIN, redirect_uris=(CALLBACK,))
    return amazon


def manage(amazon, step: str, scope: str = "EU", **form) -> httpx.Response:
    data = {"step": step, "scope": scope, "selling_partner_id": "A1SELLER", **form}
    url = f"{amazon.base_url}/sellercentral.amazon.de/apps/manage"
    return http.post(url, data=data)


def page(amazon) -> str:
    return http.get(f"{amazon.base_url}/apps/manage?selling_partner_id=A1SELLER").text


def opened(amazon, scope: str = "EU") -> dict[str, str]:
    """Re-Authorize and confirm; the query with which Amazon opens the login URI."""
    assert 'name="agree"' in manage(amazon, "authorize", scope).text
    answer = manage(amazon, "confirm", scope, agree="on", started=str(amazon.now()))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{LOGIN}?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def test_it_asks_who_is_there(amazon):
    assert "Sign in" in http.get(f"{amazon.base_url}/apps/manage").text
    signed_in = manage(amazon, "sign_in")
    assert signed_in.headers["location"].endswith(
        "/sellercentral.amazon.de/apps/manage?selling_partner_id=A1SELLER"
    )


def test_it_lists_authorizations_with_both_dates(amazon):
    # The clock of these tests stands on 15 January 2027.
    amazon.refresh_token("A1SELLER", "EU", granted_days_ago=14)
    amazon.refresh_token("A1SELLER", "NA", granted_days_ago=379)
    amazon.refresh_token("A2SELLER", "JP")
    text = page(amazon)
    for shown in ("1 January 2027", "1 January 2028", "1 January 2026", "Active", "Expired"):
        assert shown in text
    assert "Re-Authorize" in text
    assert "Enable authorization" in text


def test_amazon_opens_the_login_uri(desk):
    query = opened(desk)
    assert set(query) == {"amazon_callback_uri", "amazon_state", "selling_partner_id"}
    assert query["selling_partner_id"] == "A1SELLER"
    assert query["amazon_callback_uri"].startswith(f"{desk.base_url}/sellercentral.amazon.de/")


def test_the_callback_redirects_like_any_consent(desk):
    query = opened(desk, "JP")
    back = {"amazon_state": query["amazon_state"], "state": "ours", "redirect_uri": CALLBACK}
    answer = http.get(query["amazon_callback_uri"], params=back)
    assert answer.status_code == 303
    target = answer.headers["location"]
    assert target.startswith(f"{CALLBACK}?")
    got = dict(parse_qsl(urlsplit(target).query))
    assert (got["state"], got["selling_partner_id"]) == ("ours", "A1SELLER")
    tokens = desk.token(grant_type="authorization_code", code=got["spapi_oauth_code"]).json()
    assert tokens["refresh_token"].startswith("Atzr|demo.A1SELLER.JP.")


def test_amazon_state_works_once_and_for_ten_minutes(desk):
    query, late = opened(desk), opened(desk)
    back = {"amazon_state": query["amazon_state"], "state": "ours"}
    assert http.get(query["amazon_callback_uri"], params=back).status_code == 303
    assert http.get(query["amazon_callback_uri"], params=back).status_code == 400
    desk.advance(601)
    back = {"amazon_state": late["amazon_state"], "state": "ours"}
    assert http.get(query["amazon_callback_uri"], params=back).status_code == 400


@pytest.mark.parametrize(
    ("back", "code"),
    [
        ({"state": ""}, "no state"),
        ({"state": "x", "redirect_uri": "https://evil.example/"}, "MD5101"),
        ({"state": "x", "redirect_uri": f"{CALLBACK}#top"}, "MD5110"),
    ],
)
def test_the_callback_refuses_what_the_link_would_be_refused(desk, back, code):
    query = opened(desk)
    back = {"amazon_state": query["amazon_state"], **back}
    answer = http.get(query["amazon_callback_uri"], params=back)
    assert answer.status_code == 400
    assert code in answer.text


def test_a_draft_app_is_told_so_and_has_to_say_so(desk):
    desk.set(draft=True)
    query = opened(desk)
    assert query["version"] == "beta"
    back = {"amazon_state": query["amazon_state"], "state": "ours"}
    assert "MD1000" in http.get(query["amazon_callback_uri"], params=back).text
    back = {"amazon_state": opened(desk)["amazon_state"], "state": "ours", "version": "beta"}
    assert http.get(query["amazon_callback_uri"], params=back).status_code == 303


def test_without_a_login_uri_it_cannot_start(amazon):
    assert "MD9100" in manage(amazon, "authorize").text


def test_without_the_tick_nothing_starts(desk):
    answer = manage(desk, "confirm", started=str(desk.now()))
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert not desk.amazon_states


def test_cancel_goes_back_to_the_list(desk):
    assert manage(desk, "cancel").headers["location"].endswith("?selling_partner_id=A1SELLER")


def test_a_seller_can_revoke(desk):
    token = desk.refresh_token("A1SELLER", "EU", granted_days_ago=5)
    assert manage(desk, "revoke").status_code == 303
    assert "Revoked" in page(desk)
    assert desk.token(grant_type="refresh_token", refresh_token=token).status_code == 400
