"""Ticked rows mean the messages that were ticked, whatever the list shows next.

Streamlit knows ticked rows by their place. As long as none is ticked, a list keeps its key and the
browser draws others into the table that stands there; building a table anew takes it longer than
all the rest of a click. With ticked rows it is built anew, the ticks where the messages are.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st


@dataclass(frozen=True, slots=True)
class Ticked:
    """A drawn table.

    number  of the tables of that name so far: part of the key
    shown   what it is a list of, such as a filter and a page
    ids     what is in its rows
    first   the rows that were ticked when it was drawn first
    rows    those that were ticked last, as far as we know
    """

    number: int
    shown: str
    ids: tuple[int, ...]
    first: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()

    @property
    def default(self) -> dict[str, Any]:
        """The selection to draw it with."""
        return {"selection": {"rows": list(self.first), "columns": []}}


def table_of_ids(name: str, shown: str, ids: list[int]) -> tuple[str, dict[str, Any]]:
    """The key of a table and its first selection.

    Ticks go along with what is in the same list, and end where another list is shown.
    """
    place = f"{name}_drawn"
    before: Ticked | None = st.session_state.get(place)
    now = Ticked(0, shown, tuple(ids))
    if before is not None:
        now = _after(before, now, st.session_state.get(f"{name}-{before.number}"))
    st.session_state[place] = now
    return f"{name}-{now.number}", now.default


def _after(before: Ticked, now: Ticked, state: Any) -> Ticked:
    selection = state["selection"] if state else {"rows": before.rows}
    rows = tuple(selection["rows"])
    if (before.shown, before.ids) == (now.shown, now.ids) or not any(selection.values()):
        # A table that was gone from the screen is drawn first once more.
        first = before.first if state else rows
        return Ticked(before.number, now.shown, now.ids, first, rows)
    kept: tuple[int, ...] = ()
    if before.shown == now.shown:
        ticked = {before.ids[row] for row in rows if row < len(before.ids)}
        kept = tuple(row for row, account in enumerate(now.ids) if account in ticked)
    return Ticked(before.number + 1, now.shown, now.ids, kept, kept)
