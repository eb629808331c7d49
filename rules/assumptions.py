"""What is assumed where nothing was measured, and the profile that results.

A seller's profile comes from the token database or a source. Whatever is missing there is filled
from `Assumptions`, and remembered as assumed, so that a screen can say which number is which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import inf, isfinite

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rules.day_numbers import Floats

ProfileColumns = pd.DataFrame | Mapping[str, ArrayLike]

# The largest value that is believed, per column. Beyond it a number is cut, not refused: a seller
# with 1e30 orders a day is a slip in a source, and must not turn every total into infinity.
_LARGEST = {
    "orders_per_day": 1e9,
    "seller_fulfilled_share": 1.0,
    "price_changes_per_day": 1e9,
    "stock_changes_per_day": 1e9,
    "offers": 1e9,
    "average_order_value": 1e9,
    "handling_days": 365.0,
    # Sales elsewhere are orders × share / (1 − share); at 1 that has no value.
    "other_channel_share": 0.99,
}
PROFILE_COLUMNS = tuple(_LARGEST)
"""Names of the profile's columns, in the database as here."""

RANGES = {name: (0.0, largest) for name, largest in _LARGEST.items()} | {
    "handled_by_hand_share": (0.0, 1.0),
    "stock_per_offer": (0.0, 200.0),
    # Each day of the time between is counted for itself.
    "auto_cancel_business_days": (0.0, 365.0),
    "backfill_days": (0.0, inf),
    "usual_renewal_rate": (0.0, 1.0),
    "orders_per_page": (1.0, 100.0),
    "feed_above_offers": (0.0, inf),
    # A week.
    "feed_processing_minutes": (0.0, 10_080.0),
    "application_calls_per_second": (0.01, inf),
}
"""The least and the most that each assumption may be."""


class OutOfRange(ValueError):
    """An assumption that cannot be what was asked for.

    name       which one
    low, high  the least and the most it may be
    is_whole   whether it must be a whole number
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.low, self.high = RANGES[name]
        self.is_whole = isinstance(_DEFAULTS[name], int)
        kind = "a whole number" if self.is_whole else "a number"
        up_to = "or more" if self.high == inf else f"to {self.high:g}"
        super().__init__(f"{name} must be {kind}, {self.low:g} {up_to}")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The settings of the engine. The first eight stand in for a profile's missing columns.

    orders_per_day, price_changes_per_day, stock_changes_per_day: counts a day.
    seller_fulfilled_share, other_channel_share: shares, 0 to 1.
    offers: how many; average_order_value: money; handling_days: days from order to ship-by.
    handled_by_hand_share: share of the orders that a seller works off by hand in Seller Central
        while the authorization is lapsed (f in the formulas).
    stock_per_offer: units that Amazon was last told of, for each offer.
    auto_cancel_business_days: business days after ship-by until Amazon cancels; see
        rules.account_health.AUTO_CANCEL_BUSINESS_DAYS.
    backfill_days: how far back the vendor's import can reach. Amazon serves two years of orders
        (the `createdAfter` parameter in its Orders model), so more than that changes nothing.
    usual_renewal_rate: share of authorizations that sellers renew in time by themselves.
    orders_per_page: orders in one answer of searchOrders (at most 100).
    feed_above_offers: from more offers than this on one feed is sent instead of single patches.
    feed_processing_minutes: Amazon's own time for one feed. Amazon publishes none
        (https://developer-docs.amazon.com/sp-api/docs/feeds-api-faq).
    application_calls_per_second: cap over all sellers together, per operation; None for no cap.

    OutOfRange when a value is outside its range.
    """

    orders_per_day: float = 10.0
    seller_fulfilled_share: float = 0.7
    price_changes_per_day: float = 40.0
    stock_changes_per_day: float = 30.0
    offers: float = 500.0
    average_order_value: float = 35.0
    handling_days: float = 1.0
    other_channel_share: float = 0.4
    handled_by_hand_share: float = 0.0
    stock_per_offer: int = 5
    auto_cancel_business_days: float = 7.0
    backfill_days: float = 730.0
    usual_renewal_rate: float = 0.8
    orders_per_page: int = 100
    feed_above_offers: float = 5_000.0
    feed_processing_minutes: float = 20.0
    application_calls_per_second: float | None = None

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            may_be_none = _DEFAULTS[name] is None
            if not (value is None and may_be_none) and not low <= value <= high:
                raise OutOfRange(name)

    @property
    def unworked_share(self) -> float:
        """Share of the seller-fulfilled orders that nobody handles during a lapse (1 − f)."""
        return 1.0 - self.handled_by_hand_share


_DEFAULTS = {field.name: field.default for field in fields(Assumptions)}


@dataclass(frozen=True, slots=True)
class Profile:
    """One seller per row, nothing missing: the columns that every formula takes."""

    orders_per_day: Floats
    seller_fulfilled_share: Floats
    price_changes_per_day: Floats
    stock_changes_per_day: Floats
    offers: Floats
    average_order_value: Floats
    handling_days: Floats
    other_channel_share: Floats

    def rows(self, chosen: NDArray) -> "Profile":
        """The profile of some sellers only (mask or index)."""
        return Profile(*(getattr(self, name)[chosen] for name in PROFILE_COLUMNS))

    @property
    def seller_fulfilled_orders(self) -> Floats:
        """Orders a day that the seller ships (FBM). Amazon ships the others without us."""
        return self.orders_per_day * self.seller_fulfilled_share

    @property
    def orders_per_offer(self) -> Floats:
        """Orders a day on Amazon for each offer; 0 where there are no offers."""
        return per_offer(self.orders_per_day, self.offers)

    @property
    def demand_per_offer(self) -> Floats:
        """Units a day for each offer, Amazon and the other channels together."""
        return self.orders_per_offer / (1.0 - self.other_channel_share)


def per_offer(amount: Floats, offers: Floats) -> Floats:
    """`amount` for each offer; 0 where there are no offers."""
    return np.divide(amount, offers, out=np.zeros_like(amount), where=offers > 0)


def filled(
    columns: ProfileColumns, assumptions: Assumptions, rows: NDArray | slice | None = None
) -> Profile:
    """The profile without gaps, one float column per name in PROFILE_COLUMNS.

    A column that is absent, and every value that is missing or negative, takes the assumption; a
    value beyond belief is cut. `rows` (mask, index or slice) picks rows before anything is copied.
    """
    size = len(_any_column(columns)[rows]) if rows is not None else len(_any_column(columns))
    return Profile(
        **{name: _filled_column(columns, name, assumptions, rows, size) for name in _LARGEST}
    )


def assumed(columns: ProfileColumns) -> pd.DataFrame:
    """True where `filled` would use an assumption: a boolean column per name, a row per seller."""
    size = len(_any_column(columns))
    return pd.DataFrame(
        {
            name: _unusable(_values(columns, name)) if name in columns else np.ones(size, bool)
            for name in _LARGEST
        }
    )


def assumption_names() -> tuple[str, ...]:
    """All settings in the order of the dataclass, for a form that lets them be edited."""
    return tuple(field.name for field in fields(Assumptions))


def assumptions_of(values: Mapping[str, float | None]) -> Assumptions:
    """Assumptions with some values of one's own, numbers as a form or a JSON text gives them.

    OutOfRange for a value that cannot be, ValueError for a name that is no assumption.
    """
    unknown = sorted(set(values) - set(_DEFAULTS))
    if unknown:
        raise ValueError(f"{unknown[0]} is no assumption; there are {', '.join(_DEFAULTS)}")
    given = dict(values)
    for name, value in values.items():
        default = _DEFAULTS[name]
        if value is None and default is None:
            continue
        if value is None or not isfinite(value):
            raise OutOfRange(name)
        if isinstance(default, int):
            given[name] = int(value)
            if given[name] != value:
                raise OutOfRange(name)
    return Assumptions(**given)


def _filled_column(
    columns: ProfileColumns,
    name: str,
    assumptions: Assumptions,
    rows: NDArray | slice | None,
    size: int,
) -> Floats:
    if name not in columns:
        return np.full(size, getattr(assumptions, name))
    values = _values(columns, name)
    values = values if rows is None else values[rows]
    unusable = _unusable(values)
    values = np.minimum(values, _LARGEST[name])
    values[unusable] = getattr(assumptions, name)
    return values


def _unusable(values: Floats) -> NDArray[np.bool_]:
    # Written as "not at least zero", so that NaN, which compares false, is caught as well.
    return ~(values >= 0)


def _values(columns: ProfileColumns, name: str) -> Floats:
    column = columns[name]
    if isinstance(column, pd.Series):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(column, dtype=np.float64)


def _any_column(columns: ProfileColumns) -> NDArray:
    # A frame without any of our columns still has rows.
    if isinstance(columns, pd.DataFrame):
        return columns.index.to_numpy()
    return np.asarray(next(iter(columns.values())))
