"""The time zones there are."""

from functools import cache
from zoneinfo import available_timezones


@cache
def zone_names() -> frozenset[str]:
    """Every zone there is; looked up once, since the answer is gathered from many files."""
    return frozenset(available_timezones())


def a_zone(name: str) -> str:
    """`name`, which somebody set. Raises ValueError where it is no time zone."""
    if name not in zone_names():
        raise ValueError("is no time zone, as Europe/Berlin is one")
    return name
