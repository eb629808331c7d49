"""One engine per process, made so that SQLite and PostgreSQL behave alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from data_access.settings import settings


class DatabaseAway(Exception):
    """The token database does not answer; nothing was written. Trying again later may help."""


def make_engine(url: str | URL) -> Engine:
    """An engine for the token database at `url`; both kinds speak UTC and check foreign keys."""
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": 10})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        url,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5, "options": "-c timezone=utc"},
    )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions late and by its own rules; we begin them ourselves.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that upgrades a read lock fails at once when another writer was faster;
    # IMMEDIATE makes it wait its turn instead.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@cache
def engine() -> Engine:
    """The engine of this process, by the settings."""
    return make_engine(settings().database_url)


@contextmanager
def reading(of: Engine | None = None) -> Iterator[Connection]:
    """A connection that sees one state of the database. Raises DatabaseAway."""
    with _said_plainly(), (of or engine()).connect() as connection:
        yield connection


@contextmanager
def writing(of: Engine | None = None) -> Iterator[Connection]:
    """A transaction: all of it or nothing. Raises DatabaseAway."""
    with (
        _said_plainly(),
        (of or engine()).connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise DatabaseAway(str(error.orig)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseAway(str(error.orig)) from error
        raise
