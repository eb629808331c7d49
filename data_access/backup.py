"""Backing up the embedded database while it is in use, and putting a copy in its place."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select

from data_access import backup_archive, keys
from data_access.backup_copy import (
    BackupRefused,
    Copy,
    Progress,
    beside,
    copy_pages,
    examine_copy,
)
from data_access.database import engine, reading
from data_access.database_faults import DatabaseAway, sqlite_file
from data_access.erased_again import Carried, carry_over
from data_access.migrate import SchemaNewer, check_known
from data_access.schema import credential
from rules.acts import Act, Actor, check


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in force now.

    replaced       where the database lies that was in force before, None where there was none
    tokens_open    whether the stored tokens open with the keys that the desk has
    erased_again   how many sellers of the copy were erased in it, as they had been in `replaced`
    erasures_lost  why other erased sellers may be back, or come back with their source; "" if none
                   can
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

    Others go on writing meanwhile.
    with_keys: makes an archive that holds our keys too, and must be kept as secret as these
    Raises BackupRefused, DatabaseAway; then there is no file.
    """
    of = of or engine()
    file = _embedded(of)
    if target.exists():
        raise BackupRefused(f"{target} exists already. Choose another name.")
    with reading(of):
        pass  # A database that is not there has its own sentence.
    with beside(target) as copy:
        rows = copy_pages(file, copy, progress)
        found = examine_copy(copy)
        if found.rows != rows:
            raise BackupRefused(f"The copy has {found.rows} rows and not {rows}. Try again.")
        if with_keys:
            with beside(target) as archive:
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
    """Puts a copy in the place of the database.

    The database that was there is kept beside it. Sellers who were erased in that are erased in the
    copy first.
    force: also while the desk runs on the database; the desk must then be started anew
    Raises BackupRefused, NotAllowed before anything is replaced.
    """
    check(actor, Act.RESTORE)
    of = of or engine()
    file = _embedded(of)
    if not source.is_file():
        raise BackupRefused(f"There is no file {source}.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with beside(file) as copy:
        found_keys = backup_archive.read(source, copy)
        if found_keys is None:
            copy_pages(source, copy, progress)
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


def _step_aside(file: Path, now: datetime, force: bool) -> Path | None:
    """Moves the database out of the way, with its companions; returns where it lies now."""
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
    """Raises BackupRefused where anybody is connected: only the last connection of all can make
    SQLite leave write-ahead mode."""
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
