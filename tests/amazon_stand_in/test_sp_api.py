from datetime import UTC, datetime

import httpx
import pytest

from tests.amazon_stand_in.models import (
    LISTINGS,
    ORDERS,
    SELLERS,
    check_against_model,
    needs_models,
    rate_and_burst,
)
from tests.amazon_stand_in.running import RunningStandIn

DE, US, JP = "A1PA6795UKMFR9", "ATVPDKIKX0DER", "A1VC38T7YXB528"
PARTICIPATIONS_PATH = "/sellers/v1/marketplaceParticipations"
ORDERS_PATH = "/orders/2026-01-01/orders"
PATCH = {
    "productType": "PRODUCT",
    "patches": [{"op": "replace", "path": "/attributes/purchasable_offer", "value": [{}]}],
}


def ago(amazon: RunningStandIn, days: float) -> str:
    return datetime.fromtimestamp(amazon.now() - days * 86400, UTC).isoformat()


def get(amazon: RunningStandIn, path: str, token: str, **query) -> httpx.Response:
    url = f"{amazon.base_url}{path}"
    return httpx.get(url, params=query, headers={"x-amz-access-token": token})


def patch(amazon: RunningStandIn, token: str, sku: str = "S-1", body: object = PATCH, **query):
    query.setdefault("marketplaceIds", DE)
    url = f"{amazon.base_url}/listings/2021-08-01/items/A1SELLER/{sku}"
    return httpx.patch(url, params=query, json=body, headers={"x-amz-access-token": token})


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
    assert_forbidden(httpx.get(f"{amazon.base_url}{PARTICIPATIONS_PATH}"), INVALID)
    assert_forbidden(get(amazon, PARTICIPATIONS_PATH, "Atza|demo.nobody"), INVALID)


def test_an_access_token_lives_an_hour(amazon):
    token = amazon.access_token()
    amazon.advance(3599)
    assert get(amazon, PARTICIPATIONS_PATH, token).status_code == 200
    amazon.advance(1)
    assert_forbidden(get(amazon, PARTICIPATIONS_PATH, token), EXPIRED)


@pytest.mark.parametrize("lives", [False, True])
def test_an_access_token_of_a_lapsed_authorization(amazon, lives):
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


def test_a_preview_changes_nothing(amazon):
    token = amazon.access_token()
    preview = patch(amazon, token, mode="VALIDATION_PREVIEW", includedData="identifiers,issues")
    assert preview.json()["status"] == "VALID"
    assert preview.json()["identifiers"][0]["marketplaceId"] == DE
    assert not amazon.written
    assert patch(amazon, token).json()["status"] == "ACCEPTED"
    assert list(amazon.written) == [("A1SELLER", "S-1")]


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({"marketplaceIds": ""}, PATCH),
        ({"marketplaceIds": "AXXX"}, PATCH),
        ({"mode": "REALLY"}, PATCH),
        ({"includedData": "identifiers"}, PATCH),
        ({}, []),
        ({}, {"productType": "PRODUCT", "patches": []}),
        ({}, {"productType": "PRODUCT", "patches": [{"op": "move", "path": "/attributes/a"}]}),
        ({}, {"productType": "PRODUCT", "patches": [{"op": "add", "path": "/attributes/a/b"}]}),
        ({}, {"productType": "PRODUCT", "patches": [{"op": "add", "path": "/a"}]}),
    ],
)
def test_a_patch_that_cannot_be_parsed_is_refused(amazon, query, body):
    answer = patch(amazon, amazon.access_token(), body=body, **query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "InvalidInput"


def test_a_patch_needs_the_own_seller_id_and_an_own_marketplace(amazon):
    assert patch(amazon, amazon.access_token("A2SELLER")).status_code == 403
    assert patch(amazon, amazon.access_token(), marketplaceIds=US).status_code == 403


def test_orders_are_the_same_when_asked_again_and_come_in_pages(amazon):
    token = amazon.access_token()
    query = {"createdAfter": ago(amazon, 10)}
    whole = get(amazon, ORDERS_PATH, token, maxResultsPerPage=100, **query).json()
    pages, next_token = [], None
    while next_token != "":
        more = {"paginationToken": next_token} if next_token else {}
        page = get(amazon, ORDERS_PATH, token, maxResultsPerPage=40, **query, **more).json()
        pages += page["orders"]
        next_token = page.get("pagination", {}).get("nextToken", "")
    assert pages[:100] == whole["orders"]
    assert len({each["orderId"] for each in pages}) == len(pages) == 120
    assert pages == sorted(pages, key=lambda each: each["createdTime"])


def test_orders_can_be_filtered(amazon):
    token = amazon.access_token()
    query = {"createdAfter": ago(amazon, 30), "marketplaceIds": f"{DE},A13V1IB3VIYZZH"}
    orders = get(amazon, ORDERS_PATH, token, fulfilledBy="MERCHANT", **query).json()["orders"]
    assert orders
    assert {each["salesChannel"]["marketplaceId"] for each in orders} == {DE, "A13V1IB3VIYZZH"}
    assert {each["fulfillment"]["fulfilledBy"] for each in orders} == {"MERCHANT"}
    elsewhere = get(amazon, ORDERS_PATH, token, createdAfter=ago(amazon, 1), marketplaceIds=JP)
    assert (elsewhere.status_code, elsewhere.json()["orders"]) == (200, [])


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"createdAfter": "2026-01-01T00:00:00Z", "lastUpdatedAfter": "2026-01-01T00:00:00Z"},
        {"createdAfter": "2026-01-01T00:00:00Z", "lastUpdatedBefore": "2026-01-02T00:00:00Z"},
        {"createdAfter": "2026-01-02T00:00:00Z", "createdBefore": "2026-01-01T00:00:00Z"},
        {"createdAfter": "2026-01-02T00:00:00Z", "createdBefore": "2027-01-15T08:00:00Z"},
        {"createdAfter": "yesterday"},
        {"createdAfter": "2026-01-01T00:00:00Z", "maxResultsPerPage": "101"},
        {"createdAfter": "2026-01-01T00:00:00Z", "paginationToken": "x"},
        {"createdAfter": "2026-01-01T00:00:00Z", "paginationToken": "1.1"},
    ],
)
def test_a_search_amazon_would_not_understand_is_refused(amazon, query):
    answer = get(amazon, ORDERS_PATH, amazon.access_token(), **query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "InvalidInput"


def test_unknown_query_keys_are_tolerated(amazon):
    query = {"createdAfter": ago(amazon, 1), "MarketplaceId": DE, "marketplace_ids": DE}
    assert get(amazon, ORDERS_PATH, amazon.access_token(), **query).status_code == 200
