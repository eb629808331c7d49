"""The figures of rules.sync_effect, summed over all accounts, for each day of a horizon.

A million accounts times ninety days are not computed one by one. Each account is looked at once
and counted into bins of time (and of rate); the days are then read off the bins. No account is
looked at that does not lapse before the horizon ends. Accounts are taken in blocks, so that beside
the columns given only a few megabytes are needed.
"""

from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rules.account_health import LATE_WINDOWS, days_to_late_mark
from rules.assumptions import Assumptions, Profile, ProfileColumns, filled, per_offer
from rules.cancellation_day import cancellation_day
from rules.day_numbers import Floats, day_number, day_numbers
from rules.offer_totals import ExcessTotals, StaleTotals
from rules.ramps import Ramps
from rules.shipping_totals import ShippingTotals

LONGEST_HORIZON = 365
"""Days. Beyond, accounts renewed today would have lapsed a second time."""

# Small enough that the columns of a block stay in the processor cache.
_BLOCK = 65_536


def daily_totals(
    profile: ProfileColumns,
    blocked_from: ArrayLike,
    as_of: datetime,
    days: int,
    assumptions: Assumptions,
    weights: ArrayLike | None = None,
) -> pd.DataFrame:
    """Totals if nobody renews, at `as_of` and after each 24 hours up to `days` later.

    profile, blocked_from: a row per account, as for rules.sync_effect.lapse_effect. An account
        whose blocked_from is missing (NaT) is never blocked.
    weights: how much each account counts, 1 when None; 0 leaves it out.

    Returns a row per day, 0 to `days`, with the columns accounts_blocked, orders_waiting,
    money_waiting, offers_stale_price, offers_stale_stock, orders_late, orders_auto_cancelled,
    orders_oversold, accounts_past_late_mark, accounts_past_cancellation_mark,
    accounts_past_a_mark, blocked_account_days. Never NaN.

    Raises ValueError when `days` is not within 0 to LONGEST_HORIZON or as_of has no time zone.
    """
    if not 0 <= days <= LONGEST_HORIZON:
        raise ValueError(f"days must be 0 to {LONGEST_HORIZON}, not {days}")
    totals = _Totals(day_number(as_of), days, assumptions)
    starts = day_numbers(blocked_from)
    counts = None if weights is None else np.asarray(weights, dtype=np.float64)
    for first in range(0, len(starts), _BLOCK):
        block = slice(first, first + _BLOCK)
        totals.add(profile, starts, counts, block)
    return totals.table()


class _Totals:
    """The bins of all figures."""

    def __init__(self, as_of: float, days: int, assumptions: Assumptions) -> None:
        self._as_of = as_of
        self._days = days
        self._assumptions = assumptions
        self._accounts, self._orders, self._money = (Ramps(days + 1) for _ in range(3))
        self._stale_price, self._stale_stock = StaleTotals(days), StaleTotals(days)
        self._shipping = ShippingTotals(as_of, days, assumptions.auto_cancel_business_days)
        stock = assumptions.stock_per_offer
        self._everywhere, self._elsewhere = ExcessTotals(days, stock), ExcessTotals(days, stock)
        self._late, self._cancellation, self._mark = (np.zeros(days + 1) for _ in range(3))

    def add(
        self, profile: ProfileColumns, starts: Floats, weights: Floats | None, block: slice
    ) -> None:
        """Count the accounts of one block that lapse by the end of the horizon."""
        horizon_ends = self._as_of + self._days
        lapsing = np.flatnonzero(starts[block] <= horizon_ends) + block.start
        if not len(lapsing):
            return
        start = starts[lapsing] - self._as_of
        weight = np.ones(len(start)) if weights is None else weights[lapsing]
        seller = filled(profile, self._assumptions, lapsing)
        first_day = self._first_day_from(start)
        blocked_by_then = first_day - start

        orders = seller.orders_per_day * weight
        offers = seller.offers * weight
        self._accounts.add(first_day, start, weight)
        self._orders.add(first_day, start, orders)
        self._money.add(first_day, start, orders * seller.average_order_value)
        for stale, changes in (
            (self._stale_price, seller.price_changes_per_day),
            (self._stale_stock, seller.stock_changes_per_day),
        ):
            stale.add(first_day, blocked_by_then, offers, per_offer(changes, seller.offers))

        shipped = orders * seller.seller_fulfilled_share
        self._shipping.add(start + seller.handling_days, shipped * self._assumptions.unworked_share)
        seller_fulfilled_offers = offers * seller.seller_fulfilled_share
        demand = seller.demand_per_offer
        self._everywhere.add(start, seller_fulfilled_offers, demand)
        self._elsewhere.add(start, seller_fulfilled_offers, demand * seller.other_channel_share)
        self._add_marks(seller, start, weight)

    def _add_marks(self, seller: Profile, start: Floats, weight: Floats) -> None:
        share = self._assumptions.unworked_share
        late = np.minimum.reduce(
            [days_to_late_mark(seller.handling_days, share, window) for window in LATE_WINDOWS]
        )
        late = np.where(seller.seller_fulfilled_orders > 0, start + late, np.inf)
        late_day = self._first_day_from(late)
        cancelled = cancellation_day(seller, start, self._as_of, self._days, self._assumptions)
        for marks, day in (
            (self._late, late_day),
            (self._cancellation, cancelled),
            (self._mark, np.minimum(late_day, cancelled)),
        ):
            marks += np.bincount(day, weight, self._days + 2)[: self._days + 1]

    def _first_day_from(self, moments: Floats) -> NDArray[np.int32]:
        """The first day of the horizon not before each moment; one past the last for never."""
        return np.ceil(np.clip(moments, 0, self._days + 1)).astype(np.int32)

    def table(self) -> pd.DataFrame:
        edges = np.arange(self._days + 1)
        moments = edges.astype(np.float64)
        oversold = self._everywhere.excess() - self._elsewhere.excess()
        return pd.DataFrame(
            {
                "accounts_blocked": self._accounts.weights_until(edges),
                "orders_waiting": self._orders.sums_at(edges, moments),
                "money_waiting": self._money.sums_at(edges, moments),
                "offers_stale_price": self._stale_price.stale(),
                "offers_stale_stock": self._stale_stock.stale(),
                "orders_late": self._shipping.late(),
                "orders_auto_cancelled": self._shipping.auto_cancelled(),
                "orders_oversold": np.maximum(oversold, 0.0),
                "accounts_past_late_mark": np.cumsum(self._late),
                "accounts_past_cancellation_mark": np.cumsum(self._cancellation),
                "accounts_past_a_mark": np.cumsum(self._mark),
                "blocked_account_days": self._accounts.sums_at(edges, moments),
            },
            index=pd.RangeIndex(self._days + 1, name="day"),
        )
