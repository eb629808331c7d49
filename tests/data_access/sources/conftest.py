"""Sources of all kinds, small enough to read: one row in our own words, and the two real files."""

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from data_access import rollup, sources
from data_access.database import make_engine
from tests.conftest import NOW, migrated_database
from tests.data_access.sources.foreign import make
from tests.data_access.sources.mariadb import running_mariadb

LATER = NOW + timedelta(days=1)
DATA = Path(__file__).parent / "data"
EXAMPLES = Path(sources.__file__).parent / "examples"

HEADING = ("customer", "name", "email", "seller", "market", "granted", "expires", "synced")
ROW = ("C1", "Nord GmbH", "a@nord.example", "A1NORD", "DE", "2026-03-01T10:00Z", "", "")

PLAIN = {
    "name": "plain",
    "zone": "Europe/Berlin",
    "csv": {"encoding": "utf-8"},
    "fields": {
        "customer_number": "customer",
        "name": "name",
        "email": "email",
        "selling_partner_id": "seller",
        "marketplaces": "market",
        "granted_at": "granted",
        "expires_at": "expires",
        "last_sync_at": "synced",
    },
}
"""A mapping of HEADING, for tests to change."""


def plain(**changes: object) -> sources.Mapping:
    """The plain mapping with other keys, fields among them."""
    fields = PLAIN["fields"] | changes.pop("fields", {})
    return sources.mapping_from(PLAIN | {"fields": fields} | changes)


def row(**changes: str) -> tuple[str, ...]:
    """A good row with some other cells."""
    return tuple(changes.get(name, cell) for name, cell in zip(HEADING, ROW, strict=True))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Engine]:
    """A token database for a whole file of tests, once of each kind."""
    with migrated_database(request, request.param, tmp_path_factory.mktemp("shared")) as engine:
        yield engine


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Writes rows as a CSV file in HEADING's columns and returns its path."""

    def written(*rows: tuple[str, ...]) -> str:
        path = tmp_path / "source.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADING, *rows])
        return str(path)

    return written


@pytest.fixture(scope="session")
def export() -> str:
    """The plugin's CSV export."""
    return str(DATA / "plugin_export.csv")


@pytest.fixture(scope="session")
def export_mapping() -> sources.Mapping:
    """Its mapping."""
    return sources.read_mapping(EXAMPLES / "plugin_export.toml")


@pytest.fixture
def tokens(tmp_path: Path) -> str:
    """A copy of the plugin's own database, to be changed."""
    path = tmp_path / "plugin_tokens.sqlite"
    shutil.copy(DATA / "plugin_tokens.sqlite", path)
    return str(path)


@pytest.fixture(scope="session")
def tokens_mapping() -> sources.Mapping:
    """Its mapping."""
    return sources.read_mapping(EXAMPLES / "plugin_tokens.toml")


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty database on a MariaDB server of this test run."""
    with running_mariadb(tmp_path_factory.mktemp("mariadb")) as url:
        yield url


def rows_of(of: Engine, sql: str) -> list[tuple]:
    """What a statement finds in the token database."""
    with of.connect() as connection:
        return [tuple(found) for found in connection.execute(text(sql))]


def change(path: str, *statements: str) -> None:
    """Changes a SQLite source, as its owner would."""
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def foreign(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of the invented database, on each engine in turn."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'foreign.sqlite'}"
    else:
        fixture = {"postgresql": "postgresql_url", "mariadb": "mariadb"}[request.param]
        url = request.getfixturevalue(fixture)
    make(url)
    return url


@pytest.fixture
def desk(tmp_path: Path, migrated_file: Path) -> Engine:
    """A token database; that every kind of them works is tested elsewhere."""
    return make_engine(f"sqlite:///{shutil.copy(migrated_file, tmp_path)}")


@pytest.fixture
def ten(write, database: Engine) -> list[tuple[str, ...]]:
    """Ten accounts of a source, read once."""
    rows = [row(customer=f"C{n}", seller=f"A{n}") for n in range(10)]
    read(write(*rows), database)
    return rows


def read(
    location: str, database: Engine, mapping: sources.Mapping | None = None, **how
) -> sources.Result:
    """Reads a source; the rollup is exact after it, and every row is accounted for."""
    result = sources.read_source(
        location, mapping or plain(), of=database, **({"now": LATER} | how)
    )
    with database.connect() as connection:
        assert rollup.drift(connection) == 0
    assert result.rows_read == result.rows_taken + result.rows_rejected + result.rows_merged
    return result


def reasons(result: sources.Result) -> set[tuple[str, str]]:
    """Where each problem is and what it is; two of one kind in one place count once."""
    return {(problem.place, problem.reason) for problem in result.problems}


def events(database: Engine) -> list[tuple[str, dict]]:
    """What was told, in its order."""
    found = rows_of(database, "SELECT kind, details FROM event ORDER BY id")
    return [(kind, json.loads(details)) for kind, details in found]


def paused(database: Engine) -> list[tuple]:
    """Who is paused, and why."""
    condition = 'SELECT selling_partner_id, paused_reason FROM "authorization" WHERE paused'
    return rows_of(database, f"{condition} ORDER BY 1")
