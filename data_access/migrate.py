"""Brings the token database to the schema of this version of the desk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from data_access.database import engine, one_at_a_time, reading, writing
from data_access.database_faults import ForeignDatabase, NoDatabase, said_plainly, sqlite_file

LOCK = 7_239_441_102
"""PostgreSQL's advisory lock of `migrate`."""


class SchemaNewer(Exception):
    """The database was made by a newer version of the desk; this one must not touch it."""


def migrate(of: Engine | None = None) -> None:
    """Makes or upgrades our tables in one transaction; does nothing where they are current.

    Makes a SQLite file, and the folder it lies in, where there is none.
    Raises SchemaNewer and ForeignDatabase before anything is changed, DatabaseAway.
    """
    of = of or engine()
    config = _config()
    _make_file(of)
    with _alone(of):
        with reading(of) as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            _check_ours(revision, inspect(connection).get_table_names(), config)
        _write_ahead(of)
        with writing(of) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


@contextmanager
def _alone(of: Engine) -> Iterator[None]:
    """One process after the other: several start at once over one PostgreSQL. SQLite has one writer
    anyway."""
    if of.dialect.name != "postgresql":
        yield
        return
    with reading(of) as connection:
        one_at_a_time(connection, LOCK)
        yield


def _make_file(of: Engine) -> None:
    file = sqlite_file(of)
    if file is None or file.exists():
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        raise NoDatabase(f"{file} cannot be made: {error.strerror}.") from error


def _write_ahead(of: Engine) -> None:
    """Lets SQLite's readers and writer work beside each other; the file remembers it."""
    if of.dialect.name != "sqlite":
        return
    # SQLite refuses it within a transaction.
    with said_plainly(of), of.connect().execution_options(begins=False) as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")


def revision_of(of: Engine | None = None) -> str | None:
    """The version of the schema that a database has, None for no database of ours."""
    with reading(of) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(of: Engine | None = None) -> bool:
    """Whether the database has the schema of this version."""
    return revision_of(of) == ScriptDirectory.from_config(_config()).get_current_head()


def check_known(revision: str | None, config: Config | None = None) -> None:
    """Raises SchemaNewer for a version of the schema that this desk has no migration to."""
    scripts = ScriptDirectory.from_config(config or _config()).walk_revisions()
    if revision is not None and revision not in {script.revision for script in scripts}:
        raise SchemaNewer(
            f"The token database is at version {revision}, which this desk does not know. "
            "Start the desk's newer version, or point DESK_DATABASE_URL elsewhere."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _check_ours(revision: str | None, tables: list[str], config: Config) -> None:
    check_known(revision, config)
    if revision is None and tables:
        raise ForeignDatabase(
            f"The database already holds tables of somebody else ({', '.join(tables[:3])}). "
            "To read it use `python manage.py mirror`; DESK_DATABASE_URL wants an empty one."
        )
