"""One engine per process, made so that SQLite and PostgreSQL behave alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import URL, make_url

from data_access.database_faults import DatabaseAway as DatabaseAway
from data_access.database_faults import NoDatabase, said_plainly, sqlite_file
from data_access.settings import settings
from rules.typed_text import is_keepable, keepable

LOCK_MS = 10_000
"""How long SQLite, which has one writer at a time, lets another one wait."""

SOON_MS = 300
"""And those whose work can be done later."""

CONNECTIONS = 15
"""The most of a process to PostgreSQL, each kept once it is open: what opens one when many click at
once and closes it behind them, as SQLAlchemy does it unless told, waits for PostgreSQL to start a
process and to learn the tables each time."""

SILENCE = {
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""When a connection to PostgreSQL counts as lost of whose other end nothing comes any more, not
even that it has closed: ten seconds after something was sent (in milliseconds), else by asking (in
seconds). Linux would try for a quarter of an hour, and whoever asks would wait as long."""


def make_engine(url: str | URL) -> Engine:
    """An engine for the token database at `url`; both kinds speak UTC and check foreign keys.

    It never makes a SQLite file: a mistyped path is an error. data_access.migrate makes them.
    """
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": LOCK_MS / 1_000})
        event.listen(engine, "do_connect", lambda *_: _must_exist(engine))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=CONNECTIONS,
            max_overflow=0,
            connect_args={**SILENCE, "connect_timeout": 5, "options": "-c timezone=utc"},
        )
        event.listen(engine, "begin", _begin_postgresql)
    event.listen(engine, "before_cursor_execute", _with_keepable_texts, retval=True)
    return engine


def _with_keepable_texts(
    _connection: Connection, _cursor: Any, statement: str, parameters: Any, *_how: Any
) -> tuple[str, Any]:
    """Whatever an agent types, a form sends or a server answers comes by here: none of it may end a
    statement, on either database."""
    return statement, _keepable(parameters)


def _keepable(parameters: Any) -> Any:
    """The parameters of a statement, or of each of several."""
    if isinstance(parameters, list):
        return list(map(_keepable, parameters))
    named = isinstance(parameters, dict)
    values = parameters.values() if named else parameters
    if all(is_keepable(value) for value in values if isinstance(value, str)):
        return parameters
    kept = [keepable(value) if isinstance(value, str) else value for value in values]
    return dict(zip(parameters, kept, strict=True)) if named else tuple(kept)


def _must_exist(engine: Engine) -> None:
    file = sqlite_file(engine)
    if file is not None and not file.exists():
        raise NoDatabase(
            f"There is no token database {file}. Run `python manage.py migrate` to make one, or "
            "correct DESK_DATABASE_URL."
        )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions late and by its own rules; we begin them ourselves.
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that upgrades a read lock fails at once when another writer was faster;
    # IMMEDIATE makes it wait its turn instead.
    options = connection.get_execution_options()
    if options.get("begins", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    # All statements of a reader see what its first one sees, as SQLite's do anyway. Each of a
    # writer's sees what others have written until then, for which it may have waited.
    writes = connection.get_execution_options().get("writes", False)
    one_state = connection.dialect.dbapi.IsolationLevel.REPEATABLE_READ
    # The driver says it in its own BEGIN: that costs no question of its own.
    connection.connection.driver_connection.isolation_level = None if writes else one_state


@cache
def engine() -> Engine:
    """The engine of this process, by the settings."""
    return make_engine(settings().database_url)


@contextmanager
def reading(of: Engine | None = None) -> Iterator[Connection]:
    """A connection to read with, all of whose statements see one state of the database: that which
    the first one sees. Raises DatabaseAway."""
    of = of or engine()
    with said_plainly(of), of.connect() as connection:
        yield connection


def one_at_a_time(connection: Connection, lock: int) -> None:
    """Of all who name the same lock of PostgreSQL one goes on, until its transaction ends; SQLite
    has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(lock)))


@contextmanager
def writing(of: Engine | None = None, lock_ms: int = LOCK_MS) -> Iterator[Connection]:
    """A transaction: all of it or nothing. Raises DatabaseAway.

    lock_ms  how long SQLite waits for another writer: SOON_MS where the work can be done later
    """
    of = of or engine()
    with (
        said_plainly(of),
        of.connect().execution_options(writes=True) as connection,
        _waiting(connection, lock_ms),
        connection.begin(),
    ):
        yield connection


@contextmanager
def _waiting(connection: Connection, lock_ms: int) -> Iterator[None]:
    if lock_ms == LOCK_MS or connection.dialect.name != "sqlite":
        yield
        return
    connection.connection.execute(f"PRAGMA busy_timeout={lock_ms}")
    try:
        yield
    finally:
        # The pool hands the connection on to others.
        connection.connection.execute(f"PRAGMA busy_timeout={LOCK_MS}")
