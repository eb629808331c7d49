"""The audit trail: written with the deed or not at all, and one changed byte shows."""

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from data_access.audit import Broken, acting, broken_link
from data_access.database import reading, writing
from data_access.schema import audit_entry
from rules.acts import Act, Actor, NotAllowed, Role
from tests.renewing import rows

ANNA = Actor("anna", Role.AGENT)


def write(database, now, count: int = 3) -> None:
    """Some deeds of Anna's."""
    for number in range(count):
        with acting(ANNA, Act.ASSIGN, now, database) as deed:
            deed.note(number, before="", after="änna")


def unguarded(database, statement: str) -> None:
    """What somebody with the database in hand can do."""
    drop = {
        "sqlite": ["DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete"],
        "postgresql": ["DROP TRIGGER audit_entry_is_kept ON audit_entry"],
    }[database.dialect.name]
    with writing(database) as connection:
        for each in (*drop, statement):
            connection.execute(text(each))


def test_a_deed_stands_in_the_trail_with_who_when_what(database, now):
    write(database, now, 1)
    (entry,) = rows(database, audit_entry)
    assert (entry.actor, entry.role, entry.act, entry.at) == ("anna", "agent", "assign", now)
    assert entry.details == '{"before": "", "after": "änna"}'
    assert broken_link(database) is None


def test_a_deed_that_fails_leaves_no_entry_and_the_chain_whole(database, now):
    write(database, now)
    with pytest.raises(RuntimeError), acting(ANNA, Act.SNOOZE, now, database) as deed:
        deed.note(1)
        raise RuntimeError
    write(database, now)
    assert [entry.id for entry in rows(database, audit_entry)] == [1, 2, 3, 4, 5, 6]
    assert broken_link(database) is None


def test_what_a_role_may_not_is_not_begun(database, now):
    with pytest.raises(NotAllowed), acting(ANNA, Act.ERASE_SELLER, now, database):
        raise AssertionError
    assert rows(database, audit_entry) == []


@pytest.mark.parametrize("statement", [update(audit_entry).values(actor="x"), delete(audit_entry)])
def test_the_database_refuses_to_change_or_delete_entries(database, now, statement):
    write(database, now)
    with pytest.raises(DatabaseError), writing(database) as connection:
        connection.execute(statement)
    with reading(database) as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_entry")).scalar() == 3


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_entry SET actor = 'bnna' WHERE id = 2", 2),
        ("UPDATE audit_entry SET details = details || ' ' WHERE id = 3", 3),
        ("UPDATE audit_entry SET authorization_id = 9 WHERE id = 1", 1),
        ("DELETE FROM audit_entry WHERE id = 2", 2),
        ("DELETE FROM audit_entry WHERE id = 3", 3),
        ("DELETE FROM audit_entry", 1),
    ],
)
def test_one_changed_byte_or_missing_entry_is_found(database, now, statement, found):
    write(database, now)
    unguarded(database, statement)
    assert broken_link(database) == Broken(found)
