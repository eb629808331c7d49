import httpx
import pytest

from tests.amazon_stand_in.calls import ORDERS_PATH, PARTICIPATIONS_PATH, ago, get, patch
from tests.amazon_stand_in.models import (
    LISTINGS,
    ORDERS,
    SELLERS,
    check_against_model,
    needs_models,
    rate_and_burst,
)
from tests.amazon_stand_in.running import http


def test_participations_cover_the_scope_of_the_authorization(amazon):
    for scope, some in (("EU", {"DE", "GB", "FR"}), ("NA", {"US", "MX"}), ("JP", {"JP"})):
        token = amazon.access_token(scope=scope)
        payload = get(amazon, PARTICIPATIONS_PATH, token).json()["payload"]
        countries = {each["marketplace"]["countryCode"] for each in payload}
        assert some <= countries
    assert countries == {"JP"}


@needs_models
def test_every_answer_is_one_that_amazons_models_allow(amazon):
    token = amazon.access_token()
    answers = [
        (SELLERS, get(amazon, PARTICIPATIONS_PATH, token)),
        (SELLERS, get(amazon, PARTICIPATIONS_PATH, "none")),
        (ORDERS, get(amazon, ORDERS_PATH, token, createdAfter=ago(amazon, 30))),
        (ORDERS, get(amazon, ORDERS_PATH, token, lastUpdatedAfter=ago(amazon, 1))),
        (ORDERS, get(amazon, ORDERS_PATH, token)),
        (ORDERS, get(amazon, ORDERS_PATH, "none")),
        (LISTINGS, patch(amazon, token)),
        (LISTINGS, patch(amazon, token, mode="VALIDATION_PREVIEW", includedData="identifiers")),
        (LISTINGS, patch(amazon, token, sku="VALIDATION_INVALID")),
        (LISTINGS, patch(amazon, token, sku="BadSKU")),
        (LISTINGS, patch(amazon, "none")),
    ]
    for status in (400, 403, 429, 500, 503):
        amazon.set(fail_next=3, fail_status=status)
        answers += [
            (SELLERS, get(amazon, PARTICIPATIONS_PATH, token)),
            (ORDERS, get(amazon, ORDERS_PATH, token)),
            (LISTINGS, patch(amazon, token)),
        ]
    for operation, answer in answers:
        check_against_model(operation, answer.status_code, answer.json())
    assert {answer.status_code for _, answer in answers} == {200, 400, 403, 429, 500, 503}


@needs_models
def test_the_usage_plans_are_those_of_the_models():
    from amazon_stand_in.rate_limits import USAGE_PLANS

    assert USAGE_PLANS["getMarketplaceParticipations"] == rate_and_burst(SELLERS)
    assert USAGE_PLANS["patchListingsItem"] == rate_and_burst(LISTINGS)
    assert USAGE_PLANS["searchOrders"] == rate_and_burst(ORDERS)


def assert_forbidden(answer: httpx.Response, details: str) -> None:
    assert answer.status_code == 403
    assert "x-amzn-RateLimit-Limit" not in answer.headers
    assert answer.json() == {
        "errors": [
            {
                "code": "Unauthorized",
                "message": "Access to requested resource is denied.",
                "details": details,
            }
        ]
    }


INVALID = "The access token you provided is revoked, malformed or invalid."
EXPIRED = "The access token you provided has expired."


def test_no_token_or_an_unknown_one_is_forbidden(amazon):
    assert_forbidden(http.get(f"{amazon.base_url}{PARTICIPATIONS_PATH}"), INVALID)
    assert_forbidden(get(amazon, PARTICIPATIONS_PATH, "Atza|demo.nobody"), INVALID)


def test_an_access_token_lives_an_hour(amazon):
    token = amazon.access_token()
    amazon.advance(3599)
    assert get(amazon, PARTICIPATIONS_PATH, token).status_code == 200
    amazon.advance(1)
    assert_forbidden(get(amazon, PARTICIPATIONS_PATH, token), EXPIRED)


@pytest.mark.parametrize("lives", [False, True])
def test_an_access_token_outlives_its_authorization_only_if_switched_so(amazon, lives):
    amazon.set(lapsed_access_tokens_live=lives)
    refresh_token = amazon.refresh_token("A1SELLER", granted_days_ago=364.99)
    answer = amazon.token(grant_type="refresh_token", refresh_token=refresh_token)
    amazon.advance(days=0.02)
    answer = get(amazon, PARTICIPATIONS_PATH, answer.json()["access_token"])
    if lives:
        assert answer.status_code == 200
    else:
        assert_forbidden(answer, EXPIRED)


def test_an_access_token_of_a_revoked_authorization_is_forbidden(amazon):
    token = amazon.access_token("A1SELLER", "EU")
    amazon.authorizations.revoke("A1SELLER", "EU")
    assert_forbidden(get(amazon, PARTICIPATIONS_PATH, token), INVALID)


def test_an_expired_secret_fails_every_seller_and_is_named(amazon):
    token = amazon.access_token("A1SELLER", "EU")
    amazon.set(secret_expired=True)
    assert_forbidden(
        get(amazon, PARTICIPATIONS_PATH, token),
        "The LWA client secret of your application has expired.",
    )
    amazon.set(secret_expired=False)
    assert get(amazon, PARTICIPATIONS_PATH, token).status_code == 200


def test_operations_for_sellers_are_forbidden_to_a_vendor(amazon):
    url = amazon.consent_url().replace("/apps/", "/vendorcentral.amazon.de/apps/")
    code = amazon.consent(url, "A1SELLER")[1]["spapi_oauth_code"]
    kept = amazon.token(grant_type="authorization_code", code=code).json()["refresh_token"]
    refreshed = amazon.token(grant_type="refresh_token", refresh_token=kept)
    token = refreshed.json()["access_token"]
    assert_forbidden(get(amazon, PARTICIPATIONS_PATH, token), "")
    assert_forbidden(get(amazon, ORDERS_PATH, token, createdAfter=ago(amazon, 1)), "")
    assert patch(amazon, token).status_code == 200


def test_a_grantless_token_opens_no_seller(amazon):
    answer = amazon.token(grant_type="client_credentials", scope="sellingpartnerapi::notifications")
    forbidden = get(amazon, PARTICIPATIONS_PATH, answer.json()["access_token"])
    assert_forbidden(forbidden, "")
    assert forbidden.headers["x-amzn-ErrorType"] == "AccessDeniedException"


@pytest.mark.parametrize(
    ("scope", "region", "status"),
    [("EU", "eu", 200), ("EU", "na", 403), ("JP", "fe", 200), ("NA", "fe", 403)],
)
def test_an_endpoint_serves_its_region_only(amazon, scope, region, status):
    path = f"/sellingpartnerapi-{region}.amazon.com{PARTICIPATIONS_PATH}"
    assert get(amazon, path, amazon.access_token(scope=scope)).status_code == status


@pytest.mark.parametrize(
    ("burst", "refill_seconds", "rate", "call"),
    [
        (15, 63, "0.016", lambda a, t: get(a, PARTICIPATIONS_PATH, t)),
        (20, 180, "0.0056", lambda a, t: get(a, ORDERS_PATH, t, createdAfter=ago(a, 1))),
        (5, 0.25, "5.0", lambda a, t: patch(a, t)),
    ],
)
def test_a_bucket_empties_and_fills_at_amazons_rates(amazon, burst, refill_seconds, rate, call):
    token = amazon.access_token()
    for _ in range(burst):
        answer = call(amazon, token)
        assert answer.status_code == 200
        assert answer.headers["x-amzn-RateLimit-Limit"] == rate
    throttled = call(amazon, token)
    assert throttled.status_code == 429
    assert throttled.json()["errors"][0]["code"] == "QuotaExceeded"
    assert "x-amzn-RateLimit-Limit" not in throttled.headers
    amazon.advance(refill_seconds)
    assert call(amazon, amazon.access_token()).status_code == 200
    assert call(amazon, token).status_code == 429


def test_each_seller_has_buckets_of_its_own_and_limits_can_be_off(amazon):
    token, other = amazon.access_token("A1SELLER"), amazon.access_token("A2SELLER")
    for _ in range(15):
        get(amazon, PARTICIPATIONS_PATH, token)
    assert get(amazon, PARTICIPATIONS_PATH, token).status_code == 429
    assert get(amazon, PARTICIPATIONS_PATH, other).status_code == 200
    amazon.set(rate_limits=False)
    assert get(amazon, PARTICIPATIONS_PATH, token).status_code == 200
