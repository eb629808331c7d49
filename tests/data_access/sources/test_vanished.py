"""Accounts that a source no longer has: paused, unless that is not to be believed."""

import pytest
from sqlalchemy import Engine

from data_access.sources import apply
from tests.data_access.sources.conftest import events, paused, plain, read, row
from tests.query_plans import statements


def test_what_vanishes_is_paused_and_comes_back(ten, write, database: Engine):
    assert read(write(*ten[:9]), database).counts.removed == 1
    assert paused(database) == [("A9", "removed from source")]
    assert read(write(*ten[:9]), database).counts.total == 0
    assert read(write(*ten), database).counts.changed == 1
    assert paused(database) == []
    assert [kind for kind, _ in events(database)][-2:] == ["removed", "changed"]


def test_many_at_once_are_not_believed(ten, write, database: Engine):
    result = read(write(*ten[:7]), database)
    assert (result.counts.removed, paused(database)) == (0, [])
    assert "3 of 10" in result.held_back
    assert "--allow-removals" in result.held_back
    assert read(write(*ten[:7]), database, allow_removals=True).counts.removed == 3


def test_an_empty_source_removes_nothing(ten, write, database: Engine):
    assert "no usable row" in read(write(), database).held_back
    assert paused(database) == []


def test_the_share_that_is_believed_is_the_mappings(ten, write, database: Engine):
    result = read(write(*ten[:7]), database, plain(removed={"at_most": 0.5}))
    assert result.counts.removed == 3


def test_a_row_that_turns_bad_has_not_vanished(ten, write, database: Engine):
    broken = row(customer="C9", seller="A9", granted="31.02.2026")
    result = read(write(*ten[:9], broken), database)
    assert (result.rows_rejected, result.counts.removed) == (1, 0)


def test_a_row_without_its_id_is_known_by_the_customer(ten, write, database: Engine):
    assert read(write(*ten[:9], row(customer="C9", seller="")), database).counts.removed == 0


def test_a_row_that_nobody_can_tell_holds_removals_back(ten, write, database: Engine):
    result = read(write(*ten[:9], row(customer="", seller="")), database)
    assert "cannot be told apart" in result.held_back


def test_a_torn_off_file_removes_nothing(ten, write, database: Engine):
    path = write(*ten)
    with open(path, "rb+") as file:
        content = file.read()
        file.truncate(len(content) - 60)
    result = read(path, database)
    assert "torn off" in result.held_back or result.counts.removed == 0
    assert paused(database) == []


def test_rows_are_not_gone_through_for_each_account_where_there_is_little_memory(
    write, on_postgresql: Engine, monkeypatch: pytest.MonkeyPatch
):
    """A million rows are more than PostgreSQL's memory holds; here it has next to none."""
    rows = [row(customer=f"C{n}", seller=f"A{n}") for n in range(4_000)]
    read(write(*rows), on_postgresql)
    real, plans = apply.vanished_ids, []

    def explained(connection, run):
        connection.exec_driver_sql("SET LOCAL work_mem = '64kB'")
        connection.exec_driver_sql("SET LOCAL hash_mem_multiplier = 1")
        with statements(on_postgresql) as seen:
            found = real(connection, run)
        ((statement, parameters),) = seen
        plans.extend(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
        return found

    monkeypatch.setattr(apply, "vanished_ids", explained)
    read(write(*rows[1:]), on_postgresql, plain(removed={"at_most": 0.5}))
    assert paused(on_postgresql) == [("A0", "removed from source")]
    assert plans and not [line for line in plans if "Materialize" in line]
