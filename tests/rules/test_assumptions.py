import numpy as np
import pandas as pd
import pytest

from rules.assumptions import (
    PROFILE_COLUMNS,
    RANGES,
    Assumptions,
    OutOfRange,
    assumed,
    assumption_names,
    assumptions_of,
    filled,
)
from tests.rules.lapses import shop


def test_a_missing_value_is_assumed_and_reported():
    profile = pd.concat([shop(), shop(offers=np.nan, handling_days=-1)])
    seller = filled(profile, Assumptions(offers=77, handling_days=2))
    assert seller.offers.tolist() == [100, 77]
    assert seller.handling_days.tolist() == [1, 2]
    reported = assumed(profile)
    assert reported.iloc[0].sum() == 0
    assert reported.columns[reported.iloc[1]].tolist() == ["offers", "handling_days"]


def test_a_missing_column_is_assumed_for_everybody():
    profile = shop().drop(columns="orders_per_day")
    assert filled(profile, Assumptions(orders_per_day=3)).orders_per_day.tolist() == [3]
    assert assumed(profile).orders_per_day.tolist() == [True]


def test_zero_is_a_measured_value():
    assert not assumed(shop(orders_per_day=0)).orders_per_day[0]
    assert filled(shop(orders_per_day=0), Assumptions()).orders_per_day.tolist() == [0]


def test_values_beyond_belief_are_cut():
    seller = filled(shop(orders_per_day=1e300, seller_fulfilled_share=55), Assumptions())
    assert seller.orders_per_day.tolist() == [1e9]
    assert seller.seller_fulfilled_share.tolist() == [1]


def test_what_is_given_is_never_written_to():
    profile = shop(offers=np.nan)
    filled(profile, Assumptions())
    assert profile.offers.isna().all()


@pytest.mark.parametrize("dtype", ["Float64", "Int64", "object"])
def test_a_column_from_any_source_is_read(dtype):
    profile = pd.DataFrame({"offers": pd.Series([3, None], dtype=dtype)})
    assert filled(profile, Assumptions(offers=9)).offers.tolist() == [3, 9]


def test_every_column_of_the_profile_has_an_assumption():
    assert assumption_names()[: len(PROFILE_COLUMNS)] == PROFILE_COLUMNS


@pytest.mark.parametrize(
    "setting",
    [
        {"seller_fulfilled_share": 1.2},
        {"orders_per_day": -1},
        {"usual_renewal_rate": np.nan},
        {"orders_per_page": 101},
        {"stock_per_offer": -1},
        {"application_calls_per_second": 0},
    ],
)
def test_an_impossible_setting_is_refused(setting):
    with pytest.raises(OutOfRange, match=next(iter(setting))) as refused:
        Assumptions(**setting)
    assert refused.value.name == next(iter(setting))


@pytest.mark.parametrize("name", RANGES)
def test_the_ends_of_a_range_are_in_it_and_what_is_beyond_is_not(name):
    low, high = RANGES[name]
    for end, towards in ((low, -np.inf), (high, np.inf)):
        if np.isfinite(end):
            assert getattr(Assumptions(**{name: end}), name) == end
            with pytest.raises(OutOfRange):
                Assumptions(**{name: np.nextafter(end, towards)})


def test_every_assumption_has_its_range():
    assert set(RANGES) == set(assumption_names())


def test_values_from_a_form_become_assumptions():
    made = assumptions_of({"stock_per_offer": 3.0, "handling_days": 2})
    assert (made.stock_per_offer, made.handling_days) == (3, 2)
    assert made.offers == Assumptions().offers


@pytest.mark.parametrize(
    "values",
    [
        {"orders": 1},
        {"orders_per_day": None},
        {"orders_per_day": float("nan")},
        {"backfill_days": float("inf")},
        {"stock_per_offer": 2.5},
        {"usual_renewal_rate": 1.1},
    ],
)
def test_a_value_that_cannot_be_assumed_names_its_assumption(values):
    with pytest.raises(ValueError, match=next(iter(values))):
        assumptions_of(values)
