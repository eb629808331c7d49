"""SP-API: what all operations share, that is access, usage plans and the shape of errors."""

import uuid
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from amazon_stand_in.hosts import amazon_host_of
from amazon_stand_in.listings import patch_listings_item
from amazon_stand_in.marketplaces import scope_of_host
from amazon_stand_in.orders import search_orders
from amazon_stand_in.participations import get_marketplace_participations
from amazon_stand_in.rate_limits import USAGE_PLANS
from amazon_stand_in.sp_api_error import SpApiError
from amazon_stand_in.stand_in import StandIn, stand_in_of
from amazon_stand_in.tokens import Authorization

Operation = Callable[[StandIn, Authorization, Request], Awaitable[dict]]

# Observed details of a 403; both are used for a lapse, a stale access token and a revocation alike:
# https://hilfe.accountone.de/support/solutions/articles/79000124128-amazontoken-ist-abgelaufen,
# https://github.com/amzn/selling-partner-api-docs/issues/1187
EXPIRED = "The access token you provided has expired."
INVALID = "The access token you provided is revoked, malformed or invalid."
# That an expired client secret is a 403 whose details name it is Amazon's, the wording is ours:
# https://developer-docs.amazon.com/sp-api/docs/authorization-errors
CREDENTIALS_EXPIRED = "The LWA client secret of your application has expired."


def unauthorized(details: str) -> SpApiError:
    """A 403 of SP-API: https://github.com/amzn/selling-partner-api-docs/issues/2147."""
    return SpApiError(403, "Unauthorized", "Access to requested resource is denied.", details)


def authorization_of(request: Request) -> tuple[Authorization, str]:
    """Whose access token the request carries, and the client it was issued to.

    Raises SpApiError 403 if it is missing, unknown, stale or grantless, if the application's secret
    has expired, if its authorization has lapsed or was revoked, or if the host in the path serves
    another region.
    """
    stand_in = stand_in_of(request)
    token = stand_in.access_tokens.read(request.headers.get("x-amz-access-token", ""))
    if token is None:
        raise unauthorized(INVALID)
    if stand_in.switches.secret_expired:
        raise unauthorized(CREDENTIALS_EXPIRED)
    if stand_in.now() >= token.expires:
        raise unauthorized(EXPIRED)
    if token.authorization is None:
        raise unauthorized("")
    authorizations = stand_in.authorizations
    if authorizations.is_revoked(token.authorization):
        raise unauthorized(INVALID)
    lapsed = authorizations.is_expired(token.authorization)
    if lapsed and not stand_in.switches.lapsed_access_tokens_live:
        raise unauthorized(EXPIRED)
    if not _serves(amazon_host_of(request), token.authorization.scope):
        raise unauthorized("")
    return token.authorization, token.client_id


def _serves(host: str, scope: str) -> bool:
    """Whether this endpoint is the one for the scope; without a host segment any is."""
    if "sellingpartnerapi-fe" in host:
        return scope not in ("NA", "EU")
    return scope_of_host(host) in (None, scope)


# Of the Sellers and Orders APIs vendors have nothing: their calls get a 403.
# https://developer-docs.amazon.com/sp-api/docs/resolve-common-http-and-authorization-error-codes
SELLERS_ONLY = ("getMarketplaceParticipations", "searchOrders")


def operation(name: str, work: Operation) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint of one operation: who is it, is there room in the bucket, then the work.

    ``x-amzn-RateLimit-Limit`` comes with success only: the models name it for no 403 or 429.
    """

    async def endpoint(request: Request) -> Response:
        stand_in = stand_in_of(request)
        headers = {"x-amzn-RequestId": str(uuid.uuid4())}
        try:
            authorization, client_id = authorization_of(request)
            if authorization.vendor and name in SELLERS_ONLY:
                raise unauthorized("")
            pair = (authorization.selling_partner_id, authorization.scope, client_id)
            if stand_in.switches.rate_limits and not stand_in.rate_limiter.take(name, *pair):
                raise SpApiError(
                    429, "QuotaExceeded", "You exceeded your quota for the requested resource."
                )
            body = await work(stand_in, authorization, request)
        except SpApiError as error:
            if error.status == 403 and not error.details:
                headers["x-amzn-ErrorType"] = "AccessDeniedException"
            return JSONResponse(error.body(), error.status, headers)
        headers["x-amzn-RateLimit-Limit"] = str(float(USAGE_PLANS[name].rate))
        return JSONResponse(body, 200, headers)

    return endpoint


def _route(method: str, path: str, name: str, work: Operation) -> Route:
    return Route(path, operation(name, work), methods=[method], name=name)


# Paths from the models of https://github.com/amzn/selling-partner-api-models.
ROUTES = [
    _route(
        "GET",
        "/sellers/v1/marketplaceParticipations",
        "getMarketplaceParticipations",
        get_marketplace_participations,
    ),
    _route(
        "PATCH",
        "/listings/2021-08-01/items/{seller_id}/{sku:path}",
        "patchListingsItem",
        patch_listings_item,
    ),
    _route("GET", "/orders/2026-01-01/orders", "searchOrders", search_orders),
]
