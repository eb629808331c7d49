"""When a seller may be called, and by which number."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.calling import dialled, is_office_time


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


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+49 30 5550121", "+49-30-5550121"),
        (" +49 (0)30 / 555-01.21 ", "+49-30-555-01-21"),
        ("(+48) 22 555\xa00121", "+48-22-555-0121"),
        ("030/5550121", "030-5550121"),
        ("", ""),
        ("110", ""),
        ("+49 30 5550121 (Anna)", ""),
        ("030 5550121 or 0171 5550121", ""),
        ("030 5550121, 0171 5550121", ""),
        ("030 5550121 0171 5550121", ""),
        ("030 5550121/22", ""),
        ("030 55501 / 55502", ""),
        ("030/555/01", ""),
        ("0049 (0)30 5550121", "0049-30-5550121"),
        ("+49 30 (0) 5550121", ""),
        ("*2767*3855#", ""),
        ("٠٣٠٥٥٥٠١٢١", ""),
        ("javascript:alert(1)", ""),
        ("1](https://evil.example) 23456", ""),
    ],
)
def test_only_what_is_one_number_is_dialled(written, number):
    assert dialled(written) == number
