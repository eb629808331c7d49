"""Days on which too many expire at once are named."""

from datetime import date

from rules.cliffs import Cliff, cliffs, near_cliffs


def test_a_cliff_is_a_day_far_above_the_others():
    days = [f"day {n}" for n in range(30)]
    assert [cliff.day for cliff in cliffs(days, [3] * 29 + [200])] == ["day 29"]
    assert cliffs(days, [3] * 30) == []
    assert cliffs([], []) == []


def test_a_cliff_says_how_far_it_stands_out():
    days = ["a", "b", "c", "d", "e"]
    assert cliffs(days, [4, 4, 50, 4, 4]) == [Cliff("c", 50, 12.5)]


def test_the_largest_are_kept_in_the_order_of_the_calendar():
    days = list(range(40))
    accounts = [2] * 33 + [60, 61, 62, 10, 63, 64, 65]
    assert [cliff.day for cliff in cliffs(days, accounts)] == [34, 35, 37, 38, 39]


def test_a_cliff_that_midnight_cuts_in_two_is_looked_for_on_the_days_around():
    days = [date(2027, 2, day) for day in range(1, 29)]
    accounts = [2] * 9 + [6, 7] + [2] * 17
    assert cliffs(days, accounts) == []
    assert near_cliffs(days, accounts) == {date(2027, 2, day) for day in range(9, 13)}
    assert near_cliffs([], []) == set()
