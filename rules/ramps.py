"""Sums of straight ramps: weight × (moment − start), counted from each account's own start.

Orders waiting, days blocked, orders late and cancelled all grow in a straight line from some
moment of the account's own. Their sum over accounts is a straight line between two starts, so two
counts per bin, of the weights and of weight × start, give it exactly at every edge of a bin.
"""

import numpy as np
from numpy.typing import NDArray

from rules.day_numbers import Floats


class Ramps:
    """Collects accounts into `bins`; the last edge of a bin is where sums can be asked for."""

    def __init__(self, bins: int) -> None:
        self._weights = np.zeros(bins)
        self._moments = np.zeros(bins)

    def __len__(self) -> int:
        return len(self._weights)

    def add(self, bins: NDArray, starts: Floats, weights: Floats) -> None:
        """Add accounts; those with a bin beyond the last one begin too late to matter."""
        size = len(self._weights)
        self._weights += np.bincount(bins, weights, size)[:size]
        self._moments += np.bincount(bins, weights * starts, size)[:size]

    def weights_until(self, edges: NDArray) -> Floats:
        """Sum of the weights of all accounts that have started by those edges."""
        return np.cumsum(self._weights)[edges]

    def sums_at(self, edges: NDArray, moments: Floats) -> Floats:
        """Sum of weight × (moment − start) over those that have started by each edge.

        `moments` are the moments at which those edges lie, on the same scale as the starts.
        """
        sums = moments * np.cumsum(self._weights)[edges] - np.cumsum(self._moments)[edges]
        return np.maximum(sums, 0.0)
