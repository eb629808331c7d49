"""Whom to renew early."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.smoothing import Move, smoothed, usual_level

WEEKS = st.lists(st.integers(0, 40), min_size=1, max_size=20)
EARLY = st.integers(1, 8)


def test_a_cliff_is_laid_into_the_weeks_before_it_the_nearest_first():
    proposal = smoothed([10, 10, 10, 10, 40, 10], level=20)
    assert proposal.moves == (Move(4, 2, 10), Move(4, 3, 10))
    assert proposal.after == (10, 10, 20, 20, 20, 10)
    assert (proposal.accounts, proposal.days_forfeited) == (20, 10 * 7 + 10 * 14)


def test_what_may_not_be_so_early_raises_the_level():
    proposal = smoothed([0, 0, 0, 40], level=1, most_weeks=1)
    assert proposal.after == (0, 0, 20, 20)
    assert proposal.level == 20


def test_the_first_week_has_nobody_before_it():
    assert smoothed([50, 10, 10], level=10).moves == ()
    assert smoothed([50, 10, 10], level=10).level == 50


def test_nobody_is_invited_in_a_week_that_is_over_for_the_team():
    assert smoothed([10, 10, 40], level=20).moves == (Move(2, 0, 10), Move(2, 1, 10))
    assert smoothed([10, 10, 40], level=20, first=1).moves == (Move(2, 1, 15),)
    assert smoothed([0, 40], level=20, first=1).moves == ()


def test_an_even_year_stays_as_it_is():
    assert smoothed([10] * 52).moves == ()
    assert smoothed([]).moves == ()
    assert smoothed([0] * 52).moves == ()


def test_the_usual_level_is_a_quarter_above_the_usual_week():
    assert usual_level([10, 10, 12, 100, 0]) == 14
    assert usual_level([0, 0]) == 0


@given(WEEKS, st.none() | st.integers(0, 50), EARLY)
def test_nobody_is_late_nobody_is_lost_and_no_peak_grows(weeks, level, most_weeks):
    proposal = smoothed(weeks, level, most_weeks)
    assert all(0 < move.of - move.to <= most_weeks for move in proposal.moves)
    assert all(move.accounts > 0 for move in proposal.moves)
    assert sum(proposal.after) == sum(weeks)
    assert max(proposal.after) <= max(weeks)
    moved_from = [sum(m.accounts for m in proposal.moves if m.of == w) for w in range(len(weeks))]
    moved_to = [sum(m.accounts for m in proposal.moves if m.to == w) for w in range(len(weeks))]
    assert [b - f + t for b, f, t in zip(weeks, moved_from, moved_to, strict=True)] == list(
        proposal.after
    )


@given(WEEKS, st.integers(0, 50), EARLY)
def test_no_more_is_moved_than_stands_above_the_level(weeks, level, most_weeks):
    proposal = smoothed(weeks, level, most_weeks)
    assert proposal.accounts == sum(max(n - proposal.level, 0) for n in weeks)
    assert all(
        after <= max(proposal.level, before)
        for before, after in zip(weeks, proposal.after, strict=True)
    )
    assert max(proposal.after) <= proposal.level


def by_trying_everything(weeks: list[int], most_weeks: int) -> tuple[int, int]:
    """The lowest peak of all ways to renew early that move nobody from a week at or below that
    peak, and the least weeks forfeited by them."""
    best = (max(weeks), 0)
    units = [week for week, n in enumerate(weeks) for _ in range(n)]
    for earlier in product(range(most_weeks + 1), repeat=len(units)):
        after = [0] * len(weeks)
        for of, early in zip(units, earlier, strict=True):
            if early > of:
                break
            after[of - early] += 1
        else:
            moved = sum(1 for early in earlier if early)
            if moved == sum(max(n - max(after), 0) for n in weeks):
                best = min(best, (max(after), sum(earlier)))
    return best


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4).filter(lambda w: sum(w) <= 6), EARLY)
def test_no_other_way_is_lower_or_forfeits_less(weeks, most_weeks):
    proposal = smoothed(weeks, 0, min(most_weeks, 2))
    lowest, forfeited = by_trying_everything(weeks, min(most_weeks, 2))
    assert max(proposal.after) == lowest
    assert proposal.days_forfeited == 7 * forfeited


@pytest.mark.parametrize("level", [0, 7, 20])
def test_a_level_that_can_be_reached_is_reached_exactly(level):
    weeks = [0, 0, 0, 0, 20]
    assert max(smoothed(weeks, level, 4).after) == max(level, 4)
