"""Which files the desk makes and writes, and what it says of databases that it cannot use."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from data_access.bulk import insert_rows
from data_access.database import CONNECTIONS, DatabaseAway, make_engine, reading, writing
from data_access.database_faults import ForeignDatabase, NoDatabase, NotMigrated, ReadOnly
from data_access.migrate import migrate
from data_access.overview import overview
from data_access.schema import erased_seller
from rules.account_filter import AccountFilter
from tests.conftest import NOW


def at(path: Path, query: str = "") -> Engine:
    """The engine of a SQLite file."""
    return make_engine(f"sqlite:///{path}{query}")


def look(engine: Engine) -> None:
    """Reads what any screen reads first."""
    overview(AccountFilter(), NOW, (30, 7), of=engine)


def journal_mode(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return connection.execute("PRAGMA journal_mode").fetchone()[0]


def test_a_foreign_database_is_refused_without_a_byte_of_it_changed(tmp_path):
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ForeignDatabase, match="orders"):
        migrate(at(path))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_migrate_makes_folder_and_file_and_lets_readers_and_writer_work_together(tmp_path):
    path = tmp_path / "new" / "desk.sqlite"
    engine = at(path)
    migrate(engine)
    migrate(engine)
    look(engine)
    engine.dispose()
    assert journal_mode(path) == "wal"


def test_several_first_starts_at_once_all_succeed(database_url):
    engines = [make_engine(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, engines))
    look(engines[0])
    for engine in engines:
        engine.dispose()


def test_no_text_ends_a_statement_whatever_is_in_it(database):
    with writing(database) as connection:
        one = {"source": "a\x00b", "digest": "\ud83d", "erased_at": NOW}
        connection.execute(insert(erased_seller), [one, one | {"digest": "other"}])
        connection.execute(
            text("UPDATE erased_seller SET source = source || :more"), {"more": "\x00c\udcff"}
        )
    with reading(database) as connection:
        s = erased_seller.c
        found = select(s.source, s.digest).where(s.source == "\x00abc\udcff").order_by(s.digest)
        assert connection.execute(found).all() == [("abc\ufffd", "other"), ("abc\ufffd", "\ufffd")]


def test_a_mistyped_path_is_a_sentence_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "dsek" / "desk.sqlite"
    with pytest.raises(NoDatabase, match=r"There is no token database .*desk\.sqlite"):
        look(at(path))
    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_and_a_database_in_memory_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///desk.sqlite", "sqlite:///:memory:", "sqlite://"):
        engine = make_engine(url)
        migrate(engine)
        look(engine)
        engine.dispose()
    assert {path.name for path in tmp_path.iterdir()} == {"desk.sqlite"}


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NoDatabase, match="cannot be made"):
        migrate(at(tmp_path / "file" / "desk.sqlite"))


@pytest.mark.parametrize("use", [look, migrate])
def test_a_text_file_is_no_database(tmp_path, use):
    path = tmp_path / "notes.txt"
    path.write_text("no database at all, but longer than the heading of one\n" * 50)
    with pytest.raises(ForeignDatabase, match=r"notes\.txt is no SQLite database"):
        use(at(path))


def test_a_folder_is_no_database(tmp_path):
    with pytest.raises(NoDatabase, match="cannot be opened"):
        look(at(tmp_path))


def test_a_database_that_may_only_be_read_says_so(tmp_path):
    path = tmp_path / "desk.sqlite"
    migrate(at(path))
    engine = make_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    look(engine)
    with pytest.raises(ReadOnly, match="The token database is read-only: "), writing(engine) as c:
        c.execute(text("DELETE FROM seller"))


def test_a_database_that_was_never_migrated_says_what_to_run(database_url, tmp_path):
    (tmp_path / "desk.sqlite").touch()
    with pytest.raises(NotMigrated, match=r"Run `python manage\.py migrate` first\."):
        look(make_engine(database_url))


def test_a_mistake_in_our_own_sql_is_not_blamed_on_the_migration(database: Engine):
    with pytest.raises((DBAPIError, DatabaseAway)) as caught, reading(database) as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert not isinstance(caught.value, NotMigrated)


def test_what_goes_into_a_table_in_bulk_fails_as_statements_do(database: Engine):
    row = {"source": "plugin", "digest": "d", "erased_at": datetime(2026, 11, 24, tzinfo=UTC)}
    with pytest.raises(IntegrityError) as caught, writing(database) as connection:
        insert_rows(connection, erased_seller, [row, row])
    assert "INSERT INTO erased_seller" in str(caught.value)


def test_moments_that_go_in_in_bulk_stand_there_as_those_of_statements(database: Engine):
    second = datetime(2026, 11, 24, 8, tzinfo=UTC)
    elsewhere = second.astimezone(timezone(timedelta(hours=5, minutes=45)))
    moments = [second, elsewhere, second.replace(microsecond=7), datetime(1, 1, 1, tzinfo=UTC)]
    rows = [{"source": "s", "digest": f"{n}", "erased_at": at} for n, at in enumerate(moments)]
    with writing(database) as connection:
        insert_rows(connection, erased_seller, rows)
        connection.execute(insert(erased_seller), [row | {"source": "t"} for row in rows])
        kept = {
            source: connection.execute(
                text("SELECT erased_at FROM erased_seller WHERE source = :of ORDER BY digest"),
                {"of": source},
            ).all()
            for source in ("s", "t")
        }
    assert kept["s"] == kept["t"] and len(kept["s"]) == len(moments)


def test_a_connection_whose_other_end_has_fallen_silent_is_given_up(postgresql_url):
    engine = make_engine(postgresql_url)
    with engine.connect() as connection:
        given = connection.connection.driver_connection.info.get_parameters()
    engine.dispose()
    # Without these Linux tries for a quarter of an hour, and whoever asks waits as long.
    assert int(given["tcp_user_timeout"]) <= 15_000
    idle, every, times = (int(given[f"keepalives_{n}"]) for n in ("idle", "interval", "count"))
    assert idle + every * times <= 60


def test_connections_that_many_needed_at_once_are_kept_for_the_next_ones(postgresql_url):
    engine = make_engine(postgresql_url)

    def processes() -> set[int]:
        with ExitStack() as open_at_once:
            connections = [open_at_once.enter_context(engine.connect()) for _ in range(CONNECTIONS)]
            return {each.connection.driver_connection.info.backend_pid for each in connections}

    first = processes()
    assert len(first) == CONNECTIONS
    assert processes() == first
    engine.dispose()
