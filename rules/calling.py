"""When a seller may be called."""

from datetime import datetime

from rules.days import SATURDAY

OPENS, CLOSES = 9, 17
"""Office hours, by the clock where the seller is."""


def is_office_time(local: datetime) -> bool:
    """Whether somebody can be expected at the phone at that moment of the seller's own clock."""
    return local.weekday() < SATURDAY and OPENS <= local.hour < CLOSES
