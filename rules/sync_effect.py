"""What a lapse costs: everything that one blocked interval does to an account.

Columns in, columns out: one row per account, each with its own interval. Every figure is an
estimate, an expected value under steady sales. While blocked, prices and stock are not sent and
orders are not imported; orders that the seller ships become late and are at last cancelled by
Amazon; orders that Amazon ships (FBA) are only unseen.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rules.account_health import (
    LATE_WINDOWS,
    auto_cancelled_days,
    cancellation_mark_at,
    cancellation_rate,
    days_to_late_mark,
    late_rate,
)
from rules.assumptions import Assumptions, Profile, ProfileColumns, filled, per_offer
from rules.catch_up import AMAZON_SERVES_ORDERS_DAYS, catch_up
from rules.day_numbers import Floats, day_numbers, timestamps
from rules.oversell import expected_oversold

_TEN_DAYS, _THIRTY_DAYS = LATE_WINDOWS

CATCH_UP = (
    "catch_up_stock_minutes",
    "catch_up_orders_minutes",
    "catch_up_prices_minutes",
    "catch_up_minutes",
)
"""Columns of lapse_effect that depend on who is renewed together, where the assumptions have a cap
for the application."""


def lapse_effect(
    profile: ProfileColumns,
    blocked_from: ArrayLike,
    blocked_until: ArrayLike,
    assumptions: Assumptions,
) -> pd.DataFrame:
    """Every consequence of being blocked from `blocked_from` to `blocked_until`.

    profile: the columns of rules.assumptions.PROFILE_COLUMNS; what is missing is assumed.
    blocked_from: a column of UTC timestamps, usually the expiry; NaT for an account without a
        known expiry, which is never blocked.
    blocked_until: the renewal, or the moment one looks at it; a column or one aware datetime.
        Before `blocked_from` nothing has happened yet.

    Returns a row per account with the index of `profile`:
      blocked_days, orders_not_imported, orders_late, orders_auto_cancelled, orders_oversold,
      offers_stale_price, offers_stale_stock (distinct offers), money_unseen, late_rate_10,
      late_rate_30, cancellation_rate_7 (0 to 1, at `blocked_until`);
      late_mark_10_at, late_mark_30_at, cancellation_mark_at: when the mark is crossed if the lapse
      goes on, NaT for never; past_late_mark, past_cancellation_mark, past_a_mark: crossed by
      `blocked_until`;
      the columns of CATCH_UP: after a renewal at `blocked_until` of all accounts given;
      orders_recoverable, orders_beyond_reach: of the orders not imported, those that the vendor
      can still fetch and those that are too old; recoverable_until: renewed by then, no order is
      out of reach.
    Numbers are never NaN; only moments can be missing.
    """
    seller = filled(profile, assumptions)
    start = day_numbers(blocked_from)
    until = np.broadcast_to(day_numbers(blocked_until), start.shape)
    # A sum with no interval behind it would be NaN; an interval of no length gives clean zeros.
    start_or_until = np.where(np.isnan(start), until, np.minimum(start, until))
    days = until - start_or_until

    effect = _orders(seller, start_or_until, until, assumptions)
    effect["offers_stale_price"] = stale_offers(seller.offers, seller.price_changes_per_day, days)
    effect["offers_stale_stock"] = stale_offers(seller.offers, seller.stock_changes_per_day, days)
    effect |= _health(seller, start, start_or_until, until, assumptions)
    effect |= _recovery(effect, seller, start, days, assumptions)
    index = profile.index if isinstance(profile, pd.DataFrame) else None
    return pd.DataFrame({"blocked_days": days} | effect, index=index)


def stale_offers(offers: ArrayLike, changes_per_day: ArrayLike, days: ArrayLike) -> Floats:
    """Expected number of distinct offers that at least one change was meant for.

    Changes come as a Poisson stream and hit any offer alike, so an offer is untouched with
    probability exp(−changes · days / offers). Ten changes of one price make one stale offer.
    """
    offers = np.asarray(offers, dtype=np.float64)
    hits_per_offer = per_offer(np.asarray(changes_per_day * days, dtype=np.float64), offers)
    return -offers * np.expm1(-hits_per_offer)


def reach_days(assumptions: Assumptions) -> float:
    """How many days back orders can be fetched: the vendor's setting, and no more than Amazon's."""
    return min(assumptions.backfill_days, AMAZON_SERVES_ORDERS_DAYS)


def _orders(
    seller: Profile, start: Floats, until: Floats, assumptions: Assumptions
) -> dict[str, Floats]:
    days = until - start
    unworked = seller.seller_fulfilled_orders * assumptions.unworked_share
    cancelled_days = auto_cancelled_days(
        start, until, seller.handling_days, assumptions.auto_cancel_business_days
    )
    unseen = seller.orders_per_day * days
    return {
        "orders_not_imported": unseen,
        "orders_late": unworked * np.maximum(days - seller.handling_days, 0.0),
        "orders_auto_cancelled": unworked * cancelled_days,
        "orders_oversold": expected_oversold(seller, days, assumptions.stock_per_offer),
        "money_unseen": unseen * seller.average_order_value,
    }


def _health(
    seller: Profile,
    forecast_from: Floats,
    start: Floats,
    until: Floats,
    assumptions: Assumptions,
) -> dict[str, Floats | pd.DatetimeIndex]:
    days = until - start
    share = assumptions.unworked_share
    rules_of_cancelling = (
        share,
        assumptions.stock_per_offer,
        assumptions.auto_cancel_business_days,
    )
    ships_itself = seller.seller_fulfilled_orders > 0
    crossed_at = {
        window: forecast_from
        + np.where(ships_itself, days_to_late_mark(seller.handling_days, share, window), np.inf)
        for window in LATE_WINDOWS
    }
    cancellation_at = cancellation_mark_at(seller, forecast_from, *rules_of_cancelling)
    past_late = (crossed_at[_TEN_DAYS] <= until) | (crossed_at[_THIRTY_DAYS] <= until)
    past_cancellation = cancellation_at <= until

    def rate(window: int) -> Floats:
        return ships_itself * late_rate(days, seller.handling_days, share, window)

    return {
        "late_rate_10": rate(_TEN_DAYS),
        "late_rate_30": rate(_THIRTY_DAYS),
        "cancellation_rate_7": cancellation_rate(seller, start, until, *rules_of_cancelling),
        "late_mark_10_at": timestamps(crossed_at[_TEN_DAYS]),
        "late_mark_30_at": timestamps(crossed_at[_THIRTY_DAYS]),
        "cancellation_mark_at": timestamps(cancellation_at),
        "past_late_mark": past_late,
        "past_cancellation_mark": past_cancellation,
        "past_a_mark": past_late | past_cancellation,
    }


def _recovery(
    effect: dict[str, Floats],
    seller: Profile,
    start: Floats,
    days: Floats,
    assumptions: Assumptions,
) -> dict[str, Floats | pd.DatetimeIndex]:
    reach = reach_days(assumptions)
    recoverable = seller.orders_per_day * np.minimum(days, reach)
    minutes = catch_up(
        effect["offers_stale_stock"], recoverable, effect["offers_stale_price"], assumptions
    )
    return {
        "catch_up_stock_minutes": minutes.stock_minutes,
        "catch_up_orders_minutes": minutes.orders_minutes,
        "catch_up_prices_minutes": minutes.prices_minutes,
        "catch_up_minutes": minutes.total_minutes,
        "orders_recoverable": recoverable,
        "orders_beyond_reach": seller.orders_per_day * np.maximum(days - reach, 0.0),
        "recoverable_until": timestamps(start + reach),
    }
