"""Somebody else's SP-API client, who knows nothing of this stand-in, works against it."""

import types
from urllib.parse import urlsplit

import pytest
from sp_api.api import ListingsItems, OrdersV20260101, Sellers
from sp_api.auth import AccessTokenClient, access_token_client
from sp_api.auth.exceptions import AuthorizationError
from sp_api.base import SellingApiForbiddenException, SellingApiRequestThrottledException

from tests.amazon_stand_in.running import CLIENT

DE = "A1PA6795UKMFR9"


@pytest.fixture
def client_of(amazon, monkeypatch):
    """Makes a client of a class for a refresh token; it can reach nobody but the stand-in."""
    # Set, it would override the marketplace below and call the real Amazon.
    monkeypatch.delenv("SP_API_DEFAULT_MARKETPLACE", raising=False)
    access_token_client.cache.clear()
    address = urlsplit(amazon.base_url)

    class LocalLwa(AccessTokenClient):
        scheme = f"{address.scheme}://"
        host = address.netloc

    def make(api: type, refresh_token: str, secret: str = CLIENT["client_secret"]):
        marketplace = types.SimpleNamespace(
            endpoint=amazon.base_url, marketplace_id=DE, region="eu-west-1"
        )
        credentials = {
            "lwa_app_id": CLIENT["client_id"],
            "lwa_client_secret": secret,
        }
        return api(
            marketplace=marketplace,
            refresh_token=refresh_token,
            credentials=credentials,
            auth_token_client_class=LocalLwa,
        )

    yield make
    access_token_client.cache.clear()


def test_it_refreshes_and_reads_participations(amazon, client_of):
    sellers = client_of(Sellers, amazon.refresh_token("A1SELLER"))
    payload = sellers.get_marketplace_participation().payload
    assert DE in {each["marketplace"]["id"] for each in payload}
    assert amazon.count("/auth/o2/token", 200) == 1


def test_it_searches_orders(amazon, client_of):
    orders = client_of(OrdersV20260101, amazon.refresh_token("A1SELLER"))
    found = orders.search_orders(createdAfter="2027-01-01T00:00:00Z", marketplaceIds=[DE])
    assert found.payload["orders"]
    assert {each["salesChannel"]["marketplaceId"] for each in found.payload["orders"]} == {DE}


def test_it_previews_a_patch(amazon, client_of):
    listings = client_of(ListingsItems, amazon.refresh_token("A1SELLER"))
    answer = listings.patch_listings_item(
        "A1SELLER",
        "SKU 1/2",
        marketplaceIds=[DE],
        mode="VALIDATION_PREVIEW",
        body={
            "productType": "PRODUCT",
            "patches": [{"op": "replace", "path": "/attributes/list_price", "value": [{}]}],
        },
    )
    assert answer.payload["status"] == "VALID"
    assert not amazon.written


def test_it_exchanges_a_code(amazon, client_of):
    _, query = amazon.consent(amazon.consent_url(), "A1SELLER")
    lwa = client_of(Sellers, "Atzr|none")._auth
    tokens = lwa.authorize_auth_code(query["spapi_oauth_code"])
    assert tokens["refresh_token"].startswith("Atzr|demo.A1SELLER.EU.")


def test_it_names_an_expired_authorization(amazon, client_of):
    sellers = client_of(Sellers, amazon.refresh_token("A1SELLER", granted_days_ago=365))
    with pytest.raises(AuthorizationError) as refused:
        sellers.get_marketplace_participation()
    assert (refused.value.error_code, refused.value.status_code) == ("invalid_grant", 400)


def test_it_names_a_lapse_while_its_access_token_is_cached(amazon, client_of):
    sellers = client_of(Sellers, amazon.refresh_token("A1SELLER", granted_days_ago=364.99))
    sellers.get_marketplace_participation()
    amazon.advance(days=0.02)
    with pytest.raises(SellingApiForbiddenException) as refused:
        sellers.get_marketplace_participation()
    assert refused.value.error[0]["details"] == "The access token you provided has expired."


def test_it_names_a_wrong_secret(amazon, client_of):
    sellers = client_of(Sellers, amazon.refresh_token("A1SELLER"), secret="old")
    with pytest.raises(AuthorizationError) as refused:
        sellers.get_marketplace_participation()
    assert (refused.value.error_code, refused.value.status_code) == ("invalid_client", 401)


def test_it_names_throttling(amazon, client_of):
    sellers = client_of(Sellers, amazon.refresh_token("A1SELLER"))
    for _ in range(15):
        sellers.get_marketplace_participation()
    with pytest.raises(SellingApiRequestThrottledException):
        sellers.get_marketplace_participation()
