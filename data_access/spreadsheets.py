"""What a spreadsheet would run instead of showing, made harmless; for every CSV that we write."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK = "\ufeff".encode()
"""What a CSV file begins with, so that Excel reads it as UTF-8."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet takes for a formula, spaces before it aside."""

_LATER_CELL = re.compile(r"([;\t\r\n][\"\s]*)(?=[=+@-])")
"""Where a cell begins for a program that takes another character than the comma for the separator,
as Excel does in German: for it our quotes stand in the middle of a cell and mean nothing."""


def defused(value: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    text = _LATER_CELL.sub(r"\1'", value)
    return "'" + text if text.lstrip(" ").startswith(FORMULA) else text


def csv_lines(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as lines of CSV in UTF-8, every cell defused."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([defused(value) for value in row] for row in rows)
    return buffer.getvalue().encode()
