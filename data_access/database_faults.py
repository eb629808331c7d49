"""What can be wrong with the token database as a whole, each with a sentence of its own."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_MISSING_IN_POSTGRESQL = ("42P01", "42703", "3F000")  # table, column, schema
_READ_ONLY_IN_POSTGRESQL = "25006"
_FULL_IN_POSTGRESQL = "53100"


class DatabaseAway(Exception):
    """The token database does not answer; nothing was written. Trying again later may help."""


class DatabaseUnfit(DatabaseAway):
    """There is no token database that could answer; the text says why and what to do."""


class NoDatabase(DatabaseUnfit):
    """The SQLite file does not exist, or cannot be opened or made."""


class NotMigrated(DatabaseUnfit):
    """The tables of this version are not there."""


class ReadOnly(DatabaseUnfit):
    """The database may be read and not written."""


class DiskFull(DatabaseUnfit):
    """There is no room left where the database lies; nothing was written."""


class ForeignDatabase(DatabaseUnfit):
    """What is there is not ours: another program's tables, or no database at all."""


def sqlite_file(engine: Engine) -> Path | None:
    """The file of a SQLite database; None where it is in memory, an URI, or no SQLite."""
    name = engine.url.database
    if (
        engine.dialect.name != "sqlite"
        or not name
        or name == ":memory:"
        or "uri" in engine.url.query
    ):
        return None
    return Path(name)


@contextmanager
def said_plainly(engine: Engine) -> Iterator[None]:
    """Turns the driver's errors that are the database's fault into DatabaseAway and its kinds."""
    try:
        yield
    except DBAPIError as error:
        plain = _unfit(error, engine)
        if plain is not None:
            raise plain from error
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise DatabaseAway(str(error.orig)) from error
        raise
    except PoolTimeout as error:
        raise DatabaseAway("All connections to the token database are taken.") from error


def _unfit(error: DBAPIError, engine: Engine) -> DatabaseUnfit | None:
    state = getattr(error.orig, "sqlstate", None)
    code = (getattr(error.orig, "sqlite_errorcode", None) or 0) & 0xFF
    where = engine.url.render_as_string(hide_password=True)
    if code == sqlite3.SQLITE_NOTADB:
        return ForeignDatabase(
            f"{engine.url.database} is no SQLite database. DESK_DATABASE_URL wants one, or the "
            "path of a file that does not exist yet."
        )
    if code == sqlite3.SQLITE_READONLY or state == _READ_ONLY_IN_POSTGRESQL:
        return ReadOnly(
            f"The token database is read-only: {where}. Let the desk's user write it"
            + (", and the folder that it lies in." if code else ".")
        )
    if code == sqlite3.SQLITE_FULL or state == _FULL_IN_POSTGRESQL:
        return DiskFull(
            f"The disk is full where the token database lies: {where}. Nothing was written, and "
            "what is stored is whole. Make room."
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return NoDatabase(
            f"{engine.url.database} cannot be opened. The desk's user must be able to read and "
            "write the file and the folder that it lies in."
        )
    missing = str(error.orig).startswith(("no such table", "no such column"))
    if (missing or state in _MISSING_IN_POSTGRESQL) and _is_behind(engine):
        return NotMigrated(
            "The token database has no tables yet, or older ones. "
            "Run `python manage.py migrate` first."
        )
    return None


def _is_behind(engine: Engine) -> bool:
    # With the tables of this version, a name that is missing is a mistake in our own SQL.
    from data_access.migrate import is_current

    return not is_current(engine)
