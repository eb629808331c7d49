"""patchListingsItem: prices and stock, in earnest or as a preview that changes nothing.

Shapes, and what the skus ``BadSKU`` and ``VALIDATION_INVALID`` are answered, come from
models/listings-items-api-model/listingsItems_2021-08-01.json in
https://github.com/amzn/selling-partner-api-models.
"""

import json
import uuid

from starlette.requests import Request

from amazon_stand_in.marketplaces import scope_of_marketplace
from amazon_stand_in.sp_api_error import SpApiError, invalid_input, query_list
from amazon_stand_in.stand_in import StandIn
from amazon_stand_in.tokens import Authorization

_OPERATIONS = ("add", "replace", "merge", "delete")
_INVALID_ATTRIBUTE = {
    "code": "90000900",
    "message": "The attributes are invalid.",
    "severity": "ERROR",
    "attributeNames": ["fake_attribute"],
    "categories": ["INVALID_ATTRIBUTE"],
    "enforcements": {
        "actions": [{"action": "ATTRIBUTE_SUPPRESSED"}],
        "exemption": {"status": "NOT_EXEMPT"},
    },
}


async def patch_listings_item(
    stand_in: StandIn, authorization: Authorization, request: Request
) -> dict:
    """ACCEPTED (or VALID in VALIDATION_PREVIEW), or INVALID with an issue.

    What is accepted in earnest is kept in ``written``, so that a test can tell it from a preview.
    Raises SpApiError 403 for somebody else's seller id or marketplace, 400 for what Amazon cannot
    parse.
    """
    seller_id, sku = request.path_params["seller_id"], request.path_params["sku"]
    if seller_id != authorization.selling_partner_id:
        raise SpApiError(403, "Unauthorized", "Access to requested resource is denied.")
    marketplace_ids = query_list(request, "marketplaceIds")
    _check_marketplaces(marketplace_ids, authorization.scope)
    preview = _is_preview(request)
    included = query_list(request, "includedData") or ["issues"]
    if "identifiers" in included and not preview:
        raise invalid_input("identifiers can only be requested in VALIDATION_PREVIEW.")
    _check_body(await request.body())
    if sku == "BadSKU":
        raise SpApiError(400, "BAD_REQUEST", "Invalid input", "Invalid input")

    invalid = sku == "VALIDATION_INVALID"
    status = "INVALID" if invalid else "VALID" if preview else "ACCEPTED"
    if status == "ACCEPTED":
        stand_in.written.append((seller_id, sku))
    answer = {
        "sku": sku,
        "status": status,
        "submissionId": str(uuid.uuid4()),
        "issues": [_INVALID_ATTRIBUTE] if invalid else [],
    }
    if "identifiers" in included:
        answer["identifiers"] = [] if invalid else [_identifier(each) for each in marketplace_ids]
    return answer


def _identifier(marketplace_id: str) -> dict:
    return {"marketplaceId": marketplace_id, "asin": "B0STANDIN0"}


def _is_preview(request: Request) -> bool:
    mode = request.query_params.get("mode")
    if mode not in (None, "", "VALIDATION_PREVIEW"):
        raise invalid_input("mode must be VALIDATION_PREVIEW or absent.")
    return mode == "VALIDATION_PREVIEW"


def _check_marketplaces(marketplace_ids: list[str], scope: str) -> None:
    if not marketplace_ids:
        raise invalid_input("marketplaceIds is required.")
    for each in marketplace_ids:
        if (found := scope_of_marketplace(each)) is None:
            raise invalid_input(f"There is no marketplace {each}.")
        if found != scope:
            raise SpApiError(403, "Unauthorized", "Access to requested resource is denied.")


def _check_body(body: bytes) -> None:
    """Refuse what is not a ListingsItemPatchRequest."""
    try:
        patch_request = json.loads(body)
    except ValueError:
        raise invalid_input("The body is not JSON.") from None
    if not isinstance(patch_request, dict) or not isinstance(patch_request.get("productType"), str):
        raise invalid_input("productType is required.")
    patches = patch_request.get("patches")
    if not isinstance(patches, list) or not patches:
        raise invalid_input("patches needs one patch or more.")
    for patch in patches:
        if not isinstance(patch, dict) or patch.get("op") not in _OPERATIONS:
            raise invalid_input(f"op must be one of {', '.join(_OPERATIONS)}.")
        # Only top-level attributes can be patched.
        path = patch.get("path")
        if not isinstance(path, str) or not path.startswith("/attributes/"):
            raise invalid_input("path must begin with /attributes/.")
        if path.count("/") != 2:
            raise invalid_input("path must name a top-level attribute.")
