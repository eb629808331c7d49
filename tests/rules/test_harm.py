import numpy as np
import pandas as pd
import pytest

from rules.assumptions import Assumptions
from rules.harm import HarmModel, Reason, rank_by_harm, reasons_in
from tests.rules.lapses import MONDAY, days, many_authorizations, many_shops, shop


def ranked(days_left, shops=None, assumptions=None, model=None, **columns):
    expiry = [None if left is None else MONDAY + days(left) for left in days_left]
    frame = pd.DataFrame({"expires_at": pd.to_datetime(expiry, utc=True), **columns})
    shops = pd.concat([shop()] * len(frame)) if shops is None else shops
    return rank_by_harm(shops, frame, MONDAY, assumptions or Assumptions(), model)


def test_the_score_is_loss_times_chance_times_blocked_days():
    account = ranked([10], assumptions=Assumptions(usual_renewal_rate=0.8)).iloc[0]
    assert account.loss_per_day == pytest.approx(600)
    assert account.chance_not_renewing == pytest.approx(0.2)
    assert account.score == pytest.approx(600 * 0.2 * 20)


def test_the_sooner_the_expiry_the_higher_the_rank_all_else_being_equal():
    assert ranked([20, 3, -5, 9])["rank"].tolist() == [4, 2, 1, 3]


def test_a_large_shop_that_lapses_soon_comes_before_a_small_one_that_has_lapsed():
    shops = pd.concat([shop(orders_per_day=0.2), shop(orders_per_day=500)])
    assert ranked([-1, 5], shops)["rank"].tolist() == [2, 1]


def test_orders_that_amazon_ships_count_for_a_tenth():
    shops = pd.concat([shop(), shop(seller_fulfilled_share=0)])
    assert ranked([1, 1], shops).loss_per_day.tolist() == pytest.approx([600, 60])


def test_lapses_and_unanswered_reminders_raise_the_chance_of_not_renewing():
    chance = ranked(
        [5, 5, 5, 5, -5],
        earlier_lapses=[0, 1, 0, 99, 0],
        reminders_unanswered=[0, 0, 3, 0, 0],
    ).chance_not_renewing
    # Odds of 1 to 4, times 2, times 1.3³, times 2³ at most, times 3.
    odds = np.array([1, 2, 1.3**3, 8, 3]) / 4
    assert chance.tolist() == pytest.approx((odds / (1 + odds)).tolist())


def test_an_opened_link_lowers_the_chance_of_not_renewing():
    chance = ranked([5, 5], link_opened=[False, True]).chance_not_renewing
    assert chance[1] < chance[0]


@pytest.mark.parametrize(("usual", "chance"), [(0.0, 1.0), (1.0, 0.0)])
def test_if_all_or_none_renew_usually_the_chance_is_certain(usual, chance):
    account = ranked([5], assumptions=Assumptions(usual_renewal_rate=usual)).iloc[0]
    assert account.chance_not_renewing == chance


def test_what_lapses_later_or_is_not_simulated_has_no_score():
    accounts = ranked([31, None, 5], stays_out=[False, False, True])
    assert accounts.score.tolist() == [0, 0, 0]
    assert accounts["rank"].tolist() == [1, 2, 3]


def test_equal_scores_keep_the_order_of_the_rows():
    ranks = ranked([6, 5] * 500)["rank"].tolist()
    assert ranks[1::2] == list(range(1, 501))
    assert ranks[0::2] == list(range(501, 1_001))


def test_reasons_say_why():
    accounts = ranked(
        [-2, 6.5, 20],
        earlier_lapses=[1, 0, 0],
        reminders_unanswered=[0, 2, 1],
        link_opened=[False, True, False],
        model=HarmModel(large_loss_per_day=1e6),
    )
    assert [reasons_in(reasons) for reasons in accounts.reasons] == [
        (Reason.BLOCKED_NOW, Reason.LAPSED_BEFORE, Reason.SHIPS_ITSELF),
        (
            Reason.EXPIRES_WITHIN_WEEK,
            Reason.NO_REACTION_TO_REMINDERS,
            Reason.OPENED_LINK_WITHOUT_RENEWING,
            Reason.SHIPS_ITSELF,
        ),
        (Reason.SHIPS_ITSELF,),
    ]
    assert Reason.LARGE_LOSS_PER_DAY in reasons_in(
        ranked([1], model=HarmModel(large_loss_per_day=600)).reasons[0]
    )


def test_every_account_has_a_score_and_a_rank_of_its_own():
    accounts = rank_by_harm(many_shops(500, 1), many_authorizations(500, 1), MONDAY, Assumptions())
    assert sorted(accounts["rank"]) == list(range(1, 501))
    assert np.isfinite(accounts.drop(columns="days_left")).all(axis=None)
    by_rank = accounts.sort_values("rank").score
    assert by_rank.is_monotonic_decreasing
