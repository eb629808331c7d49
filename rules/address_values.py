"""Numbers and days as addresses write them; anybody may have written an address."""

from datetime import date


def number_in(text: str) -> int | None:
    """A whole number from 0 on; None where it is none that a database can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def day_in(text: str) -> date | None:
    """A calendar day; None where it is none, or too far from today to be spoken of."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # A margin at both ends: the window is computed with neighbouring days and zone offsets.
    return day if 1900 <= day.year <= 9000 else None
