"""Accounts and lapses for the tests of rules/, named for what they are."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from rules.assumptions import PROFILE_COLUMNS, Assumptions
from rules.sync_effect import lapse_effect

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)

# Twenty orders a day, all shipped by the seller within a day, nothing sold elsewhere.
PLAIN_SHOP = {
    "orders_per_day": 20.0,
    "seller_fulfilled_share": 1.0,
    "price_changes_per_day": 50.0,
    "stock_changes_per_day": 40.0,
    "offers": 100.0,
    "average_order_value": 30.0,
    "handling_days": 1.0,
    "other_channel_share": 0.0,
}
# So much on the shelf that nothing is ever oversold.
ENDLESS_STOCK = Assumptions(stock_per_offer=200)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def shop(**changes: float) -> pd.DataFrame:
    """A plain shop, but for what is named."""
    return pd.DataFrame([{**PLAIN_SHOP, **changes}])


def effect(
    blocked_days: float, assumptions: Assumptions = ENDLESS_STOCK, **changes: float
) -> pd.Series:
    """What a lapse of so many days, from a Monday on, does to a plain shop."""
    until = MONDAY + days(blocked_days)
    return lapse_effect(shop(**changes), [MONDAY], until, assumptions).iloc[0]


def many_shops(number: int, seed: int, share_missing: float = 0.1) -> pd.DataFrame:
    """Shops of all sizes, with some values not known."""
    chance = np.random.default_rng(seed)
    shops = pd.DataFrame(
        {
            "orders_per_day": chance.lognormal(2, 1, number),
            "seller_fulfilled_share": chance.choice([0, 0.3, 0.8, 1], number),
            "price_changes_per_day": chance.lognormal(3, 1, number),
            "stock_changes_per_day": chance.lognormal(3, 1, number),
            "offers": np.ceil(chance.lognormal(5, 1.5, number)),
            "average_order_value": chance.lognormal(3, 0.5, number),
            "handling_days": chance.choice([0, 0.5, 1, 2, 3], number),
            "other_channel_share": chance.uniform(0, 0.9, number),
        }
    )[list(PROFILE_COLUMNS)]
    shops[chance.uniform(size=shops.shape) < share_missing] = np.nan
    return shops


def many_authorizations(
    number: int, seed: int, from_days: float = -60, to_days: float = 60
) -> pd.DataFrame:
    """Authorizations that expire at any second around a Monday, some without a known expiry."""
    chance = np.random.default_rng(seed + 1)
    seconds = chance.integers(int(from_days * 86_400), int(to_days * 86_400), number)
    expiry = pd.Series(pd.Timestamp(MONDAY) + pd.to_timedelta(seconds, unit="s"))
    expiry[chance.uniform(size=number) < 0.05] = pd.NaT
    return pd.DataFrame({"expires_at": expiry, "stays_out": chance.uniform(size=number) < 0.05})
