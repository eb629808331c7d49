"""A first load of very many accounts leaves the database as a slow one would have."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from data_access import demo, rollup, schema
from data_access.account_list import account_page
from data_access.database import reading, writing
from data_access.first_load import indexes_at_the_end
from rules.account_filter import AccountFilter
from tests.conftest import NOW


def indexes(database) -> dict[str, list[tuple]]:
    """The indexes of the loaded tables, as the database tells them."""
    inspector = inspect(database)
    return {
        table: sorted(
            (i["name"], tuple(i["column_names"]), bool(i["unique"]))
            for i in inspector.get_indexes(table)
        )
        for table in ("authorization", "event")
    }


def references(database) -> dict[str, list[tuple]]:
    """What each column of the loaded tables points at."""
    inspector = inspect(database)
    return {
        table: sorted(
            (str(f["name"]), *f["constrained_columns"], f["referred_table"], *f["referred_columns"])
            for f in inspector.get_foreign_keys(table)
        )
        for table in ("authorization", "event", "sync_profile", "source_row")
    }


def test_every_index_and_reference_is_there_again_after_a_first_load(database):
    before, pointing = indexes(database), references(database)
    assert len(before["authorization"]) > 10 and all(pointing.values())
    demo.fill(50, 1, NOW, of=database)
    assert indexes(database) == before
    assert references(database) == pointing


def test_search_finds_what_a_first_load_brought_and_what_changes_later(database):
    demo.fill(50, 1, NOW, of=database)
    found = account_page(AccountFilter(text="shop7.example"), NOW, of=database).rows
    assert len(found) >= 1
    a = schema.authorization
    with writing(database) as connection:
        changed = a.update().where(a.c.id == int(found["id"][0]))
        connection.execute(changed.values(search_text="quite another name"))
    assert len(account_page(AccountFilter(text="another name"), NOW, of=database).rows) == 1


def test_a_first_load_that_fails_leaves_the_indexes_and_no_account(database):
    before, pointing = indexes(database), references(database)

    class Killed(Exception):
        pass

    def kill(done: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        demo.fill(50, 1, NOW, kill, of=database)
    assert indexes(database) == before
    assert references(database) == pointing
    assert demo.is_empty(database)


def test_what_a_first_load_points_at_nothing_is_refused(database):
    row = {"authorization_id": 77, "orders_per_day": 1.0}
    with (
        pytest.raises(IntegrityError),
        writing(database) as connection,
        indexes_at_the_end(connection),
    ):
        connection.execute(schema.sync_profile.insert(), row)


def test_a_later_load_keeps_the_indexes_that_serve_the_screens_meanwhile(database):
    demo.fill(50, 1, NOW, of=database)
    with writing(database) as connection, indexes_at_the_end(connection):
        plain = "authorization" if database.dialect.name == "sqlite" else '"authorization"'
        statement = text(f"SELECT id FROM {plain} ORDER BY expires_at, id LIMIT 1")
        assert connection.scalar(statement)
        assert {i["name"] for i in inspect(connection).get_indexes("authorization")} >= {
            "ix_authorization_expires_at"
        }


def test_the_rollup_is_exact_after_a_first_load(database):
    demo.fill(200, 1, NOW - timedelta(days=3), of=database)
    with reading(database) as connection:
        assert rollup.drift(connection) == 0
