"""Expiries as contacts, hours and people."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.workload import RANGES, Effort, effort_of


def test_a_week_comes_to_what_one_reckons_by_hand():
    effort = Effort(needing_help=0.5, contacts_each=3, minutes_each=20, hours_a_week=10)
    assert effort.contacts(100) == 150
    assert effort.hours(100) == 50
    assert effort.people(100) == 5


def test_a_quiet_week_needs_nobody():
    assert Effort().people(0) == 0


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_two_weeks_together_need_what_each_needs(one, other):
    effort = Effort()
    assert effort.people(one + other) == pytest.approx(effort.people(one) + effort.people(other))


def test_each_assumption_has_a_range_that_holds_its_default():
    assert set(RANGES) == {field.name for field in fields(Effort)}
    assert effort_of({field.name: field.default for field in fields(Effort)}) == Effort()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"needing_help": 25}, "needing_help must lie between 0 and 1"),
        ({"hours_a_week": 0}, "hours_a_week must lie between 1 and 60"),
        ({"minutes_each": float("nan")}, "minutes_each must lie between"),
        ({"minutes": 3}, "minutes is no assumption"),
    ],
)
def test_what_means_nothing_is_refused_with_a_sentence(values, said):
    with pytest.raises(ValueError, match=said):
        effort_of(values)
