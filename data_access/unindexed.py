"""Words by which no database enters an index, where it would take a bad one for a good one."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, String, true


def unindexed(said: ColumnElement[Any]) -> ColumnElement[Any]:
    """A text, a number or a condition that says the same; where it is asked for, the databases look
    at each row that they have come to by other ways.

    SQLite takes whatever has an index, and any range with two ends for a narrow one.
    """
    if isinstance(said.type, String):
        return said.concat("")
    if isinstance(said.type, Integer):
        return said + 0
    return said.is_(true())
