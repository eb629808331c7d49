"""A row of an account with its seller, as the list, the exports and the messages read it."""

from sqlalchemy import Row

from data_access.schema import authorization, seller
from rules.authorization import Authorization

_a = authorization.c
_s = seller.c

COLUMNS = (
    _a.id,
    _a.seller_id,
    _a.seller_name,
    _a.application_id,
    _a.selling_partner_id,
    _a.region,
    _a.country,
    _a.partner_kind,
    _a.plan,
    _a.marketplaces,
    _a.home_marketplace,
    _a.granted_at,
    _a.expires_at,
    _a.expiry_source,
    _a.confirmed_at,
    _a.refused_at,
    _a.refusal,
    _a.last_sync_at,
    _a.paused,
    _a.paused_reason,
    _a.owner,
    _a.language,
    _a.daily_value,
    _s.customer_number,
    _s.contact,
    _s.email,
    _s.phone,
    _s.shop,
    _s.shop_url,
    _s.time_zone,
)
"""What the list, the export and a notebook get; refresh tokens are in another table."""


def facts(row: Row) -> Authorization:
    """What the status is computed from, out of a row that has COLUMNS."""
    return Authorization(
        row.granted_at, row.expires_at, row.confirmed_at, row.refused_at, row.paused
    )
