"""Copies of the embedded database: made while it is in use, and examined."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from data_access import audit_chain
from data_access.database import make_engine
from data_access.database_faults import DatabaseAway
from data_access.migrate import revision_of
from data_access.schema import metadata

PAGES_A_STEP = 2_000

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do, in pages."""


class BackupRefused(Exception):
    """Nothing was made or replaced; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was found to be sound.

    rows       of all tables together
    revision   of its schema
    with_keys  whether it is an archive that holds our keys as well
    """

    file: Path
    rows: int
    revision: str
    with_keys: bool = False


def examine_copy(file: Path) -> Copy:
    """Checks that a file is a whole database of ours: its pages, its schema, its audit chain.

    Raises BackupRefused where it is not.
    """
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            rows = _rows(connection) if said == "ok" else 0
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"That is no whole database of the desk: {error}.") from error
    if said != "ok":
        raise BackupRefused(f"The copy is damaged: {said}.")
    of = make_engine(f"sqlite:///{file}")
    try:
        revision, broken = revision_of(of), audit_chain.examined(of).broken
    except DatabaseAway as error:
        raise BackupRefused(f"That is no whole database of the desk: {error}") from error
    finally:
        of.dispose()
    if broken is not None:
        raise BackupRefused(f"Its audit trail breaks at entry {broken}. See `doctor`.")
    return Copy(file, rows, revision or "")


def copy_pages(file: Path, into: Path, progress: Progress) -> int:
    """Copies one state of a database, page by page, while others may write to it.

    Returns how many rows that state has. Raises BackupRefused.
    """
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as source:
            source.isolation_level = None
            # All steps read the state of this transaction: writers cannot make it start over.
            source.execute("BEGIN")
            rows = _rows(source)
            with closing(sqlite3.connect(into)) as target:
                source.backup(
                    target,
                    pages=PAGES_A_STEP,
                    progress=lambda _state, left, total: progress(total - left, total),
                    sleep=0,
                )
                # One file without companions; the desk writes ahead again when it opens it.
                target.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupRefused(f"{file} cannot be copied to {into.parent}: {error}.") from error
    return rows


def _rows(connection: sqlite3.Connection) -> int:
    known = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    tables = [table.name for table in metadata.sorted_tables if table.name in known]
    return sum(
        connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for name in tables
    )


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A new file in the folder of `target`, for its owner only; gone at the end unless renamed.

    Raises BackupRefused where the folder takes none.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    except OSError as error:
        raise BackupRefused(f"Nothing can be written to {target.parent}: {error.strerror}.") from (
            error
        )
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        for companion in ("", "-journal", "-wal", "-shm"):
            Path(f"{path}{companion}").unlink(missing_ok=True)
