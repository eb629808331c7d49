"""A token database as newly migrated, without migrating it anew for every test."""

from importlib import import_module

from sqlalchemy import Connection, Engine, delete, insert, text

from data_access import schema
from data_access.audit_chain import CHAIN, START
from data_access.database import writing

GUARDS = import_module("data_access.migrations.versions.0005_company").APPEND_ONLY


def empty(engine: Engine) -> None:
    """Takes everything out, and sets the audit trail to its beginning."""
    with writing(engine) as connection:
        without_guards(connection)
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(delete(table))
        if engine.dialect.name == "postgresql":
            # SQLite counts from 1 again by itself.
            connection.execute(
                text("SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence")
            )
        connection.execute(insert(schema.audit_head).values(chain=CHAIN, last_id=0, hash=START))
        for statement in GUARDS[engine.dialect.name]:
            connection.execute(text(statement))


def without_guards(connection: Connection) -> None:
    """What somebody with the database in hand can do: entries of the trail may be changed."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("DROP FUNCTION IF EXISTS audit_entry_is_kept CASCADE"))
        return
    for deed in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS audit_entry_no_{deed}"))
