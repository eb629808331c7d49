"""Keys, backups and imports from the command line: who did it stands in the audit trail."""

import getpass
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, update
from typer.testing import CliRunner

from data_access import granting, keys
from data_access.audit_chain import examined
from data_access.database import DatabaseAway, engine, make_engine, writing
from data_access.migrate import migrate
from data_access.schema import audit_entry, credential, renewal, seller, source_run
from data_access.sources import read_source
from data_access.upkeep import make_newest_key, rotate_keys
from rules.acts import Actor, NotAllowed, Role
from rules.renewal_steps import At
from tests.accounts import OLD_TOKEN, an_account, rows, with_old_token
from tests.conftest import NOW
from tests.data_access.sources.conftest import (  # noqa: F401 - write is a fixture
    HEADING,
    change,
    plain,
    row,
    write,
)
from tests.forgetting import set_up
from tests.waiting import wait_until, waits_for_a_lock
from web.command_line import app

ADMIN = Actor("ada", Role.ADMIN)
AGENT = Actor("anna", Role.AGENT)
A_WHILE = 0.5
"""Seconds in which a grant comes to what a rotation holds."""
MAPPING = """
name = "plain"
zone = "UTC"
[fields]
customer_number = "customer"
name = "name"
selling_partner_id = "seller"
marketplaces = "market"
granted_at = "granted"
"""


@pytest.fixture
def desk(tmp_path, sqlite_url):
    """An embedded database and its keys, as the command line finds them."""
    with set_up({"DESK_DATABASE_URL": sqlite_url}, tmp_path / "home"):
        made = make_engine(sqlite_url)
        migrate(made)
        yield made
        made.dispose()


def run(*arguments: object, exit_code: int = 0) -> str:
    """What a command prints."""
    result = CliRunner().invoke(app, [str(each) for each in arguments], terminal_width=300)
    assert result.exit_code == exit_code, result.output
    return result.output


def trail(of) -> list[tuple[str, dict]]:
    """What was done, and how, by whoever runs the tests."""
    entries = rows(of, audit_entry)
    assert {(e.actor, e.role) for e in entries} <= {(f"cli:{getpass.getuser()}", "admin")}
    assert examined(of).broken is None
    return [(entry.act, json.loads(entry.details)) for entry in entries]


def test_a_new_key_and_a_rotation_stand_in_the_trail_without_the_key(desk, live_now):
    with_old_token(desk, an_account(desk, live_now), live_now)
    keys.encryption_keys()
    run("keys", "new")
    assert "1 stored secrets" in run("keys", "rotate")
    assert trail(desk) == [
        ("change_keys", {"keys": "encryption.keys", "before": 1, "after": 2}),
        ("change_keys", {"encrypted_anew": 1}),
    ]
    assert not any(key in str(rows(desk, audit_entry)) for key in keys.encryption_keys())


def test_many_secrets_are_encrypted_anew_in_several_goes(desk, live_now, monkeypatch):
    keys.encryption_keys()
    for _ in range(5):
        with_old_token(desk, an_account(desk, live_now), live_now)
    run("keys", "new")
    monkeypatch.setattr(keys, "BATCH", 2)
    assert "5 stored secrets" in run("keys", "rotate")
    _, *goes = trail(desk)
    assert goes == [("change_keys", {"encrypted_anew": each}) for each in (2, 2, 1)]
    newest = Fernet(keys.encryption_keys()[0])
    for stored in rows(desk, credential):
        assert newest.decrypt(stored.refresh_token) == OLD_TOKEN.encode()
        assert stored.previous_refresh_token is None


def test_a_token_that_no_key_opens_is_named_and_keeps_no_other_from_being_encrypted_anew(
    desk, live_now, monkeypatch
):
    keys.encryption_keys()
    lost, *others = (an_account(desk, live_now) for _ in range(3))
    for account in (lost, *others):
        with_old_token(desk, account, live_now)
    stranger = Fernet(Fernet.generate_key()).encrypt(b"lost")
    c = credential.c
    with writing(desk) as connection:
        connection.execute(
            update(credential).where(c.authorization_id == lost).values(refresh_token=stranger)
        )
    run("keys", "new")
    monkeypatch.setattr(keys, "BATCH", 2)
    with pytest.raises(keys.KeyLost, match=rf"^2 stored .* of 1 accounts \({lost}\)"):
        rotate_keys(ADMIN, live_now, desk)
    newest = Fernet(keys.encryption_keys()[0])
    kept, *anew = rows(desk, credential)
    assert kept.refresh_token == stranger
    assert [newest.decrypt(each.refresh_token) for each in anew] == [OLD_TOKEN.encode()] * 2


def test_of_two_who_make_a_key_at_once_neither_writes_over_the_others(
    on_postgresql, tmp_path, monkeypatch
):
    real, calls, second = keys._write_beside, [], []

    def meanwhile(*arguments) -> Path:
        calls.append(arguments)
        if len(calls) == 1:
            second.append(both.submit(make_newest_key, ADMIN, NOW, on_postgresql))
            wait_until(lambda: second[0].done() or waits_for_a_lock(on_postgresql))
        return real(*arguments)

    with set_up({}, tmp_path / "home"), ThreadPoolExecutor() as both:
        first = keys.encryption_keys()
        monkeypatch.setattr(keys, "_write_beside", meanwhile)
        make_newest_key(ADMIN, NOW, on_postgresql)
        second[0].result()
        made = keys.encryption_keys()
    assert len(set(made)) == 3 and made[2:] == first


@pytest.mark.parametrize("held", keys.SECRETS, ids=lambda table: table.name)
def test_what_is_granted_meanwhile_is_open_to_the_newest_key(
    on_postgresql, tmp_path, live_now, held
):
    with set_up({}, tmp_path / "home"), ThreadPoolExecutor() as both:
        account = an_account(on_postgresql, live_now)
        with_old_token(on_postgresql, account, live_now)
        attempt = exchanged(on_postgresql, account, live_now)
        keys.add_key_to_file()
        encrypted, granting_began = Event(), Event()

        def rotate() -> None:
            for table in keys.SECRETS:
                with writing(on_postgresql) as connection:
                    keys.rotate(connection, table)
                    if table is held:
                        encrypted.set()
                        # In which the grant comes as far as it can.
                        granting_began.wait(10)
                        time.sleep(A_WHILE)
                if table is held:
                    return

        def grant() -> None:
            encrypted.wait(10)
            with writing(on_postgresql) as connection:
                granting_began.set()
                assert granting.grant(connection, attempt, live_now)

        for done in (both.submit(rotate), both.submit(grant)):
            done.result()
        newest = Fernet(keys.encryption_keys()[0])
    (stored,) = rows(on_postgresql, credential)
    assert newest.decrypt(stored.refresh_token) == b"Atzr|new"
    if held is credential:
        assert newest.decrypt(stored.previous_refresh_token) == OLD_TOKEN.encode()


def exchanged(of, account: int, now: datetime) -> int:
    """An attempt of the account that has its new token and is to be granted; its number."""
    with writing(of) as connection:
        return connection.scalar(
            insert(renewal)
            .values(
                authorization_id=account,
                state_digest="state",
                code_digest="code",
                step=At.EXCHANGED,
                refresh_token=keys.encrypt("Atzr|new"),
                redirect_uri="https://desk.example/amazon/callback",
                received_at=now,
                stepped_at=now,
            )
            .returning(renewal.c.id)
        )


def test_a_desk_that_is_not_there_yet_gets_a_key_too(tmp_path, sqlite_url):
    with set_up({"DESK_DATABASE_URL": sqlite_url}, tmp_path / "home"):
        assert "a new one" in run("keys", "new")
        assert len(keys.encryption_keys()) == 2


def test_a_key_that_is_only_printed_changes_nothing_and_needs_no_database(
    desk, tmp_path, sqlite_url
):
    given = {"DESK_DATABASE_URL": sqlite_url, "DESK_ENCRYPTION_KEYS": keys.new_key()}
    away = {**given, "DESK_DATABASE_URL": "postgresql://desk@127.0.0.1:1/desk"}
    with set_up(away, tmp_path / "home"):
        assert "Put it in front" in run("keys", "new")
    with set_up(given, tmp_path / "home"):
        assert "0 stored secrets" in run("keys", "rotate")
    assert trail(desk) == []


def test_an_agent_changes_no_key_and_imports_nothing(desk, write):  # noqa: F811
    before = keys.encryption_keys()
    with pytest.raises(NotAllowed):
        make_newest_key(AGENT, NOW, desk)
    with pytest.raises(NotAllowed):
        rotate_keys(AGENT, NOW, desk)
    with pytest.raises(NotAllowed):
        read_source(write(row()), plain(), of=desk, now=NOW, actor=AGENT)
    assert keys.encryption_keys() == before
    assert rows(desk, source_run) == trail(desk) == []


def test_a_backup_and_a_restore_stand_in_the_trail(desk, tmp_path):
    run("backup", tmp_path / "copy.sqlite")
    for held_open in (desk, engine()):
        held_open.dispose()
    run("restore", tmp_path / "copy.sqlite")
    ((act, said),) = trail(desk)
    assert (act, said["after"]) == ("restore", "copy.sqlite")
    kept = make_engine(f"sqlite:///{tmp_path / said['before']}")
    ((act, made),) = trail(kept)
    kept.dispose()
    assert (act, made["file"], made["with_keys"]) == ("back_up", "copy.sqlite", False)


def test_a_restore_says_whom_it_erased_again_and_fails_where_nobody_knows(desk, tmp_path):
    an_account(desk, NOW)
    run("backup", tmp_path / "copy.sqlite")
    number = rows(desk, seller)[0].customer_number
    run("erase", "--customer", number, "--yes")
    for held_open in (desk, engine()):
        held_open.dispose()
    assert "Erased in it again: 1 sellers" in run("restore", tmp_path / "copy.sqlite")
    for held_open in (desk, engine()):
        held_open.dispose()
    Path(desk.url.database).write_text("Dear desk, " * 900)
    said = run("restore", tmp_path / "copy.sqlite", "--force", exit_code=1)
    assert "cannot be read" in said and "manage.py erase --customer" in said


def test_a_database_that_takes_no_entry_is_copied_all_the_same(desk, tmp_path, monkeypatch):
    def refused(*_):
        raise DatabaseAway("The disk is full.")

    monkeypatch.setattr("web.commands.backup.note_backup", refused)
    said = run("backup", tmp_path / "copy.sqlite")
    assert "It does not stand in the audit trail: The disk is full." in said
    assert (tmp_path / "copy.sqlite").exists()


def test_an_import_that_changes_something_is_an_entry(desk, tmp_path, write):  # noqa: F811
    mapping = tmp_path / "plain.toml"
    mapping.write_text(MAPPING + "[csv]\n")
    run("import", write(row()), "--mapping", mapping, "--dry-run")
    assert trail(desk) == []
    run("import", write(row()), "--mapping", mapping)
    run("import", write(row()), "--mapping", mapping)
    counts = {"granted": 1, "renewed": 0, "changed": 0, "removed": 0}
    assert trail(desk) == [("import", {"source": "plain"} | counts)]


def test_a_mirror_is_an_entry_where_somebody_allowed_removals(desk, tmp_path):
    mapping, source = tmp_path / "plain.toml", tmp_path / "source.sqlite"
    mapping.write_text(MAPPING + '[sql]\ntable = "source"\nkey = "customer"\n')
    columns = ", ".join(HEADING)
    change(source, f"CREATE TABLE source ({columns})", f"INSERT INTO source VALUES {row()}")
    keep_up = ("mirror", "--source", f"sqlite:///{source}", "--mapping", mapping)
    run(*keep_up)
    assert trail(desk) == []
    change(source, f"INSERT INTO source VALUES {row(customer='C2', seller='A2')}")
    run(*keep_up, "--allow-removals")
    ((act, said),) = trail(desk)
    assert (act, said["granted"], said["removals"]) == ("import", 1, "allowed")
