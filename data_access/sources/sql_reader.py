"""Foreign databases: SQLite, PostgreSQL, MariaDB and MySQL, read in one read-only transaction."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from operator import itemgetter, methodcaller
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions
from sqlalchemy import Connection, Engine, bindparam, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from data_access.bulk import batches
from data_access.database import SILENCE
from data_access.sources.cells import plain
from data_access.sources.errors import SourceAway, SourceUnreadable
from data_access.sources.mapping import Mapping, Sql
from data_access.sources.problems import shown
from data_access.sources.reading import (
    BATCH,
    Batch,
    Mark,
    Opened,
    SourceRow,
    check_filled,
    whole_rows,
)
from data_access.sources.sql_source import SqlSource

DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
CONNECT_SECONDS = 10
ANSWER_SECONDS = 600
"""After which a MariaDB that says nothing counts as away. It may think for minutes before the first
row of a view; one that is gone would hold up the source's readings for two hours."""


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
            source = SqlSource.of(connection, how, mapping)
            total = connection.scalar(source.count())
        keys = [(key, source.columns.index(key)) for key in how.key]
        reader = _Reader(connection, url, source)
        marked = [source.columns.index(name) for name in (*how.key, *how.changed)]
        yield Opened(
            columns=source.columns,
            total=total,
            batches=reader,
            places=lambda rows: _places(rows, keys),
            marks=_picker(marked) if how.changed else whole_rows,
            glance=_Marks(reader, how) if how.changed else None,
        )


def _places(rows: Sequence[SourceRow], keys: Sequence[tuple[str, int]]) -> list[str]:
    """Where rows are: what their keys hold."""
    said = ([f"{key}={_shown(row.cells[at])}" for row in rows] for key, at in keys)
    return list(map(", ".join, zip(*said, strict=True)))


def _shown(key: Any) -> str:
    """The cell of a key as part of a place: as any value it may hold anything."""
    return str(key) if isinstance(key, int) else shown(plain(key))


def _url(location: str) -> URL:
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        # Without its cause, which may quote a password.
        raise SourceUnreadable(
            "The source is no database URL, as postgresql://reader@host/shop is one. In a password "
            "@ is written %40, / is %2F and : is %3A."
        ) from None
    if "@" in (url.host or ""):
        # What stands before the last one is the end of a password, which no message may show.
        raise SourceUnreadable("The source's URL has more than one @; in a password it is %40.")
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
        check_filled(path)
        return create_engine("sqlite://", creator=lambda: _sqlite(path), poolclass=NullPool)
    if backend == "postgresql":
        given = SILENCE
    else:
        # Of a BIT, in which some keep their flags, the driver makes bytes: no 1 and no 0.
        as_number = conversions | {FIELD_TYPE.BIT: int.from_bytes}
        given = {"read_timeout": ANSWER_SECONDS, "conv": as_number}
    given = {"connect_timeout": CONNECT_SECONDS, **given}
    return create_engine(url, poolclass=NullPool, connect_args=given)


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


class _Reader:
    """The rows of a source, read from the beginning by each iteration."""

    def __init__(self, connection: Connection, url: URL, source: SqlSource) -> None:
        self._source = source
        self._connection = connection
        self._url = url

    def __iter__(self) -> Iterator[Batch]:
        number = 1
        for rows in self.tuples(self._source.columns):
            yield Batch(range(number, number + len(rows)), rows)
            number += len(rows)

    def tuples(self, names: Sequence[str]) -> Iterator[list[tuple]]:
        """Some columns of all rows."""
        with _said_plainly(self._url):
            result = self._connection.execution_options(
                stream_results=True, max_row_buffer=BATCH
            ).execute(self._source.rows(names))
            yield from batches(result, BATCH)

    def having(self, names: Sequence[str], keys: Sequence[tuple]) -> list[tuple]:
        """The rows in which some columns have one of these combinations of values."""
        written = ", ".join(self._source.written[name] for name in names)
        several = len(names) > 1
        statement = self._source.rows(
            self._source.columns, f"{f'({written})' if several else written} IN :keys"
        ).bindparams(bindparam("keys", expanding=True))
        values = keys if several else [key for (key,) in keys]
        with _said_plainly(self._url):
            return [tuple(row) for row in self._connection.execute(statement, {"keys": values})]


class _Marks:
    """Reads a source by the columns that tell which rows have changed."""

    def __init__(self, reader: _Reader, how: Sql) -> None:
        self._reader = reader
        self._how = how

    def marks(self) -> Iterator[list[Mark]]:
        """The key and the columns of change of all rows."""
        return self._reader.tuples([*self._how.key, *self._how.changed])

    def rows(self, marks: Sequence[Mark]) -> list[SourceRow]:
        """The rows that have the keys of some marks."""
        key = self._how.key
        at_once = BATCH // len(key)
        rows = []
        for start in range(0, len(marks), at_once):
            keys = [mark[: len(key)] for mark in marks[start : start + at_once]]
            found = enumerate(self._reader.having(key, keys), start + 1)
            rows += [SourceRow(number, row) for number, row in found]
        return rows


def _picker(positions: Sequence[int]) -> Callable[[Sequence[Sequence[Any]]], list[Mark]]:
    # At least a key and a column of change: of a single one it would make no tuple.
    mark = itemgetter(*positions)
    return lambda cells: list(map(mark, cells))


def _is_refused(error: DBAPIError) -> bool:
    """Whether the SQL is at fault, or who asks: it will be no better later."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return isinstance(error, ProgrammingError | DataError) or code == sqlite3.SQLITE_ERROR


@contextmanager
def _said_plainly(url: URL) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        shown = url.render_as_string(hide_password=True)
        if _is_refused(error):
            raise SourceUnreadable(
                f"{shown} does not take what the mapping asks: {error.orig}."
            ) from error
        raise SourceAway(f"{shown} does not answer or broke off: {error.orig}.") from error
    except SQLAlchemyError as error:
        raise SourceUnreadable(f"The source cannot be read: {error}.") from error
