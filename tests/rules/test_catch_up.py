import numpy as np
import pytest

from rules.application_cap import extra_seconds
from rules.assumptions import Assumptions
from rules.catch_up import PATCH_LISTINGS_ITEM, SEARCH_ORDERS, catch_up, pages_for, seconds_for


def minutes(stock=0, orders=0, prices=0, **settings):
    times = catch_up([stock], [orders], [prices], Assumptions(**settings))
    return times.stock_minutes[0], times.orders_minutes[0], times.prices_minutes[0]


@pytest.mark.parametrize(
    ("orders", "expected"), [(500, 0), (2_000, 0), (5_000, 89), (10_000, 238), (50_000, 1_429)]
)
def test_orders_by_search_orders_take_what_the_usage_plan_says(orders, expected):
    taken = seconds_for(pages_for(orders), SEARCH_ORDERS) / 60
    assert taken == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize(
    ("offers", "expected"), [(500, 1.6), (1_000, 3.3), (2_000, 6.7), (5_000, 16.6)]
)
def test_offers_by_patch_take_what_the_usage_plan_says(offers, expected):
    assert minutes(stock=offers)[0] == pytest.approx(expected, abs=0.06)
    assert minutes(prices=offers)[2] == pytest.approx(expected, abs=0.06)


def test_the_first_two_thousand_orders_come_at_once():
    assert minutes(orders=2_000)[1] == 0
    assert minutes(orders=2_001)[1] == pytest.approx(1 / 0.0056 / 60)


def test_a_page_more_than_expected_does_not_come_from_rounding():
    assert pages_for(sum([0.1] * 50_000)) == 50


def test_smaller_pages_need_more_calls():
    assert minutes(orders=2_000, orders_per_page=50)[1] == pytest.approx(20 / 0.0056 / 60)


def test_prices_begin_with_the_bucket_that_stock_has_emptied():
    # 100 + 100 patches through one bucket of 5: 195 of them wait, not 190.
    stock, _, prices = minutes(stock=100, prices=100)
    assert (stock + prices) * 60 == pytest.approx(195 / 5)


def test_while_orders_are_fetched_the_bucket_for_prices_fills_again():
    _, orders, prices = minutes(stock=100, orders=5_000, prices=100)
    assert orders > 1
    assert prices * 60 == pytest.approx(95 / 5)


def test_many_offers_go_by_feed_and_wait_for_amazon_only():
    assert minutes(prices=25_000)[2] == 20
    assert minutes(prices=25_001)[2] == 40
    assert minutes(prices=25_000, feed_processing_minutes=0)[2] == 0


def test_more_than_five_feeds_wait_for_their_turn():
    # 200,000 offers are eight feeds, three of them beyond the burst, a minute each.
    assert minutes(stock=200_000, feed_processing_minutes=0)[0] == pytest.approx(3)


def test_nothing_to_do_takes_no_time():
    assert minutes() == (0, 0, 0)


def test_a_cap_that_nobody_reaches_changes_nothing():
    calls = np.array([10.0, 500.0, 3.0])
    plan = PATCH_LISTINGS_ITEM
    assert extra_seconds(calls, plan.rate, plan.burst, cap=1e9) == pytest.approx(0, abs=1e-6)


def test_a_thousand_sellers_share_the_cap_of_the_application():
    one = catch_up([600], [0], [0], Assumptions(application_calls_per_second=100))
    crowd = catch_up(
        [600] * 1_000, [0] * 1_000, [0] * 1_000, Assumptions(application_calls_per_second=100)
    )
    assert one.stock_minutes[0] == pytest.approx(595 / 5 / 60, abs=0.02)
    # 600,000 calls at 100 a second.
    assert crowd.stock_minutes == pytest.approx(100, abs=0.02)


def test_the_total_is_the_sum_of_the_jobs():
    times = catch_up([900], [7_000], [1_200], Assumptions())
    jobs = (times.stock_minutes, times.orders_minutes, times.prices_minutes)
    assert times.total_minutes[0] == sum(job[0] for job in jobs)
