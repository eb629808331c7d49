"""How well lapses are prevented: of the expiries of a time, those that were renewed before."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Prevention:
    """What became of the expiries of a month, or of a cohort.

    renewed_in_time  expiries that never came, because a renewal was faster
    lapses_begun     expiries that came
    median_days      whole days from renewal to expiry, the median of those in time; NaN if none was
    blocked_days     days that accounts were blocked in that time, whenever their lapse began
    """

    renewed_in_time: int
    lapses_begun: int
    median_days: float
    blocked_days: float

    @property
    def share_in_time(self) -> float:
        """Renewed in time, of all expiries (0 to 1); NaN where there was none."""
        due = self.renewed_in_time + self.lapses_begun
        return self.renewed_in_time / due if due else float("nan")


def prevention(
    days_before: Mapping[int, int], lapses_begun: int, blocked_days: float
) -> Prevention:
    """The same from how many renewed so many whole days before expiry."""
    days = np.repeat(list(days_before), list(days_before.values()))
    median = float(np.median(days)) if days.size else float("nan")
    return Prevention(int(days.size), lapses_begun, median, blocked_days)
