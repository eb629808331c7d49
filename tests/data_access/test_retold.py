"""Texts that are kept in English and told in another language later."""

import pytest

from data_access.sources.proposals import LINE, PROPOSALS, proposal
from data_access.texts import retold

GERMAN = {
    "line {n}": "Zeile {n}",
    PROPOSALS["delete_row"]: "Diese Zeile löschen, wenn {place} richtig ist.",
    PROPOSALS["could_be"]: "Wie {example} schreiben, nicht {forms}.",
}


def told(text: str) -> str:
    return retold(text, GERMAN, GERMAN.__getitem__)


def test_what_belongs_to_the_row_stays_in_its_place():
    said = proposal("could_be", forms="%d.%m.%Y, %m.%d.%Y", example="2026-12-24")
    assert told(said) == "Wie 2026-12-24 schreiben, nicht %d.%m.%Y, %m.%d.%Y."


def test_a_text_within_a_text_is_told_too():
    said = proposal("delete_row", place=LINE.format(n=17))
    assert told(said) == "Diese Zeile löschen, wenn Zeile 17 richtig ist."


@pytest.mark.parametrize("text", ["", "line", "in line 17", "Fragt {n}", "Delete this row."])
def test_any_other_text_stays(text):
    assert told(text) == text


@pytest.mark.parametrize("odd", ["{n}", "%s", "a.b*c", "two\nlines", "line 5"])
def test_nothing_that_a_row_holds_is_read_as_a_pattern(odd):
    said = proposal("enter_name", number=odd)
    again = retold(said, [PROPOSALS["enter_name"]], lambda _: "Kunde {number}")
    assert again == f"Kunde {odd}"


@pytest.mark.parametrize("name", PROPOSALS)
def test_each_proposal_is_known_again_as_itself(name):
    said = PROPOSALS[name]
    assert retold(said, PROPOSALS.values(), "known: {}".format) == f"known: {said}"


@pytest.mark.parametrize(
    "text",
    [
        # Each of them may be where what is in the first braces ends.
        " belong to " * 200_000,
        "x" + " belong to x; correct the region or" * 60_000,
    ],
)
def test_no_text_takes_long(text):
    assert retold(text, PROPOSALS.values(), "known: {}".format) == text


def test_what_a_row_holds_is_told_once_however_deep_it_goes():
    assert told("line " * 50_000 + "5") == "Zeile " * 2 + "line " * 49_998 + "5"
