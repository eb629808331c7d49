"""What `make bench` loads, it loads beside the databases that it keeps from run to run."""

from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, select, text

from data_access import schema
from data_access.database import make_engine, reading
from tests.bench import databases, loading
from tests.bench.databases import filled
from tests.bench.table import Results

ACCOUNTS = 60


def everything(url: str) -> dict[str, list[tuple]]:
    """All rows of all tables."""
    engine = make_engine(url)
    with reading(engine) as connection:
        found = {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in schema.metadata.sorted_tables
        }
    engine.dispose()
    return found


def others(url: str) -> list[str]:
    """What else lies there."""
    if url.startswith("sqlite"):
        file = Path(make_url(url).database)
        return [each.name for each in file.parent.iterdir() if not each.name.startswith(file.name)]
    engine = make_engine(url)
    with engine.connect() as connection:
        return list(
            connection.scalars(text("SELECT datname FROM pg_database WHERE datname='spare'"))
        )


def test_measuring_what_is_loaded_leaves_no_marks(database_url, tmp_path, monkeypatch):
    kept = filled(database_url, ACCOUNTS)
    before = everything(kept)
    monkeypatch.chdir(tmp_path)
    Path(".desk/bench").mkdir(parents=True)
    results = Results(Path(".desk/bench").resolve())
    kind = make_url(kept).get_backend_name()
    loading.measure(results, {(kind, ACCOUNTS): kept})
    assert {each.what for each in results.all} > {"probe", "import of a CSV", "first mirror"}
    assert everything(kept) == before
    assert others(kept) == ([".desk"] if kind == "sqlite" else [])


def test_databases_of_a_former_demo_are_not_kept(tmp_path, postgresql, monkeypatch):
    @contextmanager
    def served(folder):
        yield (
            make_url(postgresql.get_uri())
            .set(drivername="postgresql+psycopg")
            .render_as_string(hide_password=False)
        )

    monkeypatch.setattr(databases, "postgresql", served)
    for version in ("former", "this"):
        monkeypatch.setattr(databases, "_version", lambda is_now=version: is_now)
        with databases.databases(tmp_path, [10]) as urls:
            names = {make_url(url).database.split("/")[-1] for url in urls.values()}
        assert names == {f"demo-{version}-10.sqlite", f"demo_{version}_10"}
    assert [each.name for each in tmp_path.glob("*.sqlite")] == ["demo-this-10.sqlite"]
    server = make_engine(make_url(urls["postgresql", 10]).set(database="postgres"))
    with server.connect() as connection:
        left = text("SELECT datname FROM pg_database WHERE datname LIKE 'demo%'")
        assert list(connection.scalars(left)) == ["demo_this_10"]
    server.dispose()
