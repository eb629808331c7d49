"""Whom to renew early, so that no week has more to do than it can bear, and next year none either.

A renewal moves the expiry: whoever renews in a week is due again 52 weeks (and a day) later. So an
account that is invited in an earlier week takes its work out of a crowded week for good.

The rule is that of filling with water: weeks above a level give what stands above it to earlier
weeks, each to the nearest that has room below the level. Nobody is moved past the expiry, and
nobody who stands below the level is moved at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

ROOM_ABOVE_USUAL = 1.25
"""A week may be this many times the usual one before any of it is worth moving."""

MOST_WEEKS_EARLY = 8
"""Days left are forfeited by renewing early; beyond two months that is much to ask."""

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Move:
    """Invite `accounts` that expire in week `of` in week `to` already; weeks by their place."""

    of: int
    to: int
    accounts: int

    @property
    def days_each(self) -> int:
        """The days that each of them forfeits, to the week."""
        return (self.of - self.to) * DAYS_A_WEEK


@dataclass(frozen=True, slots=True)
class Proposal:
    """Moves that bring every week down to a level.

    level   the most accounts that a week has afterwards, or has by itself where nothing is moved
    before  accounts a week as they expire
    after   accounts a week as they renew, and thus as they expire a year later
    moves   in the order of the calendar
    """

    level: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    moves: tuple[Move, ...]

    @property
    def accounts(self) -> int:
        """How many accounts are invited early."""
        return sum(move.accounts for move in self.moves)

    @property
    def days_forfeited(self) -> int:
        """Days that all of them forfeit together."""
        return sum(move.accounts * move.days_each for move in self.moves)


def usual_level(weeks: Sequence[int]) -> int:
    """The level aimed at unless told otherwise: ROOM_ABOVE_USUAL times the median week."""
    busy = [accounts for accounts in weeks if accounts]
    return ceil(ROOM_ABOVE_USUAL * median(busy)) if busy else 0


def smoothed(
    weeks: Sequence[int],
    level: int | None = None,
    most_weeks: int = MOST_WEEKS_EARLY,
    first: int = 0,
) -> Proposal:
    """The proposal that reaches `level`, or the lowest level above it that can be reached.

    weeks       accounts that expire in each week, the current one first
    most_weeks  how many weeks earlier than its expiry an account may be invited, at most
    first       the first week, by its place, in which somebody can still be invited
    """
    wanted = usual_level(weeks) if level is None else level
    low, high = wanted, max(wanted, max(weeks, default=0))
    # At the height of the highest week nothing has to be moved, so a level is always found.
    while low < high:
        middle = (low + high) // 2
        if _moves(weeks, middle, most_weeks, first) is None:
            low = middle + 1
        else:
            high = middle
    moves = _moves(weeks, low, most_weeks, first) or []
    after = list(weeks)
    for move in moves:
        after[move.of] -= move.accounts
        after[move.to] += move.accounts
    return Proposal(low, tuple(weeks), tuple(after), tuple(moves))


def _moves(weeks: Sequence[int], level: int, most_weeks: int, first: int) -> list[Move] | None:
    """From the last week to the first: what stands above the level waits for the nearest earlier
    room; the latest expiry goes first, since its time to be early runs out first. None where
    somebody would have to be more than `most_weeks` early."""
    waiting: list[list[int]] = []
    moves: list[Move] = []
    for week in range(len(weeks) - 1, -1, -1):
        if waiting and waiting[0][0] - week > most_weeks:
            return None
        room = max(level - weeks[week], 0) if week >= first else 0
        while room and waiting:
            of, accounts = waiting[0]
            taken = min(room, accounts)
            moves.append(Move(of, week, taken))
            room -= taken
            waiting[0][1] -= taken
            if not waiting[0][1]:
                waiting.pop(0)
        if weeks[week] > level:
            waiting.append([week, weeks[week] - level])
    return None if waiting else sorted(moves, key=lambda move: (move.to, move.of))
