import math

import numpy as np
import pytest

from rules.assumptions import Assumptions, filled
from rules.oversell import expected_excess, expected_oversold
from tests.rules.lapses import shop


def oversold(blocked_days, stock, **changes):
    profile = filled(shop(**changes), Assumptions())
    return expected_oversold(profile, np.array([blocked_days]), stock)[0]


@pytest.mark.parametrize(("mean", "stock"), [(0.0, 3), (0.4, 1), (3.0, 5), (60.0, 20), (9.0, 0)])
def test_the_excess_is_the_sum_over_all_demands_above_the_stock(mean, stock):
    by_hand = math.fsum(
        (units - stock) * math.exp(units * math.log(mean) - mean - math.lgamma(units + 1))
        for units in range(stock + 1, 300)
        if mean
    )
    assert expected_excess(mean, stock) == pytest.approx(by_hand, abs=1e-12)


def test_a_demand_of_thousands_is_short_of_everything_above_the_stock():
    assert expected_excess(5_000.0, 5) == pytest.approx(4_995)


def test_without_stock_every_order_is_oversold():
    assert oversold(3, stock=0) == pytest.approx(60)


def test_of_one_unit_each_whatever_comes_after_the_first_order_is_oversold():
    # Two orders a day for one offer over half a day: mean 1, E[max(0, N - 1)] = 1/e.
    changes = {"orders_per_day": 2, "offers": 1}
    assert oversold(0.5, stock=1, **changes) == pytest.approx(1 / math.e)


def test_what_sells_elsewhere_is_missing_on_amazon():
    with_shop = oversold(7, stock=5, other_channel_share=0.5)
    assert with_shop > 10 * oversold(7, stock=5, other_channel_share=0.0)


def test_never_more_orders_are_oversold_than_were_placed():
    assert oversold(400, stock=5, other_channel_share=0.99) <= 400 * 20 + 1e-6


def test_goods_in_amazons_warehouse_are_not_oversold():
    assert oversold(100, stock=5, seller_fulfilled_share=0.0) == 0
    half = oversold(10, stock=2, seller_fulfilled_share=0.5)
    assert half == pytest.approx(oversold(10, stock=2) / 2)


def test_without_offers_nothing_is_oversold():
    assert oversold(100, stock=5, offers=0) == 0
