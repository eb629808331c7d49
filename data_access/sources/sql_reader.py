"""The rows of foreign databases, read in one read-only transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from data_access.bulk import batches
from data_access.sources.cells import plain
from data_access.sources.mapping import Mapping, Sql
from data_access.sources.problems import shown
from data_access.sources.reading import BATCH, Batch, Mark, Opened, SourceRow, whole_rows
from data_access.sources.sql_connection import (
    engine_of,
    is_undecodable,
    read_only,
    replace_undecodable,
    source_faults,
    trust_text,
    url_of,
)
from data_access.sources.sql_source import SqlSource


@contextmanager
def opened_sql(location: str, how: Sql, mapping: Mapping) -> Iterator[Opened]:
    """The rows of a database, all as of one moment; only the mapped columns are selected.

    Raises MappingError, SourceAway, SourceUnreadable.
    """
    url = url_of(location)
    engine = engine_of(url)
    with ExitStack() as closing:
        closing.callback(engine.dispose)
        # Only what happens here is the source's fault, not what the caller does with the rows.
        with source_faults(url):
            connection = closing.enter_context(engine.connect())
            read_only(connection)
            # What is said of a table holds the defaults of all its columns.
            replace_undecodable(connection)
            source = SqlSource.of(connection, how, mapping)
            total = connection.scalar(source.count())
            trust_text(connection)
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
        done = 0
        with source_faults(self._url):
            try:
                for rows in self._read(names):
                    yield rows
                    done += 1
            except OperationalError as error:
                if not is_undecodable(error):
                    raise
                replace_undecodable(self._connection)
                # As of the same moment, and so in the same order.
                yield from islice(self._read(names), done, None)

    def _read(self, names: Sequence[str]) -> Iterator[list[tuple]]:
        result = self._connection.execution_options(
            stream_results=True, max_row_buffer=BATCH
        ).execute(self._source.rows(names))
        return batches(result, BATCH)

    def having(self, names: Sequence[str], keys: Sequence[tuple]) -> list[tuple]:
        """The rows in which some columns have one of these combinations of values."""
        columns = ", ".join(self._source.in_sql[name] for name in names)
        several = len(names) > 1
        statement = self._source.rows(
            self._source.columns, f"{f'({columns})' if several else columns} IN :keys"
        ).bindparams(bindparam("keys", expanding=True))
        values = keys if several else [key for (key,) in keys]
        replace_undecodable(self._connection)
        with source_faults(self._url):
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
