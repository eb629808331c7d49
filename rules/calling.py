"""When a seller may be called, and by which number."""

import re
from datetime import datetime

from rules.days import SATURDAY

OPENS, CLOSES = 9, 17
"""Office hours, by the clock where the seller is."""


def is_office_time(local: datetime) -> bool:
    """Whether somebody can be expected at the phone at that moment of the seller's own clock."""
    return local.weekday() < SATURDAY and OPENS <= local.hour < CLOSES


_NUMBER = re.compile(r"\(?\+?[0-9][0-9\s()/.–-]*")
_NATIONAL_ZERO = re.compile(r"((?:\+|00)[0-9]{1,3})\s*\(0\)")
"""Left out by who dials from abroad: +49 (0)30."""
_DIGITS = range(5, 16)
"""How many a number that can be dialled has; 15 are the most in the world (E.164)."""


def dialled(phone: str) -> str:
    """What a telephone is told to dial, as in tel:+49-30-555012 (RFC 3966).

    phone: as somebody wrote it down. Empty where it is not one number and nothing else: neither a
    remark or a second number beside it nor the codes that change the settings of a telephone are
    for dialling.
    """
    written = _NATIONAL_ZERO.sub(r"\1 ", phone.strip())
    groups = re.findall("[0-9]+", written)
    if not _NUMBER.fullmatch(written) or sum(map(len, groups)) not in _DIGITS:
        return ""
    # Behind an area code stands the longer part; an extension, or another number, is shorter.
    before, *behind = ("".join(re.findall("[0-9]", part)) for part in written.split("/"))
    if len(behind) > 1 or (behind and len(before) >= len(behind[0])) or "(0)" in written:
        return ""
    return "+" * ("+" in written) + "-".join(groups)
