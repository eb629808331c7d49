import math
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from rules.assumptions import Assumptions
from rules.sync_effect import lapse_effect
from tests.rules.lapses import AN_HOUR, ENDLESS_STOCK, MONDAY, days, effect, shop

MOMENTS = ["late_mark_10_at", "late_mark_30_at", "cancellation_mark_at", "recoverable_until"]


def test_every_order_of_the_lapse_is_not_imported():
    assert effect(2.5).orders_not_imported == 50
    assert effect(2.5).money_unseen == 1_500


def test_an_order_is_late_once_its_handling_time_is_over():
    assert effect(1).orders_late == 0
    assert effect(5).orders_late == 80
    assert effect(5, handling_days=3).orders_late == 40


def test_orders_that_amazon_ships_are_unseen_but_never_late():
    lapse = effect(30, seller_fulfilled_share=0.0)
    assert lapse.orders_not_imported == 600
    assert lapse.orders_late == lapse.orders_auto_cancelled == lapse.orders_oversold == 0
    assert lapse.late_rate_30 == lapse.cancellation_rate_7 == 0
    assert not lapse.past_a_mark
    assert lapse.late_mark_10_at is pd.NaT


def test_orders_worked_by_hand_are_not_late():
    lapse = effect(5, Assumptions(handled_by_hand_share=0.25))
    assert lapse.orders_late == 60
    assert lapse.late_rate_10 == pytest.approx(0.75 * 4 / 10)


def test_amazon_cancels_after_nine_to_eleven_days_beyond_ship_by():
    # Monday 1 June to Sunday 21 June: due up to Thursday 11 June, which is nine days from the 2nd.
    assert effect(20).orders_auto_cancelled == 20 * 9
    assert effect(9).orders_auto_cancelled == 0


def test_only_the_latest_value_of_an_offer_matters():
    # 50 price changes a day over 100 offers: 100 · (1 − e^−1) after two days, not 100.
    assert effect(2).offers_stale_price == pytest.approx(100 * (1 - 1 / math.e))
    assert effect(500).offers_stale_price == pytest.approx(100)
    assert effect(2.5).offers_stale_stock == pytest.approx(100 * (1 - 1 / math.e))


def test_two_days_of_lapse_with_one_day_of_handling_are_past_the_late_mark():
    # 20 late orders of 200 in ten days are 10 %, of 600 in thirty days 3.3 %.
    lapse = effect(2)
    assert lapse.late_rate_10 == pytest.approx(0.10)
    assert lapse.late_rate_30 == pytest.approx(1 / 30)
    assert lapse.past_late_mark
    assert lapse.late_mark_10_at == datetime(2026, 6, 2, 9, 36, tzinfo=UTC)
    assert lapse.late_mark_30_at == datetime(2026, 6, 3, 4, 48, tzinfo=UTC)
    assert not effect(1.3).past_late_mark


def test_catching_up_sends_stock_then_fetches_orders_then_sends_prices():
    # 5,000 orders are 50 pages; all 1,000 offers are stale in stock and price.
    lapse = effect(
        50,
        orders_per_day=100,
        offers=1_000,
        price_changes_per_day=1e6,
        stock_changes_per_day=1e6,
    )
    assert lapse.catch_up_stock_minutes == pytest.approx(3.3, abs=0.05)
    assert lapse.catch_up_orders_minutes == pytest.approx(89.3, abs=0.05)
    assert lapse.catch_up_prices_minutes == pytest.approx(3.3, abs=0.05)
    assert lapse.catch_up_minutes == pytest.approx(95.9, abs=0.1)


def test_orders_older_than_the_vendor_can_reach_cannot_be_caught_up():
    lapse = effect(40, Assumptions(backfill_days=30))
    assert lapse.recoverable_until == MONDAY + days(30)
    assert lapse.orders_recoverable == 600
    assert lapse.orders_beyond_reach == 200


def test_amazon_itself_serves_no_more_than_two_years():
    lapse = effect(1_000, Assumptions(backfill_days=5_000))
    assert lapse.orders_beyond_reach == 20 * 270
    assert lapse.recoverable_until == MONDAY + days(730)


@pytest.mark.parametrize("until", [MONDAY, MONDAY - AN_HOUR, MONDAY - days(400)])
def test_renewed_at_or_before_the_expiry_nothing_happens(until):
    lapse = lapse_effect(shop(), [MONDAY], until, Assumptions()).iloc[0]
    assert lapse.drop([*MOMENTS]).eq(0).all()
    # What would happen is still told.
    assert lapse.late_mark_10_at == MONDAY + days(1.4)


def test_without_a_known_expiry_nothing_is_blocked():
    expiry = pd.Series([pd.NaT], dtype="datetime64[us, UTC]")
    lapse = lapse_effect(shop(), expiry, MONDAY, Assumptions()).iloc[0]
    assert lapse.drop(MOMENTS).eq(0).all()
    assert lapse[MOMENTS].isna().all()


@pytest.mark.parametrize(
    "changes",
    [
        {"orders_per_day": 0},
        {"offers": 0},
        {"price_changes_per_day": 0, "stock_changes_per_day": 0},
        {"orders_per_day": 1e300, "offers": 1},
        {"average_order_value": np.inf},
        {"other_channel_share": 1.0},
        {"orders_per_day": -5, "handling_days": np.nan},
        {name: np.nan for name in shop()},
        {name: 0 for name in shop()},
        {name: np.inf for name in shop()},
    ],
)
@pytest.mark.parametrize("blocked_days", [0, 0.001, 10, 365, 4_000])
def test_no_profile_and_no_length_gives_a_missing_or_endless_number(changes, blocked_days):
    lapse = effect(blocked_days, Assumptions(), **changes).drop(MOMENTS)
    assert np.isfinite(lapse.astype(float)).all()
    assert (lapse.astype(float) >= 0).all()


def test_a_shop_at_rest_loses_nothing():
    lapse = effect(50, Assumptions(), **{name: 0 for name in shop()})
    assert lapse.drop(["blocked_days", *MOMENTS]).eq(0).all()


def test_no_accounts_give_no_rows():
    nobody = shop().iloc[:0]
    empty = lapse_effect(nobody, pd.Series([], dtype="datetime64[us, UTC]"), MONDAY, Assumptions())
    assert len(empty) == 0
    assert "catch_up_minutes" in empty


def test_rows_keep_the_index_of_the_profile():
    profile = shop().set_axis([4711])
    assert lapse_effect(profile, [MONDAY], MONDAY, ENDLESS_STOCK).index.tolist() == [4711]


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        lapse_effect(shop(), [MONDAY], datetime(2026, 6, 3), ENDLESS_STOCK)  # noqa: DTZ001
