"""SP-API calls as the tests make them."""

from datetime import UTC, datetime

import httpx

from tests.amazon_stand_in.running import RunningStandIn, http

DE, US, JP = "A1PA6795UKMFR9", "ATVPDKIKX0DER", "A1VC38T7YXB528"
PARTICIPATIONS_PATH = "/sellers/v1/marketplaceParticipations"
ORDERS_PATH = "/orders/2026-01-01/orders"
PATCH = {
    "productType": "PRODUCT",
    "patches": [{"op": "replace", "path": "/attributes/purchasable_offer", "value": [{}]}],
}


def ago(amazon: RunningStandIn, days: float) -> str:
    """So many days before the stand-in's now, as a query takes it."""
    return datetime.fromtimestamp(amazon.now() - days * 86400, UTC).isoformat()


def get(amazon: RunningStandIn, path: str, token: str, **query) -> httpx.Response:
    """GET with an access token."""
    url = f"{amazon.base_url}{path}"
    return http.get(url, params=query, headers={"x-amz-access-token": token})


def patch(amazon: RunningStandIn, token: str, sku: str = "S-1", body: object = PATCH, **query):
    """patchListingsItem of A1SELLER, in Germany unless told."""
    query.setdefault("marketplaceIds", DE)
    url = f"{amazon.base_url}/listings/2021-08-01/items/A1SELLER/{sku}"
    return http.patch(url, params=query, json=body, headers={"x-amz-access-token": token})
