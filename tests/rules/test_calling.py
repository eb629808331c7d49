"""When a seller may be called."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.calling import is_office_time


@pytest.mark.parametrize(
    ("local", "office"),
    [
        ("2026-11-23 08:59", False),
        ("2026-11-23 09:00", True),
        ("2026-11-27 16:59", True),
        ("2026-11-23 17:00", False),
        ("2026-11-28 12:00", False),
    ],
)
def test_office_hours_are_those_of_the_sellers_clock(local, office):
    there = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    assert is_office_time(there) is office
