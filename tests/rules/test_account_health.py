from datetime import UTC, datetime

import numpy as np
import pytest

from rules.account_health import (
    auto_cancelled_days,
    cancellation_mark_at,
    cancellation_rate,
    days_to_late_mark,
    late_rate,
)
from rules.assumptions import Assumptions, filled
from rules.day_numbers import day_number, moment
from tests.rules.lapses import MONDAY, days, shop

START = day_number(MONDAY)


def cancellation_mark(stock=200, by_hand=0.0, **changes):
    profile = filled(shop(**changes), Assumptions())
    return moment(cancellation_mark_at(profile, np.array([START]), 1 - by_hand, stock)[0])


def test_the_ten_day_mark_is_crossed_0_4_days_after_the_first_order_was_due():
    assert days_to_late_mark(1.0, 1.0, window=10) == pytest.approx(1.4)


def test_the_thirty_day_mark_is_crossed_1_2_days_after_the_first_order_was_due():
    assert days_to_late_mark(1.0, 1.0, window=30) == pytest.approx(2.2)


def test_working_half_of_the_orders_by_hand_doubles_the_time():
    assert days_to_late_mark(1.0, 0.5, window=10) == pytest.approx(1.8)


def test_working_nearly_all_orders_by_hand_never_crosses_the_late_mark():
    assert days_to_late_mark(1.0, 0.04, window=10) == np.inf


def test_at_the_mark_the_rate_is_four_percent():
    for window in (10, 30):
        crossed = days_to_late_mark(2.0, 0.7, window)
        assert late_rate(crossed, 2.0, 0.7, window) == pytest.approx(0.04)


def test_a_window_full_of_late_orders_is_all_that_nobody_worked():
    assert late_rate(500, 1.0, 1.0, window=30) == 1
    assert late_rate(500, 1.0, 0.6, window=10) == pytest.approx(0.6)


def test_amazon_cancels_from_seven_business_days_after_the_first_ship_by():
    # Due on Tuesday 2 June, so cancelled from Thursday 11 June on, and not at a weekend.
    cancelled = [
        auto_cancelled_days([START], [START + lapse], 1.0, 7)[0]
        for lapse in (9.9, 10, 10.5, 12, 14)
    ]
    assert cancelled == pytest.approx([0, 0, 0.5, 2, 2])


def test_the_cancellation_mark_follows_amazons_first_cancellations():
    # 2.5 % of a week are 0.175 days of orders: 4 hours 12 minutes.
    assert cancellation_mark() == datetime(2026, 6, 11, 4, 12, tzinfo=UTC)


def test_oversold_orders_cross_the_cancellation_mark_earlier():
    early = cancellation_mark(stock=2, other_channel_share=0.5)
    assert MONDAY < early < datetime(2026, 6, 11, tzinfo=UTC)
    profile = filled(shop(other_channel_share=0.5), Assumptions())
    rate = cancellation_rate(profile, [START], [day_number(early)], 1.0, stock=2)
    assert rate[0] == pytest.approx(0.025, abs=1e-4)


def test_four_oversold_orders_a_week_are_too_many_for_twenty_orders_a_day():
    # 0.025 · 7 · 20 = 3.5. Without stock each order is oversold: crossed after 3.5 orders.
    crossed = cancellation_mark(stock=0)
    assert (crossed - MONDAY) / days(1) * 20 == pytest.approx(3.5, abs=1e-3)


@pytest.mark.parametrize("changes", [{"seller_fulfilled_share": 0}, {"orders_per_day": 0}])
def test_without_orders_to_ship_no_cancellation_mark_is_crossed(changes):
    assert cancellation_mark(stock=0, **changes) is None


def test_working_nearly_all_orders_by_hand_leaves_only_what_is_oversold():
    assert cancellation_mark(by_hand=0.98) is None or cancellation_mark(by_hand=0.98).year > 2026
