"""What `make bench` loads, it loads beside the databases that it keeps from run to run."""

from pathlib import Path

from sqlalchemy import make_url, select, text

from data_access import schema
from data_access.database import make_engine, reading
from tests.bench import loading
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
