"""Keeps a database from entering by an index that it would wrongly take for a good one."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, String, true


def unindexed(said: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same text, number or condition in a form that no index serves.

    The database checks it on the rows that it finds by other conditions. SQLite enters by any index
    that there is, and expects few rows of any range with two ends.
    """
    if isinstance(said.type, String):
        return said.concat("")
    if isinstance(said.type, Integer):
        return said + 0
    return said.is_(true())
