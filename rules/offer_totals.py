"""Stale offers and oversold orders of many accounts, summed for each day.

Both are about offers hit by a Poisson stream: an offer is stale once it was hit at all, oversold
once it was hit more often than there was stock. Accounts with the same rate per offer behave
alike, so offers are counted by rate (on a LogGrid) and day, and the counts are then walked through
the horizon a day at a time: the share of offers hit k times tomorrow follows from today's.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rules.day_numbers import Floats
from rules.log_grid import LogGrid

# Hits a day and offer: even steps up to 6e-5, then ever coarser up to 250: all is hit at once.
_RATES = LogGrid(smallest=2.0**-14, octaves=22, steps=32)
# Units a day and offer: they go on counting beyond the first hit, up to 67 million.
_DEMANDS = LogGrid(smallest=2.0**-14, octaves=40, steps=32)
# Days that a lapse had lasted when the horizon began: single days at first, then ever coarser.
_AGES = LogGrid(smallest=16.0, octaves=10, steps=16)


class StaleTotals:
    """Distinct stale offers. Exact in time; only the rates lie on a grid (error below 1e-4)."""

    def __init__(self, days: int) -> None:
        self._fresh = np.zeros((days + 1, _RATES.size))
        self._offers = np.zeros(days + 1)

    def add(self, first_day: NDArray, since: Floats, offers: Floats, rates: Floats) -> None:
        """first_day: first whole day of the horizon on which the account is blocked, and
        `since` how many days it has been blocked by then. rates: changes a day and offer."""
        fresh = offers * np.exp((-rates * since).astype(np.float32))
        rate, share = _RATES.split(rates)
        _count(self._fresh, first_day, rate, share, fresh)
        self._offers += np.bincount(first_day, offers, len(self._offers))

    def stale(self) -> Floats:
        """Stale offers on each day of the horizon."""
        start = np.zeros((1, _RATES.size))
        fresh = [hit[0].sum() for hit in _hits_by_day(self._fresh, start, _RATES.values)]
        return np.maximum(np.cumsum(self._offers) - fresh, 0.0)


class ExcessTotals:
    """Expected units asked for beyond `stock`, per offer, summed over offers and accounts.

    The expiry, too, lies on a grid here, of whole days in the horizon and of LogGrid days before
    it, which costs less than 1 % of a figure that itself rests on an assumed stock.
    """

    def __init__(self, days: int, stock: int) -> None:
        self._stock = stock
        # Rows: ages at the horizon's first day, then that day and each after it, and one to spare.
        self._counts = np.zeros((_AGES.size + days + 2, _DEMANDS.size))

    def add(self, blocked_from: Floats, offers: Floats, rates: Floats) -> None:
        """blocked_from: days after the horizon's first day, may be negative.
        rates: units asked for, a day and offer."""
        rate, share = _DEMANDS.split(rates)
        row, row_share = self._rows(blocked_from)
        later = offers * row_share
        _count(self._counts, row, rate, share, offers - later)
        _count(self._counts, row + 1, rate, share, later)

    def excess(self) -> Floats:
        """Units beyond the stock on each day of the horizon."""
        used = np.flatnonzero(self._counts.any(axis=0))
        counts, rates = self._counts[:, used], _DEMANDS.values[used]
        ages, starting = counts[: _AGES.size], counts[_AGES.size : -1]
        units = max(self._stock, 1)
        hit = _hits_so_far(ages, rates, units)
        offers = np.cumsum(starting, axis=0) + ages.sum(axis=0)
        # Mean demand grows by the rate each day, for every offer blocked the day before.
        demand = np.cumsum(np.vstack([rates * (_AGES.values @ ages), rates * offers[:-1]]), axis=0)
        left_over = np.maximum(self._stock - np.arange(units), 0)[:, None]
        unsold = [(left_over * now).sum() for now in _hits_by_day(starting, hit, rates)]
        return np.maximum(demand.sum(axis=1) - self._stock * offers.sum(axis=1) + unsold, 0.0)

    def _rows(self, blocked_from: Floats) -> tuple[NDArray, Floats]:
        age, age_share = _AGES.split(np.maximum(-blocked_from, 0.0))
        day = np.floor(np.maximum(blocked_from, 0.0))
        ahead = blocked_from >= 0
        row = np.where(ahead, day.astype(np.int32) + np.int32(_AGES.size), age)
        return row, np.where(ahead, blocked_from - day, age_share)


def _count(table: NDArray, rows: NDArray, rates: NDArray, share: NDArray, weights: Floats) -> None:
    """Add weights to (row, rate), a `share` of each to the next rate."""
    cells = rows.astype(np.int32) * np.int32(table.shape[1]) + rates
    upper = weights * share
    flat = table.reshape(-1)
    flat += np.bincount(cells, weights - upper, len(flat))
    # The last rate is never a lower neighbour, so the next cell is in the same row.
    cells += 1
    flat += np.bincount(cells, upper, len(flat))


def _hits_so_far(ages: Floats, rates: Floats, units: int) -> Floats:
    """Offers hit 0, 1, ... units − 1 times when the horizon begins, by rate."""
    rows = np.flatnonzero(ages.any(axis=1))
    mean = _AGES.values[rows, None] * rates
    chance = ages[rows] * np.exp(-mean)
    hit = np.empty((units, len(rates)))
    for count in range(units):
        hit[count] = chance.sum(axis=0)
        chance = chance * mean / (count + 1)
    return hit


def _hits_by_day(starting: Floats, hit: Floats, rates: Floats) -> Iterator[Floats]:
    """The offers hit 0, 1, ... times so far, by rate: one array for each day of the horizon.

    starting: offers that join each day, not hit yet. hit: those of before, by number of hits.
    """
    units = len(hit)
    in_a_day = np.exp(-rates) * np.ones((units, 1))
    for count in range(1, units):
        in_a_day[count] = in_a_day[count - 1] * rates / count
    hit = hit.copy()
    for day, joining in enumerate(starting):
        if day:
            tomorrow = hit * in_a_day[0]
            for more in range(1, units):
                tomorrow[more:] += hit[: units - more] * in_a_day[more]
            hit = tomorrow
        hit[0] += joining
        yield hit
