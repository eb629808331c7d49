"""Deleted rows are still in the files of a database: here they are taken out of these too."""

from sqlalchemy import Engine, text

from data_access.database_faults import said_plainly

_MERGE = "INSERT INTO authorization_search(authorization_search, rank) VALUES('merge', :pages)"

MERGED_AT_ONCE = 500
"""Pages of the search index that are merged in one transaction: a few tenths of a second. To merge
that of a million accounts in one go takes half a minute, in which nobody else could write."""


def overwrite(of: Engine) -> None:
    """Removes from the files what was deleted from the tables, as far as the database allows it.

    Raises DatabaseAway.
    """
    with said_plainly(of):
        if of.dialect.name == "sqlite":
            _merge_search_index(of)
            with of.connect().execution_options(begins=False) as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        with of.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            for table in ("seller", '"authorization"', "note", "message", "event"):
                connection.execute(text(f"VACUUM {table}"))


def _merge_search_index(of: Engine) -> None:
    """The search index holds what was deleted until all its parts are merged into one."""
    # A negative number begins a merge of all parts, a positive one goes on with it.
    pages = -MERGED_AT_ONCE
    while True:
        with of.connect().execution_options(writes=True) as connection, connection.begin():
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
            before = connection.scalar(text("SELECT total_changes()"))
            connection.execute(text(_MERGE), {"pages": pages})
            # Where nothing is left to merge, SQLite counts one change: the command itself.
            if connection.scalar(text("SELECT total_changes()")) - before < 2:
                return
        pages = MERGED_AT_ONCE
