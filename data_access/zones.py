"""Time zones of sellers, whose names come from a source and may be anything."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from data_access.settings import settings


@cache
def zone_names() -> frozenset[str]:
    """Every zone there is; looked up once, since the answer is gathered from many files."""
    return frozenset(available_timezones())


def zone_of(name: str) -> ZoneInfo:
    """A seller's zone, or that of the desk where the name is none."""
    return ZoneInfo(name) if name in zone_names() else settings().zone
