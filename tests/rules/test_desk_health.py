"""What the checks of the desk make of their figures."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.desk_health import (
    Check,
    Condition,
    clock_check,
    mirror_check,
    secret_check,
    worst,
)

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("seconds", [-5, 0, 4.9, 5])
def test_a_few_seconds_are_no_skew(seconds):
    assert clock_check(timedelta(seconds=seconds)).condition is Condition.OK


@pytest.mark.parametrize(("seconds", "word"), [(-5.1, "behind"), (3_600, "ahead of")])
def test_more_is_and_says_which_way(seconds, word):
    found = clock_check(timedelta(seconds=seconds))
    assert found.condition is Condition.DEGRADED and word in found.says
    assert found.value == seconds


def test_the_oldest_source_counts():
    read_at = [NOW, NOW - DAY - timedelta(seconds=1)]
    assert mirror_check(read_at, NOW, DAY).condition is Condition.DEGRADED
    assert mirror_check(read_at, NOW, 2 * DAY).condition is Condition.OK


def test_a_source_that_was_never_read_completely_is_degraded_and_none_at_all_is_fine():
    assert mirror_check([NOW, None], NOW, DAY).condition is Condition.DEGRADED
    assert mirror_check([], NOW, DAY).condition is Condition.OK


@pytest.mark.parametrize(
    ("age", "condition"),
    [(0, "ok"), (89, "ok"), (90, "degraded"), (179, "degraded"), (181, "degraded")],
)
def test_the_secret_is_degraded_from_its_first_warning_on(age, condition):
    set_on = date(2026, 11, 23) - age * DAY
    assert secret_check(set_on, date(2026, 11, 23)).condition == condition


def test_a_secret_of_unknown_age_is_no_alarm():
    assert secret_check(None, date(2026, 11, 23)).condition is Condition.OK


@given(st.lists(st.sampled_from(Condition)))
def test_dead_beats_degraded_beats_ok(conditions):
    found = worst([Check("x", each, "") for each in conditions])
    assert (found is Condition.DEAD) == (Condition.DEAD in conditions)
    assert (found is Condition.OK) == (set(conditions) <= {Condition.OK})
