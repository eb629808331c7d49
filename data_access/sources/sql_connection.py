"""Connections to foreign databases, SQLite, PostgreSQL, MariaDB and MySQL, only ever read."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from operator import methodcaller
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from data_access.database import SILENCE
from data_access.sources.errors import SourceAway, SourceUnreadable
from data_access.sources.reading import check_filled

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


def url_of(location: str) -> URL:
    """The URL of a source, with the driver that reads it. Raises SourceUnreadable."""
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


def engine_of(url: URL) -> Engine:
    """An engine for a source. Raises SourceAway."""
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
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=10)


def replace_undecodable(connection: Connection) -> None:
    """From now on text of SQLite in another encoding than UTF-8 is remarked row by row, instead of
    ending the reading; it takes half as long again to read."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.text_factory = methodcaller("decode", "utf-8", "replace")


def trust_text(connection: Connection) -> None:
    """From now on such text ends the reading of SQLite, and all other is read sooner."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.text_factory = str


def read_only(connection: Connection) -> None:
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


def is_undecodable(error: OperationalError) -> bool:
    """Whether SQLite has read text in another encoding than UTF-8."""
    return "decode to UTF-8" in str(error.orig)


def _is_refused(error: DBAPIError) -> bool:
    """Whether the SQL is at fault, or who asks: it will be no better later."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return isinstance(error, ProgrammingError | DataError) or code == sqlite3.SQLITE_ERROR


@contextmanager
def source_faults(url: URL) -> Iterator[None]:
    """Around what a source is asked. Raises SourceAway, SourceUnreadable."""
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
