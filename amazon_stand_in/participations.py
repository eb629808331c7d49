"""getMarketplaceParticipations: the cheapest call that proves an authorization works."""

from starlette.requests import Request

from amazon_stand_in.marketplaces import Marketplace, marketplaces_of
from amazon_stand_in.stand_in import StandIn
from amazon_stand_in.tokens import Authorization


async def get_marketplace_participations(
    stand_in: StandIn, authorization: Authorization, _request: Request
) -> dict:
    """Every marketplace of the authorization's scope, each with a store of this seller.

    Shape: models/sellers-api-model/sellers.json in
    https://github.com/amzn/selling-partner-api-models.
    """
    return {
        "payload": [
            _participation(stand_in, authorization, each)
            for each in marketplaces_of(authorization.scope)
        ]
    }


def _participation(
    stand_in: StandIn, authorization: Authorization, marketplace: Marketplace
) -> dict:
    return {
        "marketplace": {
            "id": marketplace.id,
            "name": marketplace.name,
            "countryCode": marketplace.country,
            "defaultCurrencyCode": marketplace.currency,
            "defaultLanguageCode": marketplace.language,
            "domainName": marketplace.domain_name,
        },
        "storeName": f"Demo store {authorization.selling_partner_id}",
        "participation": {
            "isParticipating": True,
            "hasSuspendedListings": stand_in.switches.suspended_listings,
        },
    }
