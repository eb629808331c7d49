import numpy as np
import pandas as pd
import pytest

from rules.assumptions import Assumptions
from rules.scenarios import HAPPENED, WAITING, Scenario, simulate, totals_at
from tests.rules.lapses import MONDAY, days, shop

# One lapsed ten days ago, one lapses in five days, one in fifty.
EXPIRIES = [MONDAY - days(10), MONDAY + days(5), MONDAY + days(50)]


def authorizations(expiries=EXPIRIES, **columns):
    return pd.DataFrame({"expires_at": pd.to_datetime(expiries, utc=True), **columns})


def run(scenario, horizon=20, frame=None, assumptions=None, **who):
    frame = authorizations() if frame is None else frame
    shops = pd.concat([shop()] * len(frame))
    return simulate(scenario, shops, frame, MONDAY, horizon, assumptions or Assumptions(), **who)


def test_if_nobody_renews_accounts_lapse_on_their_day():
    daily = run(Scenario.NOBODY, 60).daily
    assert daily.accounts_blocked[[0, 4, 5, 49, 50]].tolist() == [1, 1, 2, 2, 3]
    assert daily.orders_waiting[[0, 5, 6]].tolist() == [200, 300, 340]
    assert daily.orders_delayed.equals(daily.orders_waiting)


def test_if_everybody_renews_today_nothing_waits_and_nothing_more_happens():
    daily = run(Scenario.EVERYBODY_TODAY).daily
    assert (daily[list(WAITING)] == 0).all(axis=None)
    nobody = run(Scenario.NOBODY).daily
    for figure in HAPPENED:
        assert daily[figure].nunique() == 1
        assert daily[figure][20] == pytest.approx(nobody[figure][0])


def test_renewed_today_all_have_lapsed_again_365_days_later():
    daily = run(Scenario.EVERYBODY_TODAY, 365).daily
    assert daily.accounts_blocked[[364, 365]].tolist() == [0, 3]
    assert daily.orders_waiting[365] == 0


def test_a_renewal_before_the_expiry_prevents_the_lapse():
    who = {"selected": [False, True, False], "renew_at": MONDAY + days(5)}
    daily = run(Scenario.SELECTED_ON_DAY, **who).daily
    assert daily.accounts_blocked.unique().tolist() == [1]
    early = run(Scenario.SELECTED_ON_DAY, selected=[False, True, False], renew_at=MONDAY)
    pd.testing.assert_frame_equal(early.daily, daily, rtol=1e-6)


def test_a_late_renewal_ends_the_waiting_but_not_what_has_happened():
    who = {"selected": [False, True, False], "renew_at": MONDAY + days(7.5)}
    daily = run(Scenario.SELECTED_ON_DAY, **who).daily
    assert daily.accounts_blocked[[4, 5, 7, 8]].tolist() == [1, 2, 2, 1]
    assert daily.orders_waiting[[7, 8]].tolist() == [340 + 40, 360]
    # 2.5 days of the second account's orders had to wait, 1.5 days of them too long.
    assert daily.orders_delayed[8] == 360 + 50
    assert daily.orders_late[8] == (18 - 1) * 20 + 30
    assert daily.accounts_past_late_mark[20] == 2


def test_a_renewal_after_the_horizon_changes_nothing_within():
    who = {"selected": [True, True, True], "renew_at": MONDAY + days(30)}
    nobody = run(Scenario.NOBODY).daily
    pd.testing.assert_frame_equal(run(Scenario.SELECTED_ON_DAY, **who).daily, nobody)


def test_at_the_usual_rate_the_expected_number_lapses():
    assumptions = Assumptions(usual_renewal_rate=0.75)
    daily = run(Scenario.USUAL_RATE, 60, assumptions=assumptions).daily
    assert daily.accounts_blocked[[0, 5, 60]].tolist() == [1, 1.25, 1.5]
    assert daily.orders_waiting[6] == 320 + 0.25 * 20


def test_accounts_without_expiry_and_those_that_stay_out_are_counted_apart():
    frame = authorizations([*EXPIRIES, None, None], stays_out=[True, False, False, False, True])
    totals = run("nobody", 60, frame=frame)
    assert (totals.counted, totals.without_expiry, totals.stays_out) == (2, 1, 2)
    assert totals.daily.accounts_blocked[60] == 2
    assert run("everybody_today", 365, frame=frame).daily.accounts_blocked[365] == 2


def test_before_the_grant_nothing_is_blocked():
    long_ago = MONDAY - days(2_000)
    totals = simulate("nobody", shop(), authorizations([MONDAY]), long_ago, 365, Assumptions())
    assert (totals.daily == 0).all(axis=None)


def test_blocked_for_years_is_counted_in_full():
    frame = authorizations([MONDAY - days(3_000)])
    daily = run("nobody", 1, frame=frame).daily
    assert daily.orders_waiting.tolist() == [60_000, 60_020]
    assert daily.offers_stale_price[0] == pytest.approx(100)
    assert np.isfinite(daily).all(axis=None)


def test_no_authorizations_give_zeros_for_every_day():
    for scenario in ("nobody", "everybody_today", "usual_rate"):
        totals = simulate(scenario, shop().iloc[:0], authorizations([]), MONDAY, 5, Assumptions())
        assert (totals.daily == 0).all(axis=None) and len(totals.daily) == 6


def test_selected_needs_to_know_who_and_when():
    with pytest.raises(ValueError, match="renew_at"):
        run("selected_on_day", selected=[True, True, True])
    with pytest.raises(ValueError, match="before as_of"):
        run("selected_on_day", selected=[True] * 3, renew_at=MONDAY - days(1))


def test_an_unknown_scenario_is_refused():
    with pytest.raises(ValueError, match="somebody"):
        run("somebody")


@pytest.mark.parametrize("scenario", list(Scenario))
def test_the_totals_at_a_moment_are_the_day_of_the_same_moment(scenario):
    who = {"selected": [True, True, False], "renew_at": MONDAY + days(7.5)}
    daily = run(scenario, **who).daily
    for day in (0, 7, 8, 20):
        at = totals_at(
            scenario,
            pd.concat([shop()] * 3),
            authorizations(),
            MONDAY,
            MONDAY + days(day),
            Assumptions(),
            **who,
        )
        # Some orders and offers are counted in bins of demand, which differ with the horizon.
        assert at.to_dict() == pytest.approx(daily.loc[day].to_dict(), rel=0.03)


def test_between_two_days_the_totals_lie_between_theirs():
    shops = pd.concat([shop()] * 3)
    at = totals_at("nobody", shops, authorizations(), MONDAY, MONDAY + days(5.5), Assumptions())
    assert at.orders_waiting == pytest.approx(20 * (15.5 + 0.5))
    assert at.accounts_blocked == 2


def test_a_last_moment_before_the_first_is_refused():
    with pytest.raises(ValueError, match="before as_of"):
        totals_at(
            "nobody", shop(), authorizations(EXPIRIES[:1]), MONDAY, MONDAY - days(1), Assumptions()
        )
