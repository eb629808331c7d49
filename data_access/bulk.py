"""Very many rows into a table, and out of it, the way each database takes them fastest."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, CursorResult, Table
from sqlalchemy.exc import DBAPIError

from data_access.schema import UtcDateTime

_BATCH = 20_000

_ROOM = {"work_mem": "128MB", "maintenance_work_mem": "256MB"}


def give_room(connection: Connection) -> None:
    """Lets PostgreSQL join and sort very many rows in memory until the transaction ends: usually it
    takes 4 MB, and files for the rest."""
    if connection.dialect.name == "postgresql":
        for name, size in _ROOM.items():
            connection.exec_driver_sql(f"SET LOCAL {name} = '{size}'")


def count_for_planner(connection: Connection, table: Table, names: Sequence[str] = ()) -> None:
    """Counts what a table holds: the planner would expect a handful of rows where there are a
    million, or the other way round. PostgreSQL leaves it out where others count, clean up or lock
    the table: two who wait for each other's tables would end one of them.

    names: the columns that are asked by, none for all of them; PostgreSQL would go through a sample
    of each other too
    """
    named = _name(connection, table)
    if connection.dialect.name == "postgresql":
        of = f" ({_quoted(connection, names)})" if names else ""
        connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {named}{of}")
    else:
        connection.exec_driver_sql(f"ANALYZE {named}")


def batches(found: CursorResult, at_once: int = _BATCH) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a result as the driver has them, some at a time: a Row for each would take longer
    than all the rest."""
    while rows := found.cursor_strategy.fetchmany(found, found.cursor, at_once):
        yield rows
    found.close()


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows that all have the same keys, in the transaction of the connection."""
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        insert_columns(connection, table, columns)


def insert_values(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """The same for rows as tuples, whose columns `names` says."""
    if rows:
        insert_columns(connection, table, dict(zip(names, zip(*rows, strict=True), strict=True)))


def insert_columns(
    connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]
) -> None:
    """The same for columns, all as long as there are rows."""
    insert_written(connection, table, written(connection, table, columns))


def written(
    connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]
) -> dict[str, Sequence[Any]]:
    """Columns as the database takes them: moments as text, which the drivers would write one by
    one."""
    as_text = iso_texts if connection.dialect.name == "postgresql" else _of_one_width
    return {
        name: as_text(column) if isinstance(table.c[name].type, UtcDateTime) else column
        for name, column in columns.items()
    }


def insert_written(
    connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]
) -> None:
    """Inserts columns that `written` made.

    Past the statements of SQLAlchemy, which look at every value: that costs more than the insert.
    Raises DBAPIError, as they do.
    """
    dialect = connection.dialect
    insert = _copy if dialect.name == "postgresql" else _execute_many
    try:
        insert(connection, table, columns)
    except dialect.loaded_dbapi.Error as error:
        # Without the values: they are not for a log.
        raise DBAPIError.instance(
            f"INSERT INTO {table.name}",
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            dialect=dialect,
        ) from error


def _copy(connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    names = _quoted(connection, columns)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {_name(connection, table)} ({names}) FROM STDIN") as copy,
    ):
        for row in zip(*columns.values(), strict=True):
            copy.write_row(row)


def _execute_many(
    connection: Connection, table: Table, columns: Mapping[str, Sequence[Any]]
) -> None:
    marks = ", ".join("?" * len(columns))
    statement = (
        f"INSERT INTO {_name(connection, table)} ({_quoted(connection, columns)}) VALUES ({marks})"  # noqa: S608
    )
    driver: Any = connection.connection.driver_connection
    driver.executemany(statement, zip(*columns.values(), strict=True))


def iso_texts(moments: Sequence[datetime | None]) -> list[str | None]:
    """What `isoformat` says of each moment, in UTC: a column at once takes a fifth of the time."""
    return orjson.loads(_iso_json(moments))


def _iso_json(moments: Sequence[datetime | None]) -> bytes:
    utc = [at if at is None or at.tzinfo is UTC else at.astimezone(UTC) for at in moments]
    # What is a moment by inheritance alone, as those of pandas, is asked itself.
    return orjson.dumps(utc, default=datetime.isoformat)


def _of_one_width(moments: Sequence[datetime | None]) -> list[str | None]:
    """Moments as UtcDateTime keeps them in SQLite: "2026-11-25 08:00:00.000000"."""
    said = _iso_json(moments).replace(b"T", b" ")
    if b"." not in said:
        return orjson.loads(said.replace(b"+00:00", b".000000"))
    return [
        text and f"{text[:19]}{text[19:26] if text[19] == '.' else '.000000'}"
        for text in orjson.loads(said)
    ]


def _name(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)


def _quoted(connection: Connection, names: Iterable[str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    return ", ".join(quote(name) for name in names)
