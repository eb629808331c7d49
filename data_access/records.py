"""One account as it comes in, from the demo, a file or another database, and how it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import compress
from operator import attrgetter
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, func, select

from data_access import schema
from data_access.bulk import insert_values
from rules.assumptions import Assumptions
from rules.folding import all_folded, folded
from rules.harm import HarmModel, at_risk

_STANDARD = Assumptions()
_MODEL = HarmModel()


@dataclass(frozen=True, slots=True)
class SellerRecord:
    """A customer of the vendor; `customer_number` is the key within its source."""

    customer_number: str
    name: str
    contact: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    time_zone: str = ""
    shop: str = ""
    shop_url: str = ""


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """What the sync of one authorization carries per day; None where nobody measured it."""

    orders_per_day: float | None = None
    seller_fulfilled_share: float | None = None
    price_changes_per_day: float | None = None
    stock_changes_per_day: float | None = None
    offers: float | None = None
    average_order_value: float | None = None
    handling_days: float | None = None
    other_channel_share: float | None = None
    measured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """One authorization with its seller and profile; fields are the columns of the tables."""

    seller: SellerRecord
    application_id: str
    selling_partner_id: str
    region: str
    country: str
    marketplaces: tuple[str, ...]
    home_marketplace: str
    partner_kind: str = "seller"
    plan: str = ""
    granted_at: datetime | None = None
    expires_at: datetime | None = None
    expiry_source: str = "computed"
    claimed_expires_at: datetime | None = None
    confirmed_at: datetime | None = None
    first_failed_at: datetime | None = None
    refused_at: datetime | None = None
    refusal: str = ""
    last_sync_at: datetime | None = None
    paused: bool = False
    paused_reason: str = ""
    owner: str = ""
    profile: ProfileRecord = field(default_factory=ProfileRecord)

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it this authorization and no other."""
        return (self.application_id, self.selling_partner_id, self.region, self.country)


_OWN = tuple(
    f.name for f in fields(AccountRecord) if f.name not in ("seller", "profile", "marketplaces")
)
SELLER_COPIES = ("seller_name", "seller_sort", "language", "search_text")
"""The columns of the authorization table that are copies of its seller's, as seller_copies has
them."""
AUTHORIZATION_FIELDS = (*_OWN, "marketplaces", *SELLER_COPIES, "daily_value")
"""The columns of the authorization table that an account fills, as authorization_values has them:
with the copies that its indexes order and search by."""
SELLER_FIELDS = tuple(f.name for f in fields(SellerRecord))
PROFILE_FIELDS = tuple(f.name for f in fields(ProfileRecord))

SEARCHED = ("name", "contact", "email", "shop", "shop_url", "customer_number")
"""What of a seller is searched."""
OF_VALUE = ("orders_per_day", "average_order_value", "seller_fulfilled_share")
"""What of a profile the daily value is computed from."""

_own = attrgetter(*_OWN)
_of_search = attrgetter(*SEARCHED)
_of_value = attrgetter(*OF_VALUE)
seller_values = attrgetter(*SELLER_FIELDS)
"""What a seller has for each of SELLER_FIELDS."""
profile_values = attrgetter(*PROFILE_FIELDS)
"""What a profile has for each of PROFILE_FIELDS."""


def authorization_values(account: AccountRecord) -> tuple[Any, ...]:
    """What an account has for each of AUTHORIZATION_FIELDS."""
    return (
        *_own(account),
        ",".join(sorted(account.marketplaces)),
        *seller_copies(account.seller, account.selling_partner_id),
        daily_value(*_of_value(account.profile)),
    )


def seller_copies(seller: Any, selling_partner_id: str) -> tuple[str, str, str, str]:
    """What an authorization has for each of SELLER_COPIES.

    seller: a row, or a record, with the columns of the table
    """
    searched = search_text(*_of_search(seller), selling_partner_id)
    return seller.name, folded(seller.name), seller.language, searched


def daily_value(
    orders_per_day: float | None,
    average_order_value: float | None,
    seller_fulfilled_share: float | None,
) -> float:
    """Money at risk for each day of a lapse, 0 where the orders or their value are not known:
    rules.harm.loss_per_day under the engine's own assumptions, so that the order of the list
    stays the same whatever is assumed on a screen."""
    share = seller_fulfilled_share
    if share is None or not 0 <= share <= 1:
        share = _STANDARD.seller_fulfilled_share
    orders_value = (orders_per_day or 0.0) * (average_order_value or 0.0)
    return at_risk(orders_value, share, _STANDARD.unworked_share, _MODEL)


def search_text(*parts: str) -> str:
    """All that free text looks through, folded: SEARCHED of a seller and the selling partner id."""
    # A line break never comes from a search field, so no hit spans two parts.
    text = "\n".join(filter(None, parts))
    # Where a name has accents, all the rest has none as a rule, and is folded in no time.
    return folded(text) if text.isascii() else "\n".join(map(folded, text.split("\n")))


def daily_values(*of_value: Sequence[float | None]) -> list[float]:
    """`daily_value` of many accounts: a column for each of OF_VALUE."""
    orders, value, share = (np.array(column, dtype=float) for column in of_value)
    share = np.where((share >= 0) & (share <= 1), share, _STANDARD.seller_fulfilled_share)
    # What is not known is NaN; added to, a zero has no sign.
    orders_value = (np.nan_to_num(orders) + 0.0) * (np.nan_to_num(value) + 0.0)
    return at_risk(orders_value, share, _STANDARD.unworked_share, _MODEL).tolist()


def search_texts(parts: Sequence[Sequence[str]]) -> list[str]:
    """`search_text` of many accounts: a column for each part."""
    telling = [column for column in parts if any(column)] or parts[:1]
    columns = [all_folded(column) for column in telling]
    if all(map(all, telling)):
        return list(map("\n".join, zip(*columns, strict=True)))
    rows = zip(zip(*columns, strict=True), zip(*telling, strict=True), strict=True)
    return ["\n".join(compress(folds, texts)) for folds, texts in rows]


def insert_new(connection: Connection, accounts: Sequence[AccountRecord], source: str) -> list[int]:
    """Inserts accounts none of which exists yet, sellers shared among them once; returns the ids.

    The rollup is the caller's: `rollup.kept` for a few, `rollup.rebuild` after very many.
    """
    seller_ids = _insert_sellers(connection, accounts, source)
    rows = [
        (*authorization_values(account), seller_ids[account.seller.customer_number], source)
        for account in accounts
    ]
    c = schema.authorization.c
    last = _last_id(connection, c.id)
    names = (*AUTHORIZATION_FIELDS, "seller_id", "source")
    insert_values(connection, schema.authorization, names, rows)
    key = (c.application_id, c.selling_partner_id, c.region, c.country)
    # Read back and matched by key: asking for them while they are inserted goes row by row.
    inserted = connection.execute(select(c.id, *key).where(c.id > last))
    returned = {tuple(found): identity for identity, *found in inserted}
    ids = [returned[account.key] for account in accounts]
    profiles = [(*profile_values(a.profile), i) for a, i in zip(accounts, ids, strict=True)]
    names = (*PROFILE_FIELDS, "authorization_id")
    insert_values(connection, schema.sync_profile, names, profiles)
    return ids


def _insert_sellers(
    connection: Connection, accounts: Sequence[AccountRecord], source: str
) -> dict[str, int]:
    sellers = {a.seller.customer_number: a.seller for a in accounts}
    s = schema.seller.c
    known = dict(
        connection.execute(
            select(s.customer_number, s.id).where(
                s.source == source, s.customer_number.in_(list(sellers))
            )
        ).all()
    )
    fresh = [seller for number, seller in sellers.items() if number not in known]
    if fresh:
        last = _last_id(connection, s.id)
        rows = [(*seller_values(seller), source) for seller in fresh]
        insert_values(connection, schema.seller, (*SELLER_FIELDS, "source"), rows)
        inserted = select(s.customer_number, s.id).where(s.source == source, s.id > last)
        known |= dict(connection.execute(inserted).all())
    return known


def _last_id(connection: Connection, column: ColumnElement[int]) -> int:
    return connection.scalar(select(func.max(column))) or 0
