"""Inserts that may find their row there already."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert of the database's own kind: with `on_conflict_do_nothing`, `on_conflict_do_update`
    and `excluded`, which both of ours know and the standard does not."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
