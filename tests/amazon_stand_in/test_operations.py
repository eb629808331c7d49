import pytest

from tests.amazon_stand_in.calls import DE, JP, ORDERS_PATH, PATCH, US, ago, get, patch


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
