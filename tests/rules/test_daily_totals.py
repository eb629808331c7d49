from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from rules.account_health import cancellation_mark_at
from rules.assumptions import Assumptions, filled
from rules.cancellation_day import cancellation_day
from rules.daily_totals import daily_totals
from rules.day_numbers import day_number, timestamps
from rules.log_grid import LogGrid
from rules.sync_effect import lapse_effect
from tests.rules.lapses import MONDAY, days, many_authorizations, many_shops, shop

HALF_PAST_NINE = datetime(2026, 6, 3, 9, 30, tzinfo=UTC)


def test_an_account_is_blocked_from_the_moment_of_its_expiry():
    two_shops = pd.concat([shop(), shop()])
    # Many moments, because only some of them are not exact as day numbers.
    for hour in range(0, 24 * 40, 7):
        as_of = MONDAY + days(hour / 24)
        expiry = pd.Series([as_of + days(3), as_of + days(3) + timedelta(seconds=1)])
        blocked = daily_totals(two_shops, expiry, as_of, 5, Assumptions()).accounts_blocked
        assert blocked.tolist() == [0, 0, 0, 1, 2, 2]


def test_orders_wait_from_the_expiry_on():
    totals = daily_totals(shop(), [MONDAY + days(1.5)], MONDAY, 4, Assumptions())
    assert totals.orders_waiting.tolist() == [0, 0, 10, 30, 50]
    assert totals.money_waiting.tolist() == [0, 0, 300, 900, 1_500]
    assert totals.orders_late.tolist() == [0, 0, 0, 10, 30]


@pytest.mark.parametrize("as_of", [MONDAY, HALF_PAST_NINE, MONDAY + timedelta(days=5, seconds=1)])
@pytest.mark.parametrize(
    "assumptions",
    [
        Assumptions(),
        Assumptions(handled_by_hand_share=0.5, stock_per_offer=1),
        Assumptions(handled_by_hand_share=0.99, stock_per_offer=12, auto_cancel_business_days=3),
        Assumptions(stock_per_offer=200),
    ],
)
def test_each_day_is_the_sum_over_lapses_of_all_ages(as_of, assumptions):
    shops = many_shops(500, seed=3)
    expiry = many_authorizations(500, seed=3, from_days=-1_500, to_days=40).expires_at
    totals = daily_totals(shops, expiry, as_of, 30, assumptions)
    for day in (0, 1, 2, 3, 4, 5, 6, 7, 13, 30):
        each = lapse_effect(shops, expiry, as_of + days(day), assumptions)
        total = totals.loc[day]
        assert total.orders_late == pytest.approx(each.orders_late.sum())
        assert total.orders_auto_cancelled == pytest.approx(each.orders_auto_cancelled.sum())
        assert total.offers_stale_stock == pytest.approx(each.offers_stale_stock.sum(), rel=1e-4)
        assert total.orders_oversold == pytest.approx(each.orders_oversold.sum(), rel=1e-3)
        assert total.accounts_past_late_mark == each.past_late_mark.sum()
        past_cancellation = each.past_cancellation_mark.sum()
        assert total.accounts_past_cancellation_mark == pytest.approx(past_cancellation, abs=1)


def test_the_cancellation_day_is_the_day_after_the_cancellation_mark():
    seller = filled(many_shops(400, seed=11), Assumptions())
    start = np.random.default_rng(11).uniform(-30, 20, 400)
    as_of = day_number(HALF_PAST_NINE)
    for stock in (0, 1, 5):
        assumptions = Assumptions(stock_per_offer=stock)
        computed = cancellation_day(seller, start, as_of, 30, assumptions)
        mark = cancellation_mark_at(seller, as_of + start, 1.0, stock) - as_of
        # Minutes around a whole day either day is right.
        within = np.clip(mark, -0.5, 30.5)
        clear = np.abs(within - np.rint(within)) > 0.01
        assert clear.sum() > 200
        expected = np.ceil(np.maximum(within, 0))
        assert computed[clear].tolist() == expected[clear].tolist()


def test_an_oversold_order_may_cross_a_mark_before_the_first_is_late():
    slow_shop, assumptions = shop(handling_days=5), Assumptions(stock_per_offer=0)
    totals = daily_totals(slow_shop, [MONDAY], MONDAY, 8, assumptions)
    assert totals.accounts_past_cancellation_mark.tolist() == [0] + [1] * 8
    assert totals.accounts_past_late_mark.tolist() == [0] * 6 + [1] * 3
    assert totals.accounts_past_a_mark.tolist() == [0] + [1] * 8


def test_the_time_of_day_of_an_expiry_counts_for_oversold_orders():
    totals = daily_totals(shop(offers=1), [MONDAY + days(0.5)], MONDAY, 10, Assumptions())
    # 9.5 days of twenty orders, less the five on the shelf.
    assert totals.orders_oversold[10] == pytest.approx(185, rel=1e-3)


@pytest.mark.parametrize(
    ("orders", "offers", "elsewhere"), [(600, 1, 0.4), (300, 1, 0.4), (2_000, 2, 0.5), (1e6, 1, 0)]
)
def test_offers_that_sell_very_much_are_oversold_as_one_account_is(orders, offers, elsewhere):
    profile = shop(orders_per_day=orders, offers=offers, other_channel_share=elsewhere)
    start = pd.Series(timestamps([day_number(MONDAY) - 10]))
    totals = daily_totals(profile, start, MONDAY, 20, Assumptions())
    for day in (0, 20):
        alone = lapse_effect(profile, start, MONDAY + timedelta(days=day), Assumptions()).iloc[0]
        assert totals.orders_oversold[day] == pytest.approx(alone.orders_oversold, rel=0.01)


def test_weights_count_an_account_more_than_once_or_not_at_all():
    shops, expiry = many_shops(50, seed=5), many_authorizations(50, seed=5).expires_at
    weights = np.arange(50) % 3
    weighted = daily_totals(shops, expiry, MONDAY, 20, Assumptions(), weights)
    repeated = np.repeat(np.arange(50), weights)
    copies = daily_totals(shops.iloc[repeated], expiry.iloc[repeated], MONDAY, 20, Assumptions())
    pd.testing.assert_frame_equal(weighted, copies, rtol=1e-6)


def test_no_accounts_and_no_lapses_are_zeros():
    nobody = daily_totals(shop().iloc[:0], np.array([]), MONDAY, 3, Assumptions())
    later = daily_totals(shop(), [MONDAY + days(90)], MONDAY, 3, Assumptions())
    for totals in (nobody, later):
        assert len(totals) == 4
        assert (totals == 0).all(axis=None)


def test_columns_of_a_mapping_are_as_good_as_a_frame():
    shops, expiry = many_shops(40, seed=8), many_authorizations(40, seed=8).expires_at
    columns = {name: shops[name].to_numpy() for name in shops if name != "handling_days"}
    pd.testing.assert_frame_equal(
        daily_totals(columns, expiry, MONDAY, 9, Assumptions(handling_days=2)),
        daily_totals(shops.assign(handling_days=2), expiry, MONDAY, 9, Assumptions()),
    )


@pytest.mark.parametrize("length", [-1, 366])
def test_a_horizon_beyond_a_year_is_refused(length):
    with pytest.raises(ValueError, match="days must be"):
        daily_totals(shop(), [MONDAY], MONDAY, length, Assumptions())


def test_a_grid_keeps_the_mean_of_what_is_shared_out():
    grid = LogGrid(smallest=2.0**-10, octaves=20, steps=32)
    values = np.concatenate([[0.0], np.random.default_rng(1).lognormal(0, 3, 1_000)])
    lower, share = grid.split(values)
    assert lower[0] == 0 and share[0] == 0
    between = grid.values[lower] * (1 - share) + grid.values[lower + 1] * share
    assert between == pytest.approx(np.minimum(values, grid.values[-1]), rel=1e-5, abs=1e-9)
