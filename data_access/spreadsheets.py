"""What a spreadsheet would run instead of showing, made harmless; for every CSV that we write."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet takes for a formula, spaces before it aside."""


def defused(value: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return "'" + value
    return value
