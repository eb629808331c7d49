"""A copy made while somebody writes all the time is one state of the database, and comes back."""

import os
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import insert, select

from data_access import backup_archive, demo, keys, rollup, schema
from data_access.audit import acting
from data_access.backup import back_up, restore
from data_access.backup_copy import BackupRefused, examine_copy
from data_access.database import make_engine, reading, writing
from data_access.erased import digest, erased_of
from data_access.erasure import erase
from data_access.migrate import _config as migration_config
from data_access.migrate import is_current, migrate
from rules.acts import Act, Actor, Role
from tests.accounts import rows
from tests.conftest import NOW
from tests.forgetting import set_up

ANNA = Actor("anna", Role.ADMIN)


@pytest.fixture
def desk(tmp_path, sqlite_url):
    """The engine of an embedded database with 40 accounts and its keys."""
    with set_up({"DESK_DATABASE_URL": sqlite_url}, tmp_path / "home"):
        engine = make_engine(sqlite_url)
        migrate(engine)
        demo.fill(40, 1, NOW, of=engine)
        yield engine
        engine.dispose()


def note(engine, number: int) -> None:
    """Two things that belong together: a note, and its entry in the audit trail."""
    with acting(ANNA, Act.WRITE_NOTE, datetime.now(UTC), engine) as deed:
        deed.connection.execute(
            insert(schema.note).values(
                authorization_id=1, at=datetime.now(UTC), agent="anna", text="x" * 3_000
            )
        )
        deed.note(1, number=number)


def notes_and_entries(engine) -> tuple[int, int]:
    """How many there are of both."""
    with reading(engine) as connection:
        return (
            len(connection.execute(select(schema.note.c.id)).all()),
            len(connection.execute(select(schema.audit_entry.c.id)).all()),
        )


def test_while_somebody_writes_all_the_time_the_copy_is_one_state(desk, tmp_path, monkeypatch):
    monkeypatch.setattr("data_access.backup_copy.PAGES_A_STEP", 1)
    note(desk, 0)
    over, written = threading.Event(), []

    def write():
        while not over.is_set():
            note(desk, len(written))
            written.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    steps, target = [], tmp_path / "copy.sqlite"
    before = len(written)

    def progress(done, total):
        steps.append((done, total))
        if len(steps) % 50 == 0:
            # The writer gets its turn between two steps.
            now = len(written)
            threading.Event().wait(0.01) if len(written) == now else None

    made = back_up(target, progress=progress, of=desk)
    over.set()
    writer.join()
    assert len(written) > before and steps[-1][0] == steps[-1][1] > 100
    copy = make_engine(f"sqlite:///{target}")
    notes, entries = notes_and_entries(copy)
    copy.dispose()
    assert notes == entries >= 1
    assert made.rows == examine_copy(target).rows
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir() if "copy" in each.name] == ["copy.sqlite"]


def test_what_was_backed_up_comes_back_and_the_database_of_before_is_kept(desk, tmp_path):
    note(desk, 1)
    back_up(tmp_path / "copy.sqlite", of=desk)
    note(desk, 2)
    desk.dispose()
    done = restore(tmp_path / "copy.sqlite", ANNA, NOW, of=desk)
    assert notes_and_entries(desk) == (1, 1)
    kept = make_engine(f"sqlite:///{done.replaced}")
    assert notes_and_entries(kept) == (2, 2)
    kept.dispose()
    migrate(desk)
    note(desk, 3)


@pytest.fixture
def erased_since(desk, tmp_path) -> str:
    """The customer number of a seller who was erased after a backup; another one was before."""
    with reading(desk) as connection:
        number = select(schema.seller.c.customer_number).order_by(schema.seller.c.id)
        first, second = connection.scalars(number.limit(2))
    erase(first, None, ANNA, NOW, desk)
    back_up(tmp_path / "copy.sqlite", of=desk)
    back_up(tmp_path / "copy.tar", with_keys=True, of=desk)
    erase(second, None, ANNA, NOW, desk)
    desk.dispose()
    return second


@pytest.mark.parametrize("copy", ["copy.sqlite", "copy.tar"])
def test_whoever_was_erased_since_is_erased_in_the_copy_too(desk, tmp_path, erased_since, copy):
    done = restore(tmp_path / copy, ANNA, NOW, of=desk)
    assert (done.erased_again, done.erasures_lost) == (1, "")
    assert [each.name for each in rows(desk, schema.seller)[:2]] == [
        "Erased seller 1",
        "Erased seller 2",
    ]
    (source,) = {each.source for each in rows(desk, schema.erased_seller)}
    with reading(desk) as connection:
        assert erased_since in erased_of(connection, source)
        assert rollup.drift(connection) == 0
    assert len(rows(desk, schema.erased_seller)) == 2
    assert done.copy.rows == examine_copy(Path(desk.url.database)).rows
    assert erased_since.encode() not in Path(desk.url.database).read_bytes()


def test_the_copy_remembers_erasures_of_sellers_that_it_never_had(desk, tmp_path):
    back_up(tmp_path / "copy.sqlite", of=desk)
    of_nobody = {"source": "plugin", "digest": digest("plugin", "K-new"), "erased_at": NOW}
    with writing(desk) as connection:
        connection.execute(insert(schema.erased_seller).values(of_nobody))
    desk.dispose()
    assert restore(tmp_path / "copy.sqlite", ANNA, NOW, of=desk).erased_again == 0
    with reading(desk) as connection:
        assert "K-new" in erased_of(connection, "plugin")
    assert rows(desk, schema.erased_seller)[0].erased_at == NOW


def test_a_copy_of_an_earlier_schema_is_upgraded_to_erase_in_it(desk, tmp_path):
    copy = tmp_path / "old.sqlite"
    copy.touch()
    old, to = make_engine(f"sqlite:///{copy}"), migration_config()
    with writing(old) as connection:
        to.attributes["connection"] = connection
        command.upgrade(to, "0005")
        known = "('plugin', 'K-old', 'Zyxwvut GmbH')"
        connection.exec_driver_sql(
            f"INSERT INTO seller (source, customer_number, name) VALUES {known}"
        )
    old.dispose()
    erased = {"source": "plugin", "digest": digest("plugin", "K-old"), "erased_at": NOW}
    with writing(desk) as connection:
        connection.execute(insert(schema.erased_seller).values(erased))
    desk.dispose()
    assert restore(copy, ANNA, NOW, of=desk).erased_again == 1
    assert [each.name for each in rows(desk, schema.seller)] == ["Erased seller 1"]
    assert is_current(desk)


def test_a_copy_of_a_newer_desk_which_this_one_cannot_open_replaces_nothing(desk, tmp_path):
    back_up(tmp_path / "copy.sqlite", of=desk)
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    desk.dispose()
    with pytest.raises(BackupRefused, match="9999, which this desk does not know"):
        restore(tmp_path / "copy.sqlite", ANNA, NOW, of=desk)
    assert is_current(desk)
    assert not list(tmp_path.glob("*.before-*"))


def test_whom_a_broken_database_had_erased_nobody_knows(desk, tmp_path, erased_since):
    Path(desk.url.database).write_bytes(b"SQLite format 3\0" + os.urandom(90_000))
    done = restore(tmp_path / "copy.sqlite", ANNA, NOW, force=True, of=desk)
    assert done.erasures_lost == "The database of before cannot be read."
    assert len(done.replaced.read_bytes()) > 90_000


def test_erasures_are_of_no_use_under_another_key(desk, tmp_path, erased_since):
    (tmp_path / "home" / keys.ERASURE_KEY_FILE).write_text("another" * 8)
    keys.erasure_key.cache_clear()
    done = restore(tmp_path / "copy.tar", ANNA, NOW, of=desk)
    assert "erasure key" in done.erasures_lost


def test_while_the_desk_runs_on_it_nothing_is_replaced_unless_forced(desk, tmp_path):
    back_up(tmp_path / "copy.sqlite", of=desk)
    with reading(desk) as connection:
        connection.execute(select(schema.note.c.id)).all()
        with pytest.raises(BackupRefused, match="is in use"):
            restore(tmp_path / "copy.sqlite", ANNA, NOW, of=make_engine(desk.url))
        assert not list(tmp_path.glob("*.before-*"))
        done = restore(tmp_path / "copy.sqlite", ANNA, NOW, force=True, of=make_engine(desk.url))
    assert done.replaced.exists()


def test_with_keys_it_can_go_on_on_another_machine(desk, tmp_path):
    with writing(desk) as connection:
        connection.execute(
            insert(schema.credential).values(
                authorization_id=1, refresh_token=keys.encrypt("Atzr|old"), stored_at=NOW
            )
        )
    archive = tmp_path / "desk.tar"
    back_up(archive, with_keys=True, of=desk)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    link_key, erased = keys.link_key(), digest("plugin", "K1")
    elsewhere = tmp_path / "elsewhere"
    url = f"sqlite:///{elsewhere / 'desk.sqlite'}"
    with set_up({"DESK_DATABASE_URL": url}, elsewhere):
        done = restore(archive, ANNA, NOW, of=make_engine(url))
        assert done.tokens_open and keys.link_key() == link_key
        # Or the next reading of their source would bring back whoever was erased.
        assert digest("plugin", "K1") == erased
        with reading(make_engine(url)) as connection:
            stored = connection.scalar(select(schema.credential.c.refresh_token))
        assert keys.decrypt(stored) == "Atzr|old"
        for name in backup_archive.KEY_FILES:
            assert stat.S_IMODE((elsewhere / name).stat().st_mode) == 0o600


def test_without_the_keys_it_says_that_tokens_do_not_open(desk, tmp_path):
    with writing(desk) as connection:
        connection.execute(
            insert(schema.credential).values(
                authorization_id=1, refresh_token=keys.encrypt("Atzr|old"), stored_at=NOW
            )
        )
    back_up(tmp_path / "copy.sqlite", of=desk)
    url = f"sqlite:///{tmp_path / 'elsewhere' / 'desk.sqlite'}"
    with set_up({"DESK_DATABASE_URL": url}, tmp_path / "elsewhere"):
        assert not restore(tmp_path / "copy.sqlite", ANNA, NOW, of=make_engine(url)).tokens_open


def damaged(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = os.urandom(4096)
    copy.write_bytes(content)


def cut_off(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])


def forged(copy: Path) -> None:
    with sqlite3.connect(copy) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE audit_entry SET actor = 'bert'")


def of_somebody_else(copy: Path) -> None:
    copy.unlink()
    with sqlite3.connect(copy) as connection:
        connection.execute("CREATE TABLE t (x)")


def a_text(copy: Path) -> None:
    copy.write_text("Dear backup, " * 900)


@pytest.mark.parametrize("spoil", [damaged, cut_off, forged, of_somebody_else, a_text])
def test_a_copy_that_is_not_whole_replaces_nothing(desk, tmp_path, spoil):
    note(desk, 1)
    copy = tmp_path / "copy.sqlite"
    back_up(copy, of=desk)
    spoil(copy)
    desk.dispose()
    with pytest.raises(BackupRefused):
        restore(copy, ANNA, NOW, of=desk)
    assert notes_and_entries(desk) == (1, 1)
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".desk")]


def test_a_file_that_is_there_is_not_overwritten(desk, tmp_path):
    (tmp_path / "copy.sqlite").write_text("mine")
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(tmp_path / "copy.sqlite", of=desk)
    assert (tmp_path / "copy.sqlite").read_text() == "mine"


def test_postgresql_is_sent_to_its_own_tools(postgresql_url, tmp_path):
    engine = make_engine(postgresql_url)
    with pytest.raises(BackupRefused, match="pg_dump"):
        back_up(tmp_path / "copy", of=engine)
    with pytest.raises(BackupRefused, match="pg_restore"):
        restore(tmp_path / "copy", ANNA, NOW, of=engine)
    assert not list(tmp_path.iterdir())
