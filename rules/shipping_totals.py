"""Late and automatically cancelled orders of many accounts, summed for each day.

Both start when an account's first order of the lapse is due. Late orders are read off on the days
of the horizon; cancelled ones at the ship-by dates whose seven business days are over then. Those
dates lie at the same time of day as the horizon's days, except that on weekends the answer is a
midnight. So days are binned in two parts, before and after the horizon's time of day, and every
moment that is asked for is an edge.
"""

import numpy as np

from rules.business_days import latest_start
from rules.day_numbers import Floats
from rules.ramps import Ramps


class ShippingTotals:
    """Collects accounts by the moment their first order is due; days count from `as_of`.

    as_of: day number of the horizon's first day. days: length of the horizon.
    """

    def __init__(self, as_of: float, days: int, auto_cancel_business_days: float) -> None:
        self._time_of_day = as_of % 1.0
        self._days = np.arange(days + 1, dtype=np.float64)
        cancelled_up_to = latest_start(as_of + self._days, auto_cancel_business_days)
        self._cancelled_up_to = cancelled_up_to - as_of
        self._first_day = np.floor(self._cancelled_up_to[0]) - 2
        self._ramps = Ramps(2 * int(days - self._first_day + 2))

    def add(self, first_due: Floats, unworked_orders_per_day: Floats) -> None:
        """first_due: days after `as_of`, may be negative. Orders that nobody ships, per day."""
        since_midnight = first_due + self._time_of_day
        day = np.floor(since_midnight)
        later = since_midnight - day > self._time_of_day
        half_day = 2 * (day - self._first_day) + later
        bins = np.clip(half_day, 0, len(self._ramps)).astype(np.int32)
        self._ramps.add(bins, first_due, unworked_orders_per_day)

    def late(self) -> Floats:
        """Orders late by each day, from the horizon's first to its last."""
        return self._ramps.sums_at(self._edges(self._days), self._days)

    def auto_cancelled(self) -> Floats:
        """Orders cancelled by Amazon by each day."""
        return self._ramps.sums_at(self._edges(self._cancelled_up_to), self._cancelled_up_to)

    def _edges(self, moments: Floats) -> np.ndarray:
        since_midnight = moments + self._time_of_day
        midnight = np.rint(since_midnight)
        # Which of the two kinds of edge it is must not depend on the last bit of a float.
        at_midnight = np.abs(since_midnight - midnight) < 1e-9
        at_time_of_day = np.rint(since_midnight - self._time_of_day)
        edges = np.where(
            at_midnight,
            2 * (midnight - self._first_day) - 1,
            2 * (at_time_of_day - self._first_day),
        )
        return edges.astype(np.int32)
