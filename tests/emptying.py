"""A token database as newly migrated, without migrating it anew for every test."""

from importlib import import_module

from sqlalchemy import Connection, Engine, insert, text

from data_access import schema
from data_access.audit_chain import CHAIN, START
from data_access.database import writing

GUARDS = import_module("data_access.migrations.versions.0005_company").APPEND_ONLY


EVERYTHING = [f'DELETE FROM "{table.name}"' for table in reversed(schema.metadata.sorted_tables)]

# SQLite counts from 1 again by itself. Not the sequences of temporary tables, which belong to other
# sessions.
FROM_ONE = """SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence
JOIN pg_class ON pg_class.oid = seqrelid WHERE relpersistence <> 't'"""


def empty(engine: Engine) -> None:
    """Takes everything out, and sets the audit trail to its beginning."""
    kind = engine.dialect.name
    with writing(engine) as connection:
        without_guards(connection)
        _run(connection, EVERYTHING if kind == "sqlite" else [*EVERYTHING, FROM_ONE])
        were_known = _forget_statistics(connection)
        connection.execute(insert(schema.audit_head).values(chain=CHAIN, last_id=0, hash=START))
        _run(connection, GUARDS[kind])
    if were_known:
        # Connections that have read them know them until they end.
        engine.dispose()


def _run(connection: Connection, statements: list[str]) -> None:
    """Runs them one after the other: on PostgreSQL in one message, not in sixty to and fro."""
    if connection.dialect.name == "postgresql":
        statements = [";".join(statements)]
    alone = connection.execution_options(no_parameters=True)
    for statement in statements:
        alone.exec_driver_sql(statement)


def _forget_statistics(connection: Connection) -> bool:
    """Takes away what a test's ANALYZE has told SQLite's planner; whether there was anything."""
    if connection.dialect.name != "sqlite":
        return False
    tables = connection.scalars(
        text("SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'")
    ).all()
    gone = [connection.execute(text(f"DELETE FROM {name}")).rowcount for name in tables]
    return any(gone)


def without_guards(connection: Connection) -> None:
    """What somebody with the database in hand can do: entries of the trail may be changed."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION IF EXISTS audit_entry_is_kept CASCADE"))
        return
    for deed in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS audit_entry_no_{deed}"))
