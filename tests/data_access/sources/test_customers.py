"""Customers of a source: what a row tells of one counts for all accounts, and accounts move."""

import pytest
from sqlalchemy import Engine

from tests.data_access.sources.conftest import (
    events,
    paused,
    plain,
    read,
    row,
    rows_of,
)


def test_a_known_customer_who_comes_with_a_new_account_alone(write, database: Engine):
    read(write(row()), database)
    read(write(row(seller="A2NORD", name="Süd AG", email="b@sud.example")), database)
    assert rows_of(database, "SELECT name, email FROM seller") == [("Süd AG", "b@sud.example")]
    assert paused(database) == [("A1NORD", "removed from source")]


def test_the_moved_account_belongs_to_its_new_customer(write, database: Engine):
    read(write(row()), database)
    assert read(write(row(customer="C2", name="Süd AG")), database).counts.changed == 1
    joined = 'SELECT s.customer_number FROM seller s JOIN "authorization" a ON a.seller_id = s.id'
    assert rows_of(database, joined) == [("C2",)]


def test_a_customer_whose_last_account_has_moved_is_forgotten(write, database: Engine):
    first, second, other = row(), row(seller="A2NORD"), row(customer="C9", seller="A9")
    moved = [row(customer="C2"), row(customer="C2", seller="A2NORD")]
    sellers = "SELECT customer_number FROM seller ORDER BY 1"
    read(write(first, second, other), database)
    read(write(moved[0], second, other), database)
    assert rows_of(database, sellers) == [("C1",), ("C2",), ("C9",)]
    read(write(*moved, other), database)
    assert rows_of(database, sellers) == [("C2",), ("C9",)]
    read(write(first, second, other), database)
    assert rows_of(database, sellers) == [("C1",), ("C9",)]


def test_the_history_of_a_moved_account_forgets_whom_nothing_belongs_to(write, database: Engine):
    read(write(row(), row(customer="C9", seller="A9", email="z@nine.example")), database)
    moved = {"customer": "C2", "name": "Süd AG", "email": "b@sued.example"}
    read(write(row(**moved), row(customer="C9", seller="A9", email="y@nine.example")), database)
    told = rows_of(database, "SELECT kind, details FROM event ORDER BY authorization_id, id")
    assert [kind for kind, _ in told] == ["granted", "changed", "granted", "changed"]
    assert "2026-03-01" in told[0][1] and told[1][1] == "{}"
    assert "z@nine.example" in told[3][1]
    assert not [said for _, said in told if "nord" in said.lower()]


def test_a_customer_who_is_only_given_another_number_keeps_their_history(write, database: Engine):
    read(write(row()), database)
    read(write(row(customer="C2")), database)
    (number,) = [said for kind, said in events(database) if kind == "changed"]
    assert number == {"customer_number": {"before": "C1", "after": "C2"}}


def test_of_a_customers_rows_the_first_is_believed_though_only_another_has_changed(
    write, database: Engine
):
    first, second = row(), row(seller="A2NORD", market="US")
    for other in (
        row(seller="A2NORD", market="US", name="Süd AG"),
        row(seller="A2NORD", market="US", name="Süd AG", granted="2026-04-01T10:00Z"),
    ):
        read(write(first, second), database)
        read(write(first, other), database)
        assert rows_of(database, "SELECT name FROM seller") == [("Nord GmbH",)]
        second = other
    read(write(row(name="West KG"), second), database)
    assert rows_of(database, "SELECT name FROM seller") == [("West KG",)]


def test_a_new_account_of_a_known_customer_does_not_rename_those_before_it(write, database: Engine):
    read(write(row()), database)
    read(write(row(), row(seller="A2NORD", market="US", name="Süd AG")), database)
    names = 'SELECT seller_name FROM "authorization" ORDER BY id'
    assert rows_of(database, names) == [("Nord GmbH",), ("Nord GmbH",)]


@pytest.mark.parametrize(
    "others",
    [
        (),
        (row(granted="rubbish", name="Süd AG", email="s@sud.example"),),
    ],
    ids=["missing", "rejected"],
)
@pytest.mark.parametrize("known", ["A2", "A3"], ids=["known", "new"])
def test_all_accounts_of_a_customer_change_with_them_whatever_became_of_their_own_rows(
    write, database: Engine, others: tuple, known: str
):
    part = plain(removed={"then": "ignore"}, fields={"language": "expires"})
    read(write(row(expires="de"), row(seller="A2", market="US", expires="de")), database, part)
    other = row(seller=known, market="US", name="Süd AG", email="s@sud.example", expires="fr")
    read(write(*others, other), database, part)
    columns = "seller_name, seller_sort, language, search_text"
    first = rows_of(database, f'SELECT {columns} FROM "authorization" WHERE id = 1')
    assert first == [("Süd AG", "sud ag", "fr", "sud ag\ns@sud.example\nc1\na1nord")]
