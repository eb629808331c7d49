"""When a digest is due: once each working morning, from an hour on, until the day is over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

LONGEST_HOLIDAY = 31
"""So many days back a working morning is looked for."""


def _never(_day: date) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Mornings:
    """The mornings on which a team works.

    hour        from which on a digest is due, on the team's own clock
    weekdays    0 is Monday
    is_holiday  whether nobody works on a day although its weekday is one
    """

    hour: int
    weekdays: frozenset[int]
    is_holiday: Callable[[date], bool] = _never

    def has(self, day: date) -> bool:
        """Whether the team works on a day."""
        return day.weekday() in self.weekdays and not self.is_holiday(day)

    def due(self, local: datetime) -> date | None:
        """The day whose digest is due at a moment (aware, on the team's clock); None before the
        hour, and on a free day. A day that is over is due no more: nobody wants five at once."""
        today = local.date()
        return today if local.hour >= self.hour and self.has(today) else None

    def last(self, local: datetime) -> datetime | None:
        """When a digest last became due, on the same clock; None if not for LONGEST_HOLIDAY."""
        for back in range(LONGEST_HOLIDAY + 1):
            day = local.date() - timedelta(days=back)
            starts = datetime.combine(day, time(self.hour), local.tzinfo)
            if self.has(day) and starts <= local:
                return starts
        return None
