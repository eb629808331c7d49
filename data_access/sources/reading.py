"""What every reader gives: columns, rows in batches, and where a row is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from data_access.sources.errors import MappingError, SourceAway
from data_access.sources.mapping import Mapping as SourceMapping
from data_access.sources.problems import Fault

BATCH = 5_000


class SourceRow(NamedTuple):
    """A row as it stands in the source; `fault` says that it is broken as a whole."""

    number: int
    cells: Sequence[Any]
    fault: Fault | None = None


@dataclass(slots=True)
class Batch:
    """Some rows of a source, one after the other.

    numbers  of the rows
    cells    of each row
    faults   of those that are broken as a whole, by their places in the batch
    """

    numbers: Sequence[int]
    cells: Sequence[Sequence[Any]]
    faults: Mapping[int, Fault] = field(default_factory=dict)

    def rows(self, places: Iterable[int]) -> list[SourceRow]:
        """Some of the rows."""
        fault = self.faults.get
        return [SourceRow(self.numbers[at], self.cells[at], fault(at)) for at in places]


Mark = tuple[Any, ...]
"""What a row is known by as long as nothing about it changes: all its cells, or a few of them."""


def whole_rows(cells: Iterable[Sequence[Any]]) -> list[Mark]:
    """The marks of rows of which only all cells tell whether they have changed."""
    return list(map(tuple, cells))


class Glance(Protocol):
    """A source of which a few columns tell which rows have changed."""

    def marks(self) -> Iterator[list[Mark]]:
        """The marks of all rows and nothing else, a batch at a time."""
        ...

    def rows(self, marks: Sequence[Mark]) -> list[SourceRow]:
        """The rows that have these marks, in any order: some more, or fewer, where the key does not
        name each row once."""
        ...


@dataclass(slots=True)
class Opened:
    """A source that is being read.

    columns    the names of the cells of each row
    total      how many rows there are, None where only reading tells
    batches    the rows, a batch at a time; read anew by each iteration of a database
    places     where rows are, in words
    marks      what rows are known by, from their cells
    glance     where the mark is less than the row
    cut_short  turns true where the end of the source looks torn off
    """

    columns: Sequence[str]
    total: int | None
    batches: Iterable[Batch]
    places: Callable[[Sequence[SourceRow]], list[str]]
    marks: Callable[[Sequence[Sequence[Any]]], list[Mark]] = whole_rows
    glance: Glance | None = None
    signs: dict[str, Any] = field(default_factory=dict)

    @property
    def cut_short(self) -> bool:
        """Whether the end looks torn off; known after the last batch."""
        return bool(self.signs.get("cut_short"))


@contextmanager
def opened(location: str, mapping: SourceMapping) -> Iterator[Opened]:
    """The source at a URL or in a file, only ever read.

    location: a database URL, or the path of a CSV or SQLite file.
    Raises MappingError, SourceAway, SourceUnreadable.
    """
    from data_access.sources.csv_reader import opened_csv
    from data_access.sources.sql_reader import opened_sql

    if "://" in location:
        with opened_sql(location, _section(mapping.sql, "sql", "a database"), mapping) as source:
            yield source
        return
    path = Path(location)
    check_filled(path)
    with readable(path):
        sqlite = is_sqlite(path)
    if sqlite:
        url = f"sqlite:///{path}"
        with opened_sql(url, _section(mapping.sql, "sql", "an SQLite file"), mapping) as source:
            yield source
        return
    with opened_csv(path, _section(mapping.csv, "csv", "a CSV file"), mapping) as source:
        yield source


def check_filled(path: Path) -> None:
    """Raises SourceAway where there is no file, or nothing in it: whoever writes it anew in its
    place empties it first."""
    if not path.is_file():
        raise SourceAway(f"There is no file {path}.")
    with readable(path):
        size = path.stat().st_size
    if not size:
        raise SourceAway(f"{path} is empty; perhaps it is just being written.")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Around the opening of a file: whoever may not, or comes when it is being replaced, may come
    again. Raises SourceAway."""
    try:
        yield
    except OSError as error:
        raise SourceAway(f"{path} cannot be read: {error.strerror}.") from error


def is_sqlite(path: Path) -> bool:
    """Whether a file is an SQLite database, by its first bytes."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\x00"


def _section(section: Any, name: str, kind: str) -> Any:
    if section is None:
        # Not the address of the source: a password may be part of it.
        raise MappingError(
            f"The source is {kind}, which needs a section [{name}] in the mapping; it has none."
        )
    return section
