"""Ticked rows of a list: whatever it shows next, they mean the accounts that were ticked."""

from unittest.mock import patch

import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from pages.parts.ticked import table_of_ids

LISTS = some.sampled_from(["all", "expired"])
IDS = some.lists(some.integers(1, 8), unique=True, max_size=6)
STEPS = some.lists(some.tuples(LISTS, IDS, some.sets(some.integers(0, 5))), min_size=1)


class Browser:
    """Keeps the ticked rows of each table by its key, as Streamlit does."""

    def __init__(self) -> None:
        self.session: dict = {}
        self.key = ""
        self.ids: list[int] = []

    def draw(self, shown: str, ids: list[int]) -> None:
        with patch.object(st, "session_state", self.session):
            self.key, default = table_of_ids("accounts", shown, ids)
        self.ids = ids
        self.session.setdefault(self.key, default)

    def tick(self, rows: set[int], columns: tuple[str, ...] = ()) -> None:
        rows = {row for row in rows if row < len(self.ids)}
        self.session[self.key] = {"selection": {"rows": sorted(rows), "columns": [*columns]}}

    @property
    def ticked(self) -> set[int]:
        return {self.ids[row] for row in self.session[self.key]["selection"]["rows"]}


@given(STEPS)
def test_ticks_stay_with_their_accounts_as_long_as_the_same_list_is_shown(steps):
    browser, before = Browser(), None
    for shown, ids, rows in steps:
        was = browser.ticked if browser.key else set()
        browser.draw(shown, ids)
        assert browser.ticked == (was & {*ids} if shown == before else set())
        # Ticking draws the list anew, with the same accounts.
        browser.tick(rows)
        chosen = browser.ticked
        browser.draw(shown, ids)
        assert browser.ticked == chosen
        before = shown


@given(some.lists(some.tuples(LISTS, IDS), min_size=1))
def test_a_table_without_ticks_is_never_built_anew(drawn):
    browser = Browser()
    for shown, ids in drawn:
        browser.draw(shown, ids)
        assert browser.key == "accounts-0"


def test_a_heading_that_was_clicked_can_be_clicked_again():
    browser = Browser()
    browser.draw("all", [1, 2, 3])
    browser.tick({1}, columns=("seller",))
    before = browser.key
    browser.draw("all by name", [3, 2, 1])
    assert browser.key != before
    assert browser.session[browser.key]["selection"]["columns"] == []
