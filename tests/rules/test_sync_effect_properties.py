"""What must hold for every shop and every lapse."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.assumptions import Assumptions
from rules.scenarios import HAPPENED, WAITING, Scenario, simulate
from rules.sync_effect import lapse_effect
from tests.rules.lapses import MONDAY, days, many_authorizations, many_shops

RATES = st.floats(0, 5_000)
SHARES = st.floats(0, 1)
SHOPS = st.fixed_dictionaries(
    {
        "orders_per_day": RATES,
        "seller_fulfilled_share": SHARES,
        "price_changes_per_day": RATES,
        "stock_changes_per_day": RATES,
        "offers": st.integers(0, 200_000).map(float),
        "average_order_value": st.floats(0, 500),
        "handling_days": st.floats(0, 10),
        "other_channel_share": SHARES,
    }
).map(lambda shop: pd.DataFrame([shop]))
LAPSES = st.floats(0, 800)
ASSUMPTIONS = st.builds(
    Assumptions,
    handled_by_hand_share=SHARES,
    stock_per_offer=st.integers(0, 12),
    backfill_days=st.floats(0, 800),
)
# What only grows with the length of a lapse. The rates of windows are not among them.
GROWING = [
    "orders_not_imported",
    "orders_late",
    "orders_auto_cancelled",
    "orders_oversold",
    "offers_stale_price",
    "offers_stale_stock",
    "money_unseen",
    "late_rate_10",
    "late_rate_30",
    "past_late_mark",
    "past_cancellation_mark",
    "catch_up_stock_minutes",
    "catch_up_orders_minutes",
    "orders_recoverable",
    "orders_beyond_reach",
]
SEEDS = st.integers(0, 10_000)


def cost(shop, blocked_days, assumptions, start=MONDAY):
    row = lapse_effect(shop, [start], start + days(blocked_days), assumptions).iloc[0]
    return row[GROWING].astype(float)


@given(SHOPS, LAPSES, LAPSES, ASSUMPTIONS)
@settings(max_examples=150)
def test_more_days_never_cost_less(shop, one, other, assumptions):
    shorter, longer = (cost(shop, lapse, assumptions) for lapse in sorted((one, other)))
    assert (longer >= shorter - 1e-6 * (1 + shorter)).all()


@given(SHOPS, ASSUMPTIONS)
@settings(max_examples=50)
def test_renewing_at_once_costs_nothing(shop, assumptions):
    assert (cost(shop, 0, assumptions) == 0).all()


@given(SHOPS, LAPSES, LAPSES)
@settings(max_examples=50)
def test_orders_and_money_of_two_lapses_in_a_row_add_up_to_those_of_one(shop, first, second):
    whole = cost(shop, first + second, Assumptions())
    parts = cost(shop, first, Assumptions()) + cost(
        shop, second, Assumptions(), MONDAY + days(first)
    )
    for figure in ("orders_not_imported", "money_unseen"):
        assert parts[figure] == pytest.approx(whole[figure], rel=1e-6, abs=1e-3)
    # An offer that was stale in both parts is one stale offer; and lateness begins anew.
    for figure in ("offers_stale_price", "orders_late", "orders_auto_cancelled"):
        assert parts[figure] >= whole[figure] * (figure == "offers_stale_price") - 1e-6


@given(SHOPS, LAPSES, ASSUMPTIONS)
@settings(max_examples=100)
def test_no_part_is_larger_than_the_whole(shop, lapse, assumptions):
    row = lapse_effect(shop, [MONDAY], MONDAY + days(lapse), assumptions).iloc[0]
    room = 1e-6 * (1 + row.orders_not_imported)
    assert row.orders_late <= row.orders_not_imported + room
    assert row.orders_auto_cancelled <= row.orders_late + room
    assert row.orders_oversold <= row.orders_not_imported + room
    assert row.offers_stale_price <= shop.offers[0] + 1e-6
    assert row.orders_recoverable + row.orders_beyond_reach == pytest.approx(
        row.orders_not_imported
    )
    assert 0 <= row.cancellation_rate_7 <= 1
    assert 0 <= row.late_rate_30 <= row.late_rate_10 + 1e-9 <= 1 + 2e-9


@given(SEEDS, st.integers(0, 90))
@settings(max_examples=20)
def test_the_total_of_a_day_is_the_sum_over_the_accounts(seed, day):
    shops, authorizations = many_shops(200, seed), many_authorizations(200, seed)
    assumptions = Assumptions(handled_by_hand_share=0.2)
    totals = simulate(Scenario.NOBODY, shops, authorizations, MONDAY, 90, assumptions)
    expiry = authorizations.expires_at.mask(authorizations.stays_out)
    until = MONDAY + days(day)
    each = lapse_effect(shops, expiry, until, assumptions)
    total = totals.daily.loc[day]

    assert total.accounts_blocked == (expiry <= until).sum()
    for figure, column in {
        "orders_waiting": "orders_not_imported",
        "money_waiting": "money_unseen",
        "orders_late": "orders_late",
        "orders_auto_cancelled": "orders_auto_cancelled",
        "blocked_account_days": "blocked_days",
        "accounts_past_late_mark": "past_late_mark",
    }.items():
        assert total[figure] == pytest.approx(each[column].sum(), rel=1e-9, abs=1e-6)
    # These are counted on a grid: a ten-thousandth for stale offers, a hundredth for oversold.
    for figure in ("offers_stale_price", "offers_stale_stock"):
        assert total[figure] == pytest.approx(each[figure].sum(), rel=1e-4, abs=1e-6)
    assert total.orders_oversold == pytest.approx(each.orders_oversold.sum(), rel=1e-2, abs=1e-3)
    # A mark passed within minutes of a day's end may count on the day after.
    for mark in ("past_cancellation_mark", "past_a_mark"):
        assert total[f"accounts_{mark}"] == pytest.approx(each[mark].sum(), abs=1)


@given(SEEDS)
@settings(max_examples=15)
def test_the_totals_of_two_halves_are_the_total(seed):
    shops, authorizations = many_shops(100, seed), many_authorizations(100, seed)

    def totals(rows):
        part = authorizations[rows], shops[rows]
        return simulate("usual_rate", part[1], part[0], MONDAY, 40, Assumptions()).daily

    halves = totals(slice(0, 50)) + totals(slice(50, None))
    pd.testing.assert_frame_equal(totals(slice(None)), halves, rtol=1e-6, atol=1e-6)


@given(SEEDS, st.floats(0, 60))
@settings(max_examples=15)
def test_acting_is_never_worse_than_waiting(seed, renewal):
    shops, authorizations = many_shops(100, seed), many_authorizations(100, seed)
    everybody = [True] * 100

    def totals(scenario, **who):
        return simulate(scenario, shops, authorizations, MONDAY, 50, Assumptions(), **who).daily

    nobody, usual = totals("nobody"), totals("usual_rate")
    today = totals("everybody_today")
    later = totals("selected_on_day", selected=everybody, renew_at=MONDAY + days(renewal))
    # Oversold orders are counted on a grid, a hundredth at most.
    room = pd.Series(1e-6, nobody.columns).mask(nobody.columns == "orders_oversold", 0.01)
    for better, worse in ((today, later), (later, nobody), (today, usual), (usual, nobody)):
        assert (better <= worse * (1 + room) + 1e-6).all(axis=None)
    assert (today[list(WAITING)] == 0).all(axis=None)
    # Renewing now and at once adds nothing to what has happened already.
    assert (today[list(HAPPENED)].diff().dropna() == 0).all(axis=None)
