"""The closed forms against an event-by-event simulation that shares no code with them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from rules.application_cap import extra_seconds
from rules.assumptions import Assumptions
from rules.catch_up import catch_up
from rules.sync_effect import lapse_effect
from tests.rules.discrete_events import Case, run_catch_up, run_lapse, run_shared_calls

RUNS = 60
# Four standard errors: with some fifty comparisons a correct formula fails once in 300 seeds.
ERRORS = 4.0

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
SATURDAY = datetime(2026, 6, 6, 15, tzinfo=UTC)
CASES = {
    "two days": Case(20, 50, 50, 30, 20, 1, 0.3, 0.0, 5, 2.0, MONDAY),
    "a week, half of it Amazon's": Case(12, 40, 20, 15, 60, 2, 0.0, 0.0, 3, 7.0, MONDAY),
    "more than a week, oversold": Case(10, 40, 40, 9, 9, 1, 0.0, 0.0, 1, 9.7, MONDAY),
    "two weeks over weekends": Case(15, 60, 45, 40, 10, 1, 0.5, 0.25, 5, 14.0, SATURDAY),
    "three weeks, many changes": Case(8, 30, 30, 80, 80, 0.5, 0.4, 0.0, 4, 21.3, SATURDAY),
    "a month, slow handling": Case(5, 25, 20, 2, 3, 4, 0.6, 0.5, 8, 30.0, MONDAY),
    "mostly sold elsewhere": Case(4, 10, 10, 5, 5, 1, 0.85, 0.0, 10, 16.0, MONDAY),
    "only Amazon ships": Case(20, 30, 0, 10, 10, 1, 0.4, 0.0, 5, 12.0, MONDAY),
    "nothing happens": Case(0, 10, 10, 0, 0, 1, 0.4, 0.0, 5, 12.0, MONDAY),
}


@cache
def simulated(name: str):
    return [run_lapse(CASES[name], seed) for seed in range(RUNS)]


def computed(case: Case) -> pd.Series:
    profile = pd.DataFrame(
        {
            "orders_per_day": [case.orders_per_day],
            "seller_fulfilled_share": [case.seller_fulfilled_share],
            "price_changes_per_day": [case.price_changes_per_day],
            "stock_changes_per_day": [case.stock_changes_per_day],
            "offers": [case.offers],
            "average_order_value": [10.0],
            "handling_days": [case.handling_days],
            "other_channel_share": [case.other_channel_share],
        }
    )
    assumptions = Assumptions(
        handled_by_hand_share=case.handled_by_hand_share, stock_per_offer=case.stock_per_offer
    )
    until = case.starts + timedelta(days=case.blocked_days)
    return lapse_effect(profile, [case.starts], until, assumptions).iloc[0]


@pytest.mark.parametrize(
    "figure",
    [
        "orders_not_imported",
        "orders_late",
        "orders_auto_cancelled",
        "orders_oversold",
        "offers_stale_price",
        "offers_stale_stock",
    ],
)
@pytest.mark.parametrize("name", CASES)
def test_a_count_lies_within_its_confidence_interval(name, figure):
    seen = np.array([outcome.figures[figure] for outcome in simulated(name)])
    error = seen.std(ddof=1) / np.sqrt(RUNS)
    # Half a count in all runs together: what is not seen at all may still be expected rarely.
    assert computed(CASES[name])[figure] == pytest.approx(
        seen.mean(), abs=ERRORS * error + 0.5 / RUNS
    )


@dataclass
class Ratio:
    """A rate over all runs, with its standard error (both counts vary from run to run)."""

    value: float
    error: float

    @classmethod
    def of(cls, pairs: list[tuple[int, int]]) -> "Ratio":
        part, whole = np.array(pairs, dtype=float).T
        if not whole.sum():
            return cls(0.0, 0.0)
        value = part.sum() / whole.sum()
        spread = (part - value * whole).std(ddof=1)
        return cls(value, spread / whole.mean() / np.sqrt(len(pairs)))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("window", [10, 30])
def test_the_late_shipment_rate_lies_within_its_confidence_interval(name, window):
    rate = Ratio.of([outcome.late_in_window[window] for outcome in simulated(name)])
    assert computed(CASES[name])[f"late_rate_{window}"] == pytest.approx(
        rate.value, abs=ERRORS * rate.error + 1e-6
    )


@pytest.mark.parametrize("name", CASES)
def test_the_cancellation_rate_lies_within_its_confidence_interval(name):
    rate = Ratio.of([outcome.cancelled_in_week for outcome in simulated(name)])
    assert computed(CASES[name]).cancellation_rate_7 == pytest.approx(
        min(rate.value, 1.0), abs=ERRORS * rate.error + 1e-3
    )


@pytest.mark.parametrize(
    ("stale_stock", "orders", "stale_prices"),
    [(0, 0, 0), (3, 90, 4), (5, 2_000, 5), (6, 2_001, 3), (400, 7_350, 900), (1_500, 250, 1_500)],
)
def test_catching_up_call_by_call_takes_as_long_as_computed(stale_stock, orders, stale_prices):
    minutes = catch_up([stale_stock], [orders], [stale_prices], Assumptions())
    simulated_minutes = run_catch_up(stale_stock, orders, stale_prices)
    assert simulated_minutes == pytest.approx(
        (minutes.stock_minutes[0], minutes.orders_minutes[0], minutes.prices_minutes[0])
    )


@pytest.mark.parametrize(
    "calls", [[100] * 10, [20, 40, 60, 400], [3, 3, 500], [250, 10, 90, 30, 600, 5, 5, 5]]
)
def test_sellers_who_share_the_application_wait_as_long_as_computed(calls):
    rate, burst, cap = 5.0, 5.0, 12.0
    done = run_shared_calls(calls, rate, burst, cap)
    alone = np.maximum(np.array(calls) - burst, 0) / rate
    shared = alone + extra_seconds(np.array(calls, dtype=float), rate, burst, cap)
    # The crowd takes turns, the formula shares a stream: they differ by a few calls.
    assert shared == pytest.approx(done, rel=0.05, abs=2.0)
