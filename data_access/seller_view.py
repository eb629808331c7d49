"""What the seller's pages may know of one account. Never a token, never another seller's data."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Select, select

from data_access.applications import our_applications
from data_access.database import reading
from data_access.erased import REASON as ERASED
from data_access.schema import authorization, seller
from rules.authorization import Authorization

_a = authorization.c
_s = seller.c


@dataclass(frozen=True, slots=True)
class SellerView:
    """An account as its own seller sees it; the fields are the columns of the tables."""

    id: int
    application_id: str
    name: str
    shop: str
    shop_url: str
    language: str
    time_zone: str
    selling_partner_id: str
    region: str
    country: str
    partner_kind: str
    marketplaces: tuple[str, ...]
    home_marketplace: str
    granted_at: datetime | None
    expires_at: datetime | None
    confirmed_at: datetime | None
    refused_at: datetime | None
    paused: bool

    @property
    def facts(self) -> Authorization:
        """What the status is computed from."""
        return Authorization(
            self.granted_at, self.expires_at, self.confirmed_at, self.refused_at, self.paused
        )


def seller_view(authorization_id: int, of: Engine | None = None) -> SellerView | None:
    """The account of a link; None where it is no more, or its seller was erased.

    Raises DatabaseAway.
    """
    with reading(of) as connection:
        row = connection.execute(_views().where(_a.id == authorization_id)).one_or_none()
    return _view(row) if row else None


def seller_views(selling_partner_id: str, of: Engine | None = None) -> list[SellerView]:
    """The unpaused accounts that one Amazon seller has with our application, one per region.

    Raises DatabaseAway.
    """
    with reading(of) as connection:
        rows = connection.execute(
            _views()
            .where(
                _a.selling_partner_id == selling_partner_id,
                _a.application_id.in_(our_applications()),
                ~_a.paused,
            )
            .order_by(_a.id)
            .limit(20)
        )
        return [_view(row) for row in rows]


def _views() -> Select:
    return (
        select(
            _a.id,
            _a.application_id,
            _s.name,
            _s.shop,
            _s.shop_url,
            _s.language,
            _s.time_zone,
            _a.selling_partner_id,
            _a.region,
            _a.country,
            _a.partner_kind,
            _a.marketplaces,
            _a.home_marketplace,
            _a.granted_at,
            _a.expires_at,
            _a.confirmed_at,
            _a.refused_at,
            _a.paused,
        )
        .join_from(authorization, seller)
        .where(_a.paused_reason != ERASED)
    )


def _view(row) -> SellerView:
    fields = row._asdict()
    fields["marketplaces"] = tuple(code for code in row.marketplaces.split(",") if code)
    return SellerView(**fields)
