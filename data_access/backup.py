"""A copy of the embedded database while it is in use, and the way back; both are checked."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select

from data_access import audit_chain, backup_archive, keys
from data_access.database import engine, make_engine, reading
from data_access.database_faults import DatabaseAway, sqlite_file
from data_access.erased_again import Carried, carry_over
from data_access.migrate import SchemaNewer, check_known, revision_of
from data_access.schema import credential, metadata
from rules.acts import Act, Actor, check

PAGES_A_STEP = 2_000

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do, in pages."""


class BackupRefused(Exception):
    """Nothing was made or replaced; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was found to be sound. rows: of all tables; revision: of its schema."""

    file: Path
    rows: int
    revision: str
    with_keys: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in force now.

    replaced       where the database of before lies, None where there was none
    tokens_open    whether the stored tokens open with the keys that the desk has
    erased_again   how many sellers the copy still had whom the database of before had erased
    erasures_lost  why others whom it had erased may be back, or come back with their source; "" if
                   none can
    """

    copy: Copy
    replaced: Path | None
    tokens_open: bool
    erased_again: int
    erasures_lost: str


def back_up(
    target: Path,
    with_keys: bool = False,
    progress: Progress = lambda _done, _all: None,
    of: Engine | None = None,
) -> Copy:
    """Copies one state of the database into a file that only its owner can read, and checks it.

    Writers go on meanwhile. With keys it is an archive, as secret as the keys themselves.
    Raises BackupRefused, DatabaseAway; then there is no file.
    """
    of = of or engine()
    file = _embedded(of)
    if target.exists():
        raise BackupRefused(f"{target} exists already. Choose another name.")
    with reading(of):
        pass  # A database that is not there has its own sentence.
    with _beside(target) as copy:
        rows = _copy(file, copy, progress)
        found = examine_copy(copy)
        if found.rows != rows:
            raise BackupRefused(f"The copy has {found.rows} rows and not {rows}. Try again.")
        if with_keys:
            with _beside(target) as archive:
                backup_archive.write(archive, copy)
                archive.replace(target)
        else:
            copy.replace(target)
    return Copy(target, found.rows, found.revision, with_keys)


def restore(
    source: Path,
    actor: Actor,
    now: datetime,
    force: bool = False,
    progress: Progress = lambda _done, _all: None,
    of: Engine | None = None,
) -> Restored:
    """Puts a copy in the place of the database; that of before is kept beside it, and whom it had
    erased is erased in the copy too.

    force: also while the desk runs on it, which must then be started anew.
    Raises BackupRefused, NotAllowed before anything is replaced.
    """
    check(actor, Act.RESTORE)
    of = of or engine()
    file = _embedded(of)
    if not source.is_file():
        raise BackupRefused(f"There is no file {source}.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with _beside(file) as copy:
        found_keys = backup_archive.read(source, copy)
        if found_keys is None:
            _copy(source, copy, progress)
        found = examine_copy(copy)
        _check_not_newer(found.revision)
        carried = _carry_over(file, copy, actor, now)
        if carried.key:
            found = examine_copy(copy)
        replaced = _step_aside(file, now, force)
        copy.replace(file)
    if found_keys is not None:
        backup_archive.put_keys_back(found_keys, now)
    whole = Copy(file, found.rows, found.revision, found_keys is not None)
    return Restored(whole, replaced, _tokens_open(of), carried.sellers, carried.loss)


def _check_not_newer(revision: str) -> None:
    try:
        check_known(revision)
    except SchemaNewer:
        raise BackupRefused(
            f"The copy is at version {revision}, which this desk does not know. Restore it with "
            "the desk's newer version."
        ) from None


def _carry_over(file: Path, copy: Path, actor: Actor, now: datetime) -> Carried:
    try:
        return carry_over(file, copy, actor, now)
    except DatabaseAway as error:
        raise BackupRefused(
            f"Whom the desk has erased since cannot be erased in the copy: {error}"
        ) from error


def examine_copy(file: Path) -> Copy:
    """Whether a file is a whole database of ours: pages, schema, audit chain. Raises
    BackupRefused."""
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


def _embedded(of: Engine) -> Path:
    file = sqlite_file(of)
    if file is None:
        raise BackupRefused(
            "Only the embedded SQLite database is copied here. PostgreSQL has its own tools: "
            "pg_dump --format=custom --file=desk.dump, and pg_restore. Keep DESK_LINK_KEY, "
            "DESK_ENCRYPTION_KEYS and DESK_ERASURE_KEY with the dump: without them its tokens "
            "cannot be read, and erased sellers come back with their source."
        )
    return file


def _copy(file: Path, into: Path, progress: Progress) -> int:
    """Copies one state, page by page; returns how many rows that state has."""
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


def _step_aside(file: Path, now: datetime, force: bool) -> Path | None:
    """Moves the database of before out of the way, its companions with it."""
    if not file.exists():
        return None
    if not force:
        _check_unused(file)
    kept = file.with_name(f"{file.name}.before-{now:%Y%m%d-%H%M%S}")
    for companion in ("", "-wal", "-shm"):
        part = Path(f"{file}{companion}")
        if part.exists():
            part.replace(f"{kept}{companion}")
    return kept


def _check_unused(file: Path) -> None:
    """Leaving write-ahead mode needs the file for oneself: every open connection is in the way."""
    try:
        with closing(sqlite3.connect(file, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        raise BackupRefused(
            f"{file} is in use ({error}). Stop the desk first; --force replaces it all the same, "
            "and the desk must be started anew then."
        ) from error


def _tokens_open(of: Engine) -> bool:
    of.dispose()
    with reading(of) as connection:
        stored = connection.scalar(select(credential.c.refresh_token).limit(1))
    try:
        return stored is None or bool(keys.decrypt(stored))
    except keys.KeyLost:
        return False


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A file for its owner only, in the same folder; gone at the end unless it was renamed."""
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
