"""When a seller may be called."""

from datetime import datetime

OPENS, CLOSES = 9, 17
"""Office hours, by the clock where the seller is."""

_SATURDAY = 5


def is_office_time(local: datetime) -> bool:
    """Whether somebody can be expected at the phone at that moment of the seller's own clock."""
    return local.weekday() < _SATURDAY and OPENS <= local.hour < CLOSES
