"""One account's lapse as a story: what happens on which day, and the way back afterwards.

Codes and numbers only; the screens turn them into sentences, in the agent's language and in the
seller's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import pandas as pd

from rules.account_health import (
    CANCELLATION_MARK,
    LATE_MARK,
    LATE_WINDOWS,
    cancellation_mark_at,
    days_to_late_mark,
)
from rules.assumptions import Assumptions, Profile, ProfileColumns, filled
from rules.authorization import Job
from rules.business_days import add_business_days
from rules.day_numbers import day_number, moment
from rules.oversell import expected_oversold
from rules.sync_effect import reach_days

LOOK_AHEAD_DAYS = 365.0
"""What happens later is not told."""


class Happening(StrEnum):
    """What happens; in brackets what `amount` says."""

    SYNC_STOPS = "sync_stops"  # orders a day that are no longer imported
    HALF_STOCK_STALE = "half_stock_stale"  # offers whose stock at Amazon is out of date
    HALF_PRICES_STALE = "half_prices_stale"  # offers whose price at Amazon is out of date
    FIRST_ORDER_LATE = "first_order_late"  # orders a day that are late from now on
    LATE_MARK_10 = "late_mark_10"  # the late shipment rate over 10 days
    LATE_MARK_30 = "late_mark_30"  # the late shipment rate over 30 days
    FIRST_ORDER_OVERSOLD = "first_order_oversold"  # orders, expected
    FIRST_AUTO_CANCELLATION = "first_auto_cancellation"  # orders a day cancelled from now on
    CANCELLATION_MARK = "cancellation_mark"  # the cancellation rate over 7 days
    OUT_OF_REACH = "out_of_reach"  # orders a day that can no longer be imported


@dataclass(frozen=True, slots=True)
class Consequence:
    """One dated event of a lapse; what waits by then is given with each."""

    at: datetime
    happening: Happening
    amount: float
    orders_waiting: float
    money_waiting: float


@dataclass(frozen=True, slots=True)
class JobTimes:
    """One job after a renewal: `amount` offers or orders, from when to when."""

    job: Job
    amount: float
    starts_at: datetime
    done_at: datetime


def consequences(
    profile: ProfileColumns,
    blocked_from: datetime,
    assumptions: Assumptions,
    look_ahead_days: float = LOOK_AHEAD_DAYS,
) -> tuple[Consequence, ...]:
    """What happens to one account if nothing is done, in the order of time.

    profile: a single row. blocked_from: when it lapses or lapsed (aware). Events that never come,
    or later than `look_ahead_days` after the lapse, are left out.
    """
    seller = filled(profile, assumptions)
    start = day_number(blocked_from)
    orders_per_day = seller.orders_per_day[0]
    money_per_day = orders_per_day * seller.average_order_value[0]
    found = [
        (at, happening, amount)
        for at, happening, amount in _happenings(seller, start, assumptions)
        if at - start <= look_ahead_days
    ]
    return tuple(
        Consequence(
            at=moment(at),
            happening=happening,
            amount=float(amount),
            orders_waiting=float(orders_per_day * (at - start)),
            money_waiting=float(money_per_day * (at - start)),
        )
        for at, happening, amount in sorted(found, key=lambda event: event[0])
    )


def catch_up_times(effect: pd.Series, renewed_at: datetime) -> tuple[JobTimes, JobTimes, JobTimes]:
    """Clock times of one account's way back: stock, then orders, then prices.

    effect: its row of rules.sync_effect.lapse_effect with `renewed_at` as the end of the lapse. A
    renewal before the lapse has nothing to catch up: all three begin and end with it.
    """
    clock = day_number(renewed_at)
    times = []
    for job, amount, minutes in (
        (Job.STOCK, effect.offers_stale_stock, effect.catch_up_stock_minutes),
        (Job.ORDERS, effect.orders_recoverable, effect.catch_up_orders_minutes),
        (Job.PRICE, effect.offers_stale_price, effect.catch_up_prices_minutes),
    ):
        done = clock + float(minutes) / (24 * 60)
        times.append(JobTimes(job, float(amount), moment(clock), moment(done)))
        clock = done
    return tuple(times)


def _happenings(
    seller: Profile, start: float, assumptions: Assumptions
) -> Iterator[tuple[float, Happening, float]]:
    """(day number, what, amount), in no order; inf for what never happens."""
    orders, share = seller.orders_per_day[0], assumptions.unworked_share
    unworked = seller.seller_fulfilled_orders[0] * share
    handling = seller.handling_days[0]
    offers = seller.offers[0]
    yield start, Happening.SYNC_STOPS, orders
    for happening, changes in (
        (Happening.HALF_STOCK_STALE, seller.stock_changes_per_day[0]),
        (Happening.HALF_PRICES_STALE, seller.price_changes_per_day[0]),
    ):
        # Half of the offers are untouched when exp(−changes · days / offers) is one half.
        days = np.log(2) * offers / changes if changes > 0 and offers > 0 else np.inf
        yield start + days, happening, offers / 2
    yield start + reach_days(assumptions), Happening.OUT_OF_REACH, orders
    yield _first_oversold(seller, start, assumptions), Happening.FIRST_ORDER_OVERSOLD, 1.0
    if seller.seller_fulfilled_orders[0] > 0:
        business_days = assumptions.auto_cancel_business_days
        if unworked > 0:
            due = start + handling
            cancelled = float(add_business_days(due, business_days))
            yield due, Happening.FIRST_ORDER_LATE, unworked
            yield cancelled, Happening.FIRST_AUTO_CANCELLATION, unworked
        for window, happening in zip(
            LATE_WINDOWS, (Happening.LATE_MARK_10, Happening.LATE_MARK_30), strict=True
        ):
            days = float(days_to_late_mark(handling, share, window))
            yield start + days, happening, LATE_MARK
        crossed = cancellation_mark_at(
            seller, np.array([start]), share, assumptions.stock_per_offer, business_days
        )
        yield float(crossed[0]), Happening.CANCELLATION_MARK, CANCELLATION_MARK


def _first_oversold(seller: Profile, start: float, assumptions: Assumptions) -> float:
    """Day number at which one oversold order is to be expected; inf if not within the look-ahead.

    The expectation only grows, so the moment is found by halving.
    """
    low, high = 0.0, LOOK_AHEAD_DAYS
    stock = assumptions.stock_per_offer
    if expected_oversold(seller, np.array([high]), stock)[0] < 1:
        return np.inf
    for _ in range(40):
        middle = (low + high) / 2
        if expected_oversold(seller, np.array([middle]), stock)[0] < 1:
            low = middle
        else:
            high = middle
    return start + high
