"""Days on which too many expire at once are named."""

from rules.cliffs import cliff_days


def test_a_cliff_is_a_day_far_above_the_others():
    days = [f"day {n}" for n in range(30)]
    assert cliff_days(days, [3] * 29 + [200]) == ["day 29"]
    assert cliff_days(days, [3] * 30) == []
    assert cliff_days([], []) == []
