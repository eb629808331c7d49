"""A token database as newly migrated, without migrating it anew for every test."""

from sqlalchemy import Connection, Engine, delete, insert, text

from data_access import schema
from data_access.audit import CHAIN, START
from data_access.database import writing


def empty(engine: Engine) -> None:
    """Takes everything out, and sets the audit trail to its beginning."""
    with writing(engine) as connection:
        guards = _without_guards(connection)
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(delete(table))
        connection.execute(insert(schema.audit_head).values(chain=CHAIN, last_id=0, hash=START))
        for statement in guards:
            connection.execute(text(statement))


def _without_guards(connection: Connection) -> list[str]:
    """Lets entries of the trail be deleted; returns what forbids it again."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        return ["ALTER TABLE audit_entry ENABLE TRIGGER USER"]
    guards = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name"),
        {"name": "audit_entry"},
    ).all()
    for guard in guards:
        connection.execute(text(f"DROP TRIGGER {guard.name}"))
    return [guard.sql for guard in guards]
