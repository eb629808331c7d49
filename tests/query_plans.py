"""The statements that run, and what a database's plan says of one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event, text

WHOLE_TABLE = re.compile(
    r'(SCAN|Seq Scan on) "?(authorization|seller|event|lapse|sync_profile)"?(?! USING|_)\b'
)

WHOLE_INDEX = re.compile(r'(SCAN) "?(authorization|seller|event|lapse|sync_profile)"? USING\b')
"""As SQLite says it."""


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, object]]]:
    """Every SELECT that runs inside, with its parameters."""
    seen: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        if statement.lstrip().startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def scans(
    engine: Engine, statement: str, parameters: object, looked_for: re.Pattern[str] = WHOLE_TABLE
) -> list[str]:
    """The lines of the plan that pass over a big table, by default without an index."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # The test's table is small enough for PostgreSQL to prefer reading all of it; it must
            # not be the only way.
            connection.execute(text("SET enable_seqscan = off"))
        explain = "EXPLAIN " if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        rows = connection.exec_driver_sql(explain + statement, parameters).all()
    return [str(row[-1]) for row in rows if looked_for.search(str(row[-1]))]
