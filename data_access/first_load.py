"""Very many rows into an empty table: its indexes are built once at the end, not row by row.

Keeping seventeen indexes and the trigram search up to date costs a first load most of its time;
building them of a full table takes a fraction, as each is sorted once. So does looking up what each
row points at, which PostgreSQL does of a full table in one go. All of it happens in the caller's
transaction, so that nobody ever sees a table without its indexes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, exists, select, text

from data_access import schema
from data_access.bulk import give_room

LOADED = (schema.authorization, schema.event)
"""The tables whose indexes are worth it."""

POINTING = (*LOADED, schema.sync_profile, schema.source_row)
"""The tables whose references are."""

CACHE_KIB = 262_144
"""SQLite's page cache while indexes are built; afterwards it is small again."""

_SEARCH = "authorization_search"
_APART = (("automerge", 0), ("crisismerge", 1_000))
_USUAL = (("automerge", 4), ("crisismerge", 16))
"""What SQLite takes unless it is told otherwise: how many pieces of the search make one."""


@contextmanager
def indexes_at_the_end(connection: Connection) -> Iterator[None]:
    """Around the insertion of very many accounts; does nothing where there are some already.

    PostgreSQL keeps readers of these (empty) tables waiting meanwhile; SQLite does not.
    """
    if not _is_empty(connection):
        yield
        return
    sqlite = connection.dialect.name == "sqlite"
    made = [sql for table in LOADED for sql in _set_aside(connection, table)]
    if sqlite:
        before = connection.exec_driver_sql("PRAGMA cache_size").scalar()
        connection.exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIB}")
    else:
        give_room(connection)
        made += [sql for table in POINTING for sql in _references_set_aside(connection, table)]
    yield
    for sql in made:
        connection.exec_driver_sql(sql)
    if sqlite:
        _build_search(connection)
        connection.exec_driver_sql(f"PRAGMA cache_size={before}")


def _build_search(connection: Connection) -> None:
    """The trigrams of all accounts in pieces, which are put together once at the end; SQLite would
    put four of them together again and again meanwhile, which takes as long as all the rest."""
    for command, value in (*_APART, ("rebuild", None), *_USUAL, ("optimize", None)):
        connection.exec_driver_sql(
            f"INSERT INTO {_SEARCH}({_SEARCH}, rank) VALUES (?, ?)",  # noqa: S608
            (command, value),
        )


def _is_empty(connection: Connection) -> bool:
    return not connection.scalar(select(exists().select_from(schema.authorization)))


def _set_aside(connection: Connection, table: Table) -> list[str]:
    """Drops indexes and triggers of a table; returns the statements that make them again.

    They are read from the database, so that exactly what was there comes back. Those of keys
    stay: they keep out what may exist only once, and the load itself looks accounts up by them.
    """
    if connection.dialect.name == "sqlite":
        found = connection.execute(
            text(
                "SELECT type, name, sql FROM sqlite_master "
                "WHERE tbl_name = :table AND type IN ('index', 'trigger') AND sql IS NOT NULL"
            ),
            {"table": table.name},
        ).all()
    else:
        found = connection.execute(
            text(
                "SELECT 'index', indexname, indexdef FROM pg_indexes "
                "WHERE schemaname = current_schema() AND tablename = :table "
                "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
            ),
            {"table": table.name},
        ).all()
    for kind, name, _ in found:
        connection.exec_driver_sql(f'DROP {kind} "{name}"')
    return [sql for _, _, sql in found]


def _references_set_aside(connection: Connection, table: Table) -> list[str]:
    """The same for the references of a table on PostgreSQL."""
    found = connection.execute(
        text(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND conrelid = to_regclass(:table)"
        ),
        {"table": f'"{table.name}"'},
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{name}"')
    return [
        f'ALTER TABLE "{table.name}" ADD CONSTRAINT "{name}" {definition}'
        for name, definition in found
    ]
