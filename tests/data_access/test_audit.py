"""The audit trail: written with the deed or not at all, and one changed byte shows."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from data_access.audit import acting
from data_access.audit_chain import examined
from data_access.database import reading, writing
from data_access.schema import audit_entry
from rules.acts import Act, Actor, NotAllowed, Role
from tests.accounts import rows
from tests.emptying import without_guards

ANNA = Actor("anna", Role.AGENT)


def write(database, now, count: int = 3) -> None:
    """Some deeds of Anna's."""
    for number in range(count):
        with acting(ANNA, Act.ASSIGN, now, database) as deed:
            deed.note(number, before="", after="änna")


def unguarded(database, statement: str) -> None:
    """What somebody with the database in hand can do."""
    with writing(database) as connection:
        without_guards(connection)
        connection.execute(text(statement))


def test_a_deed_stands_in_the_trail_with_who_when_what(database, now):
    write(database, now, 1)
    (entry,) = rows(database, audit_entry)
    assert (entry.actor, entry.role, entry.act, entry.at) == ("anna", "agent", "assign", now)
    assert entry.details == '{"before": "", "after": "änna"}'
    assert examined(database).broken is None


def test_whatever_somebody_is_called_breaks_no_chain(database, now):
    with acting(Actor("än\x00na\ud83d" + "x" * 300, Role.AGENT), Act.ASSIGN, now, database) as deed:
        deed.note(1, before="\ud83d", after="b\x00")
    (entry,) = rows(database, audit_entry)
    assert entry.actor.startswith("änna\ufffdx")
    assert examined(database).broken is None


def test_a_deed_that_fails_leaves_no_entry_and_the_chain_whole(database, now):
    write(database, now)
    with pytest.raises(RuntimeError), acting(ANNA, Act.SNOOZE, now, database) as deed:
        deed.note(1)
        raise RuntimeError
    write(database, now)
    assert [entry.id for entry in rows(database, audit_entry)] == [1, 2, 3, 4, 5, 6]
    assert examined(database).broken is None


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
        ("UPDATE audit_entry SET authorization_id = NULL WHERE id = 1", 1),
        ("UPDATE audit_entry SET role = 'admin' WHERE id = 2", 2),
        ("UPDATE audit_entry SET act = 'wake' WHERE id = 3", 3),
        ("UPDATE audit_entry SET at = '2026-11-23 07:30:00.000001' WHERE id = 2", 2),
        ("UPDATE audit_entry SET hash = previous WHERE id = 3", 3),
        ("UPDATE audit_entry SET previous = hash WHERE id = 2", 2),
        ("DELETE FROM audit_entry WHERE id = 2", 2),
        ("DELETE FROM audit_entry WHERE id = 3", 3),
        ("DELETE FROM audit_entry", 1),
        ("UPDATE audit_entry SET id = 0 WHERE id = 3", 1),
        ("UPDATE audit_entry SET id = 7 WHERE id = 3", 3),
        ("UPDATE audit_head SET last_id = 2", 4),
        ("DELETE FROM audit_head", 4),
        (
            "INSERT INTO audit_entry SELECT 0, at, actor, role, act, authorization_id, details, "
            "previous, hash FROM audit_entry WHERE id = 1",
            1,
        ),
    ],
)
def test_one_changed_byte_or_missing_entry_is_found(database, now, statement, found):
    write(database, now)
    unguarded(database, statement)
    assert examined(database).broken == found


def test_what_is_no_moment_any_more_is_found(database, now):
    write(database, now)
    if database.dialect.name == "postgresql":
        pytest.skip("PostgreSQL keeps moments only")
    unguarded(database, "UPDATE audit_entry SET at = 'yesterday' WHERE id = 2")
    assert examined(database).broken == 2


def test_many_writers_at_once_make_one_chain_which_is_whole_at_every_look(database, now):
    writers, deeds, lines = 8, 12, 3

    def work(writer: int) -> None:
        for number in range(deeds):
            with acting(Actor(f"w{writer}", Role.AGENT), Act.ASSIGN, now, database) as deed:
                for line in range(lines):
                    deed.note(number, line=line)

    def look(_: int) -> list[int | None]:
        return [examined(database).broken for _ in range(10)]

    with ThreadPoolExecutor(writers + 1) as pool:
        looks = pool.submit(look, 0)
        list(pool.map(work, range(writers)))
        assert set(looks.result()) == {None}
    found = examined(database)
    assert (found.entries, found.broken) == (writers * deeds * lines, None)
    # The lines of one deed stand together, and the deeds of one writer in their order.
    entries = [(e.actor, e.authorization_id, e.details) for e in rows(database, audit_entry)]
    for start in range(0, len(entries), lines):
        assert len({entry[:2] for entry in entries[start : start + lines]}) == 1
    for writer in range(writers):
        done = [account for actor, account, _ in entries if actor == f"w{writer}"]
        assert done == sorted(done)


def test_a_bulk_of_many_accounts_is_one_deed_with_an_entry_for_each(database, now):
    with acting(ANNA, Act.SNOOZE, now, database) as deed:
        for account in range(12_000):
            deed.note(account, before=None, after="2026-12-01")
    found = examined(database)
    assert (found.entries, found.broken) == (12_000, None)


def test_names_that_are_too_long_are_cut_and_do_not_stop_the_deed(database, now):
    with acting(Actor("ä" * 300, Role.AGENT), Act.SNOOZE, now, database) as deed:
        deed.note(1)
    assert rows(database, audit_entry)[0].actor == "ä" * 200
    assert examined(database).broken is None
