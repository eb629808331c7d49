"""Time zones of sellers, whose names come from a source and may be anything."""

from zoneinfo import ZoneInfo

from data_access.settings import settings
from data_access.zone_names import zone_names


def zone_of(name: str) -> ZoneInfo:
    """A seller's zone, or that of the desk where the name is none."""
    return ZoneInfo(name) if name in zone_names() else settings().zone
