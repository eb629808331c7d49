"""The share renewed before expiry, and the median of the days before."""

from math import isnan
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from rules.prevention import prevention


def test_a_month_comes_to_what_one_counts_by_hand():
    found = prevention({3: 1, 10: 2}, lapses_begun=1, blocked_days=12.5)
    assert (found.renewed_in_time, found.share_in_time, found.median_days) == (3, 0.75, 10)


def test_where_nothing_was_due_there_is_no_share():
    found = prevention({}, 0, 0.0)
    assert isnan(found.share_in_time)
    assert isnan(found.median_days)
    assert prevention({}, 4, 0.0).share_in_time == 0


@given(st.lists(st.integers(0, 364), min_size=1, max_size=50))
def test_the_median_is_that_of_the_single_days(days):
    assert prevention({d: days.count(d) for d in days}, 0, 0.0).median_days == median(days)
