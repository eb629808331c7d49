"""Foreign databases: SQLite, PostgreSQL, MariaDB and MySQL, read in one read-only transaction."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from operator import methodcaller
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, CursorResult, Engine, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchTableError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from data_access.sources.errors import MappingError, SourceAway, SourceUnreadable
from data_access.sources.fields import plain
from data_access.sources.mapping import Mapping, Sql
from data_access.sources.mapping_faults import unknown_columns
from data_access.sources.reading import BATCH, Opened, SourceRow

DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
CONNECT_SECONDS = 10


@contextmanager
def opened_sql(location: str, how: Sql, mapping: Mapping) -> Iterator[Opened]:
    """The rows of a database, all as of one moment; only the mapped columns are selected.

    Raises MappingError, SourceAway, SourceUnreadable.
    """
    url = _url(location)
    engine = _engine(url)
    with ExitStack() as closing:
        closing.callback(engine.dispose)
        # Only what happens here is the source's fault, not what the caller does with the rows.
        with _said_plainly(url):
            connection = closing.enter_context(engine.connect())
            _read_only(connection)
            wanted = mapping.columns()
            columns, origin = _selection(connection, how, wanted)
            total = connection.scalar(text(f"SELECT count(*) FROM {origin}"))  # noqa: S608
            result = connection.execution_options(
                stream_results=True, max_row_buffer=BATCH
            ).execute(text(f"SELECT {columns} FROM {origin}"))  # noqa: S608
        keys = [(key, wanted.index(key)) for key in how.key]
        yield Opened(
            columns=wanted,
            total=total,
            batches=_batches(result, url),
            place=lambda row: ", ".join(f"{k}={plain(row.cells[at])}" for k, at in keys),
        )


def _url(location: str) -> URL:
    try:
        url = make_url(location)
    except ArgumentError as error:
        raise SourceUnreadable(
            "The source is no database URL, as postgresql://reader@host/shop is one."
        ) from error
    backend = url.get_backend_name()
    if backend not in DRIVERS:
        raise SourceUnreadable(
            f"The desk reads SQLite, PostgreSQL, MariaDB, MySQL and CSV, not {backend}."
        )
    return url.set(drivername=DRIVERS[backend])


def _engine(url: URL) -> Engine:
    backend = url.get_backend_name()
    if backend == "sqlite":
        path = Path(url.database or "").resolve()
        if not path.is_file():
            raise SourceAway(f"There is no file {path}.")
        return create_engine("sqlite://", creator=lambda: _sqlite(path), poolclass=NullPool)
    return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS})


def _sqlite(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=10)
    # Text in another encoding than UTF-8 is remarked row by row instead of ending the reading.
    connection.text_factory = methodcaller("decode", "utf-8", "replace")
    return connection


def _read_only(connection: Connection) -> None:
    """Every engine is asked to refuse writing, and to show one moment throughout."""
    backend = connection.dialect.name
    if backend == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    elif backend == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")
    else:
        # TIMESTAMP columns are shown in the zone of the session; let it be a known one.
        connection.exec_driver_sql("SET SESSION time_zone = '+00:00'")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def _literal(sql: str) -> str:
    # A colon in the mapping's SQL is no parameter of ours.
    return sql.replace(":", r"\:")


def _selection(connection: Connection, how: Sql, wanted: Sequence[str]) -> tuple[str, str]:
    """The wanted columns and what they come from, as SQL."""
    quoted = connection.dialect.identifier_preparer.quote_identifier
    if how.query is not None:
        origin = f"({how.query.strip().rstrip(';')}\n) AS mapped"
        present = _columns_of_query(connection, origin)
        _check(wanted, present)
        return _literal(", ".join(f"mapped.{quoted(c)}" for c in wanted)), _literal(origin)
    tables = {how.as_ or how.table or "": how.table or ""}
    origin = f"{_table(how.table or '', quoted)} AS {quoted(how.as_ or how.table or '')}"
    for join in how.joins:
        name = join.as_ or join.table
        tables[name] = join.table
        origin += f" {join.kind.upper()} JOIN {_table(join.table, quoted)} AS {quoted(name)}"
        origin += f" ON {join.on}"
    if how.where:
        origin += f" WHERE {how.where}"
    present = _columns_of_tables(connection, tables)
    _check(wanted, [*present])
    columns = ", ".join(f"{quoted(present[c][0])}.{quoted(present[c][1])}" for c in wanted)
    return _literal(columns), _literal(origin)


def _table(name: str, quoted: Callable[[str], str]) -> str:
    return ".".join(quoted(part) for part in name.split("."))


def _columns_of_query(connection: Connection, origin: str) -> list[str]:
    result = connection.execute(text(f"SELECT * FROM {_literal(origin)} WHERE 1 = 0"))  # noqa: S608
    return list(result.keys())


def _columns_of_tables(
    connection: Connection, tables: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Every column as "table.column", and alone where only one table has it."""
    inspector = inspect(connection)
    present: dict[str, tuple[str, str]] = {}
    alone: dict[str, list[tuple[str, str]]] = {}
    for name, table in tables.items():
        schema, _, bare = table.rpartition(".")
        try:
            columns = inspector.get_columns(bare, schema=schema or None)
        except NoSuchTableError:
            known = [*inspector.get_table_names(), *inspector.get_view_names()]
            raise MappingError(
                f"The source has no table “{table}”. It has: {', '.join(known)}."
            ) from None
        for column in columns:
            present[f"{name}.{column['name']}"] = (name, column["name"])
            alone.setdefault(column["name"], []).append((name, column["name"]))
    return {**{c: found[0] for c, found in alone.items() if len(found) == 1}, **present}


def _check(wanted: Sequence[str], present: Sequence[str]) -> None:
    faults = unknown_columns([column for column in wanted if column not in present], present)
    if faults:
        raise MappingError("\n".join(faults))


def _batches(result: CursorResult, url: URL) -> Iterator[list[SourceRow]]:
    number = 0
    with _said_plainly(url):
        for batch in result.partitions(BATCH):
            yield [SourceRow(number + at, tuple(row)) for at, row in enumerate(batch, 1)]
            number += len(batch)


@contextmanager
def _said_plainly(url: URL) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        shown = url.render_as_string(hide_password=True)
        raise SourceAway(f"{shown} does not answer or broke off: {error.orig}.") from error
    except SQLAlchemyError as error:
        raise SourceUnreadable(f"The source cannot be read: {error}.") from error
