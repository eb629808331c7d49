"""searchOrders: invented orders that are the same whenever one asks again.

Shape and rules: models/orders-api-model/orders_2026-01-01.json in
https://github.com/amzn/selling-partner-api-models. Order number ``n`` of a seller is placed at a
time that follows from ``n``, so a page is computed and never stored.
"""

import hashlib
import math
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.requests import Request

from amazon_stand_in.marketplaces import Marketplace, marketplaces_of
from amazon_stand_in.sp_api_error import invalid_input, query_count, query_list, query_time
from amazon_stand_in.stand_in import StandIn
from amazon_stand_in.tokens import DAY, Authorization

# Orders up to two years old are served; "before" lies at least two minutes back; 100 orders a page;
# a pagination token lives 24 hours (all from the model).
OLDEST_SECONDS = 730 * DAY
LAG_SECONDS = 120
PAGE = 100
PAGINATION_SECONDS = DAY
_UPDATED_AFTER_SECONDS = 600
_SEARCHED_AT_MOST = 10_000


async def search_orders(stand_in: StandIn, authorization: Authorization, request: Request) -> dict:
    """A page of orders placed or updated in a period, oldest first.

    Raises SpApiError 400 unless exactly one of createdAfter and lastUpdatedAfter is given, its own
    "before" (if any) is not earlier and two minutes back, and the rest can be read.
    """
    now = stand_in.now()
    by, after, before = _period(request, now)
    size = query_count(request, "maxResultsPerPage", PAGE, PAGE)
    first = _first_number(request, now)
    wanted = _filters(request, authorization.scope)
    shift = _UPDATED_AFTER_SECONDS if by == "lastUpdated" else 0
    per_day = stand_in.switches.orders_per_day
    numbers = _numbers(after - shift, before - shift, per_day, first)
    orders: list[dict] = []
    answer: dict = {"orders": orders, f"{by}Before": _iso(before)}
    for number in numbers:
        # A filter that nothing passes must not make one page search for ever.
        if len(orders) == size or number - numbers.start > _SEARCHED_AT_MOST:
            answer["pagination"] = {"nextToken": f"{number}.{int(now)}"}
            break
        order = _order(authorization, number, number * DAY / per_day, now)
        if wanted(order):
            orders.append(order)
    return answer


def _period(request: Request, now: float) -> tuple[str, float, float]:
    created = query_time(request, "createdAfter")
    updated = query_time(request, "lastUpdatedAfter")
    if (created is None) == (updated is None):
        raise invalid_input("Give exactly one of createdAfter and lastUpdatedAfter.")
    by, other = ("created", "lastUpdated") if updated is None else ("lastUpdated", "created")
    if request.query_params.get(f"{other}Before"):
        raise invalid_input(f"{by}After does not go with {other}Before.")
    after = created if updated is None else updated
    before = query_time(request, f"{by}Before")
    if before is not None and (before < after or before > now - LAG_SECONDS):
        raise invalid_input(f"{by}Before must follow {by}After and be two minutes in the past.")
    return by, max(after, now - OLDEST_SECONDS), now - LAG_SECONDS if before is None else before


def _first_number(request: Request, now: float) -> int:
    token = request.query_params.get("paginationToken")
    if not token:
        return 0
    number, _, made = token.partition(".")
    if not (number.isascii() and number.isdigit() and made.isascii() and made.isdigit()):
        raise invalid_input("paginationToken is none of ours.")
    if now - int(made) > PAGINATION_SECONDS:
        raise invalid_input("paginationToken has expired.")
    return int(number)


def _filters(request: Request, scope: str) -> Callable[[dict], bool]:
    marketplace_ids = query_list(request, "marketplaceIds")
    if len(marketplace_ids) > 50:
        raise invalid_input("marketplaceIds takes 50 at most.")
    # A wrong-region call is answered with an empty list:
    # https://github.com/amzn/selling-partner-api-docs/issues/659
    allowed = {each.id for each in marketplaces_of(scope)} & set(marketplace_ids or [])
    statuses = query_list(request, "fulfillmentStatuses")
    by = query_list(request, "fulfilledBy")

    def wanted(order: dict) -> bool:
        fulfillment = order["fulfillment"]
        return (
            (not marketplace_ids or order["salesChannel"]["marketplaceId"] in allowed)
            and (not statuses or fulfillment["fulfillmentStatus"] in statuses)
            and (not by or fulfillment["fulfilledBy"] in by)
        )

    return wanted


def _numbers(after: float, before: float, per_day: float, first: int) -> range:
    """The numbers of the orders placed in a period, from ``first`` on."""
    if per_day <= 0 or before < after:
        return range(0)
    start = max(first, math.ceil(after * per_day / DAY))
    return range(start, math.floor(before * per_day / DAY) + 1)


def _order(authorization: Authorization, number: int, created: float, now: float) -> dict:
    digest = hashlib.sha256(f"{authorization.selling_partner_id}.{number}".encode()).digest()
    marketplaces = marketplaces_of(authorization.scope)
    marketplace = marketplaces[digest[0] % len(marketplaces)]
    updated = min(created + _UPDATED_AFTER_SECONDS, now)
    serial = int.from_bytes(digest[1:9], "big") % 10**14
    return {
        "orderId": f"{100 + digest[9]}-{serial // 10**7:07}-{serial % 10**7:07}",
        "createdTime": _iso(created),
        "lastUpdatedTime": _iso(updated),
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": marketplace.id,
            "marketplaceName": marketplace.name,
        },
        "fulfillment": {
            "fulfillmentStatus": "UNSHIPPED" if now - created < 2 * DAY else "SHIPPED",
            "fulfilledBy": "AMAZON" if digest[10] % 4 == 0 else "MERCHANT",
            "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": {
                "earliestDateTime": _iso(created),
                "latestDateTime": _iso(created + 2 * DAY),
            },
        },
        "orderItems": [_item(digest, serial, marketplace)],
    }


def _item(digest: bytes, serial: int, marketplace: Marketplace) -> dict:
    price = f"{5 + digest[11] % 90}.{digest[12] % 100:02}"
    return {
        "orderItemId": str(serial),
        "quantityOrdered": 1 + digest[13] % 3,
        "product": {
            "asin": "B0STANDIN0",
            "title": "Something invented by the stand-in",
            "sellerSku": f"DEMO-{digest[14] % 40:03}",
            "price": {"unitPrice": {"amount": price, "currencyCode": marketplace.currency}},
        },
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(max(0, int(seconds)), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
