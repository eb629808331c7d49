"""The screen that shows what is odd in the data."""

import pytest
from sqlalchemy import Engine, insert

from data_access import demo
from data_access.database import writing
from data_access.freshness import freshness
from data_access.schema import authorization, source_problem, source_run
from data_access.sources.proposals import LINE, proposal
from tests.accounts import an_account
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import open_page


def keep_reading(engine: Engine, *problems: dict, source: str = "plugin") -> None:
    """A reading of a source that has ended, with rows that were not taken."""
    r = source_run
    run = insert(r).values(source=source, started_at=NOW, finished_at=NOW).returning(r.c.id)
    with writing(engine) as connection:
        not_taken = {"run_id": connection.scalar(run), "place": "", "taken": False}
        connection.execute(insert(source_problem), [not_taken | each for each in problems])


def test_each_oddity_is_named_with_its_count_and_its_accounts(empty_desk):
    demo.fill(30, 2, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        connection.execute(
            authorization.update()
            .where(authorization.c.id <= 3)
            .values(marketplaces="ZZ", home_marketplace="ZZ")
        )
    page = open_page("data_doctor")
    labels = [expander.label for expander in page.expander]
    assert any("3" in label and "marketplace" in label.casefold() for label in labels)


def test_a_source_that_failed_says_why(empty_desk):
    with writing(empty_desk) as connection:
        connection.execute(
            insert(source_run).values(
                source="plugin", started_at=NOW, finished_at=NOW, failure="No route to host."
            )
        )
    page = open_page("data_doctor")
    assert "No route to host" in page.error[0].value


def test_a_reading_that_has_not_ended_hides_no_failure_and_no_source(empty_desk):
    with writing(empty_desk) as connection:
        failed = {"finished_at": NOW, "failure": "No route to host."}
        for source, ended in (("plugin", failed), ("plugin", {}), ("shop", {})):
            connection.execute(insert(source_run).values(source=source, started_at=NOW, **ended))
    assert {(each.source, each.failure) for each in freshness(empty_desk)} == {
        ("plugin", "No route to host."),
        ("shop", ""),
    }


def test_an_empty_desk_has_nothing_odd(empty_desk):
    assert open_page("data_doctor").success[0].value == "Nothing is odd."


@pytest.mark.parametrize("numbers", [(1, 2), (2, 2)])
def test_what_is_odd_in_two_sources_is_one_entry(empty_desk, numbers):
    for source, number in zip(("plugin", "shop"), numbers, strict=True):
        rows = [{"place": f"row {n}", "reason": "too_few_columns"} for n in range(number)]
        keep_reading(empty_desk, *rows, source=source)
    page = open_page("data_doctor")
    assert page.expander[0].label.startswith(f"**{sum(numbers)}**")
    assert len(page.expander[0].dataframe[0].value) == sum(numbers)


def test_what_to_do_is_said_in_the_viewers_language(empty_desk, at_desk):
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    an_account(empty_desk, NOW, None)
    table = open_page("data_doctor").dataframe[0].value
    assert table["fix"].iloc[0].startswith("Dem Händler den Link schicken")


def test_what_a_reading_proposed_is_said_in_the_viewers_language(empty_desk, at_desk):
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    fix = proposal("delete_row", place=LINE.format(n=3))
    row = {"place": LINE.format(n=4), "reason": "contradicting_row", "fix": fix}
    keep_reading(empty_desk, row)
    table = open_page("data_doctor").dataframe[0].value
    assert table["place"].iloc[0] == "Zeile 4"
    wanted = "Diese Zeile löschen, wenn Zeile 3 richtig ist; jene wurde übernommen."
    assert table["fix"].iloc[0] == wanted


@pytest.mark.parametrize(
    ("reason", "value", "said"),
    [
        ("too_few_columns", "3 of 8", "3 von 8"),
        ("broken_row", "unexpected end of data", "unerwartetes Ende der Daten"),
        ("held_by_other_source", "A1B2C3 of shop", "A1B2C3 aus shop"),
        ("contradicting_row", "A1, granted never; see line 3", "A1, erteilt: nie; siehe Zeile 3"),
        ("bad_email", "(a token, not shown)", "(ein Token, nicht angezeigt)"),
        ("bad_email", "3 of 8", "3 of 8"),
    ],
)
def test_a_value_is_said_in_the_viewers_language_and_one_of_the_source_stays(
    empty_desk, at_desk, reason, value, said
):
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    keep_reading(empty_desk, {"reason": reason, "value": value})
    assert open_page("data_doctor").dataframe[0].value["value"].tolist() == [said]


def test_a_column_in_which_nothing_stands_is_not_drawn(empty_desk):
    an_account(empty_desk, NOW, None)
    table = open_page("data_doctor").dataframe[0]
    assert list(table.proto.column_order) == ["account_id", "seller", "source", "fix"]
