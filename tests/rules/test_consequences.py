from datetime import UTC, datetime

import pytest

from rules.assumptions import Assumptions
from rules.authorization import Job
from rules.consequences import Happening, catch_up_times, consequences
from rules.sync_effect import lapse_effect
from tests.rules.lapses import ENDLESS_STOCK, MONDAY, days, shop


def told(assumptions=ENDLESS_STOCK, **changes):
    return consequences(shop(**changes), MONDAY, assumptions)


def way_back(renewed):
    effect = lapse_effect(shop(), [MONDAY], renewed, Assumptions())
    return catch_up_times(effect.iloc[0], renewed)


def dates(events):
    return {event.happening: event.at for event in events}


def test_a_plain_shop_meets_each_consequence_at_its_moment():
    assert dates(told(Assumptions(stock_per_offer=200, backfill_days=30))) == {
        Happening.SYNC_STOPS: MONDAY,
        Happening.HALF_PRICES_STALE: datetime(2026, 6, 2, 9, 16, 16, tzinfo=UTC),
        Happening.HALF_STOCK_STALE: datetime(2026, 6, 2, 17, 35, 20, tzinfo=UTC),
        Happening.FIRST_ORDER_LATE: MONDAY + days(1),
        Happening.LATE_MARK_10: MONDAY + days(1.4),
        Happening.LATE_MARK_30: MONDAY + days(2.2),
        Happening.FIRST_AUTO_CANCELLATION: MONDAY + days(10),
        Happening.CANCELLATION_MARK: MONDAY + days(10.175),
        Happening.OUT_OF_REACH: MONDAY + days(30),
    }


def test_events_come_in_the_order_of_time_and_with_what_waits_by_then():
    events = told()
    assert [event.at for event in events] == sorted(event.at for event in events)
    late = next(event for event in events if event.happening is Happening.FIRST_ORDER_LATE)
    assert (late.amount, late.orders_waiting, late.money_waiting) == (20, 20, 600)


def test_the_marks_are_those_of_the_lapse():
    assumptions = Assumptions(stock_per_offer=3, handled_by_hand_share=0.3)
    events = dates(consequences(shop(other_channel_share=0.5), MONDAY, assumptions))
    row = lapse_effect(shop(other_channel_share=0.5), [MONDAY], MONDAY, assumptions).iloc[0]
    assert events[Happening.LATE_MARK_10] == row.late_mark_10_at
    assert events[Happening.LATE_MARK_30] == row.late_mark_30_at
    assert events[Happening.CANCELLATION_MARK] == row.cancellation_mark_at


def test_one_oversold_order_is_expected_on_the_day_it_is_told():
    events = dates(told(Assumptions(), other_channel_share=0.5))
    until = events[Happening.FIRST_ORDER_OVERSOLD]
    row = lapse_effect(shop(other_channel_share=0.5), [MONDAY], until, Assumptions()).iloc[0]
    assert row.orders_oversold == pytest.approx(1, abs=1e-3)


def test_a_shop_that_amazon_ships_for_is_never_late():
    happened = dates(told(seller_fulfilled_share=0))
    assert set(happened) == {
        Happening.SYNC_STOPS,
        Happening.HALF_STOCK_STALE,
        Happening.HALF_PRICES_STALE,
    }


def test_a_shop_at_rest_has_only_the_stop_to_tell():
    assert list(dates(told(**{name: 0 for name in shop()}))) == [Happening.SYNC_STOPS]


def test_what_comes_later_than_asked_for_is_left_out():
    events = consequences(shop(), MONDAY, ENDLESS_STOCK, look_ahead_days=1)
    assert max(event.at for event in events) == MONDAY + days(1)


def test_jobs_catch_up_one_after_the_other():
    renewed = MONDAY + days(150)
    stock, orders, prices = way_back(renewed)
    assert (stock.job, orders.job, prices.job) == (Job.STOCK, Job.ORDERS, Job.PRICE)
    assert stock.starts_at == renewed
    # 3,000 orders are 30 pages, ten of them wait 178.6 s each.
    assert orders.amount == 3_000
    assert (orders.done_at - orders.starts_at).total_seconds() == pytest.approx(1_786, abs=1)
    assert (stock.done_at, orders.done_at) == (orders.starts_at, prices.starts_at)
    # 100 prices, and a bucket of five that has filled again.
    assert (prices.done_at - prices.starts_at).total_seconds() == pytest.approx(19, abs=1)


def test_renewed_before_the_lapse_there_is_nothing_to_catch_up():
    for job in way_back(MONDAY - days(3)):
        assert job.amount == 0
        assert job.starts_at == job.done_at == MONDAY - days(3)
