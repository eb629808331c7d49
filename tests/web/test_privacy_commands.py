"""`manage.py erase` asks once more, says what it did, and who it was stands in the trail."""

import getpass

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from data_access.database import reading, writing
from data_access.schema import audit_entry, seller
from tests.accounts import an_account, rows
from web.command_line import app


@pytest.fixture
def number(browser, database, live_now) -> str:
    """The customer number of the only seller."""
    an_account(database, live_now)
    with reading(database) as connection:
        return connection.scalar(select(seller.c.customer_number))


def run(*arguments: str, typed: str = "") -> tuple[int, str]:
    """Exit code and output of a command."""
    result = CliRunner().invoke(app, list(arguments), input=typed, terminal_width=300)
    return result.exit_code, result.output


def test_the_number_has_to_be_typed_again(database, number):
    code, said = run("erase", "--customer", number, typed="K1\n")
    assert code == 1 and "Nothing was erased" in said
    assert rows(database, seller)[0].customer_number == number
    code, said = run("erase", "--customer", number, typed=f"{number}\n")
    assert code == 0 and "Erased: 1 accounts" in said and "cannot be undone" in said
    assert rows(database, seller)[0].name.startswith("Erased seller")
    (entry,) = rows(database, audit_entry)
    assert (entry.act, entry.actor) == ("erase_seller", f"cli:{getpass.getuser()}")


@pytest.mark.parametrize("more", ["x", "\udcff"], ids=["another", "unreadable"])
def test_nobody_of_that_number_is_a_sentence(database, number, more):
    code, said = run("erase", "--customer", number + more, "--yes")
    assert code == 2 and "No seller has that customer number" in said
    assert rows(database, seller)[0].customer_number == number


def test_a_number_that_cannot_be_read_is_not_that_of_another_that_could_not(database, number):
    with writing(database) as connection:
        connection.execute(update(seller).values(customer_number="K\ufffd1"))
    code, said = run("erase", "--customer", "K\udcc41", "--yes")
    assert code == 2 and "No seller has that customer number" in said
    assert rows(database, seller)[0].customer_number == "K\ufffd1"


def test_retention_says_what_it_took_away(database, number):
    code, said = run("retention")
    assert code == 0 and "0 notes" in said
