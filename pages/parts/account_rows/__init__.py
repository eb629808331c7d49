"""The table of the list of accounts: HTML that a script of its assets draws in the browser.

Streamlit's own table is a drawing, which no browser searches or enlarges and whose buttons no
keyboard presses; and a click on the filter shows there when the whole screen has been gone over
three times.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.own_component import own_component

ASSETS = Path(__file__).parent / "assets"

_given = count()


@dataclass(frozen=True)
class Shown:
    """What a table shows.

    which    a name for what is listed, as ticks end with it
    ids      of the rows
    written  which, name, words, columns, rows, and where clicks lead from them (ahead), as JSON
             that rows.js takes
    """

    which: str
    ids: frozenset[int]
    written: str


def account_rows(
    key: str,
    shown: Shown,
    way: dict[str, str],
    drawn: str | None,
    on_sorted: Callable[[str], None],
    on_pressed: Callable[[str, int], None],
) -> list[int]:
    """Draws the table; returns the ids of the rows that are ticked.

    way: where the browser asks for rows ahead, as pages.parts.rows_ahead has it
    drawn: an address that is to hear when the browser has drawn the table
    on_sorted, on_pressed: are told, in a callback, the column of a heading that was clicked, and
    the column and the id of a row's button
    """
    before = st.session_state.get(key)
    said = before["ticked"] if before else None
    ticked = _ticked(key, said, shown)
    result = own_component(ASSETS, js="rows.js", css="rows.css")(
        key=key,
        data={
            "list": shown.written,
            "ticked": ticked,
            # So that the browser knows whether this comes after its last word.
            "heard": said,
            "way": way,
            "drawn": drawn,
            # So that the browser hears of each run, also of one that says the same.
            "run": next(_given),
        },
        default={"ticked": None},
        on_ticked_change=lambda: None,
        on_sorted_change=lambda: _tell_of_heading(st.session_state[key].get("sorted"), on_sorted),
        on_pressed_change=lambda: _tell_of_button(st.session_state[key].get("pressed"), on_pressed),
    )
    if before is None and result["ticked"] is not None:
        # In the first run of a session that a browser comes back to, only the drawn table knows.
        st.rerun()
    return ticked


def _ticked(key: str, said: Any, shown: Shown) -> list[int]:
    """The ids in what a browser says is ticked, of rows that have been in this list ever since.

    A browser goes on saying what it said last: what is not shown once is ticked no more, whether
    the list is another one or a row has left it.
    """
    known = f"{key}_ticked"
    before, ids = st.session_state.get(known, (None, []))
    if not isinstance(said, dict) or said.get("which") != shown.which:
        ids = []
    elif said != before:
        ids = said.get("ids")
    ids = (
        [each for each in ids if _is_id(each) and each in shown.ids]
        if isinstance(ids, list)
        else []
    )
    st.session_state[known] = said, ids
    return ids


def _tell_of_heading(said: Any, on_sorted: Callable[[str], None]) -> None:
    if isinstance(said, str):
        on_sorted(said)


def _tell_of_button(said: Any, on_pressed: Callable[[str, int], None]) -> None:
    """A browser may say anything; what no table says means nothing."""
    what, account = (said.get("what"), said.get("id")) if isinstance(said, dict) else (None, None)
    if isinstance(what, str) and _is_id(account):
        on_pressed(what, account)


def _is_id(said: Any) -> bool:
    """Whether it is a number that an account may have; true and false are numbers to Python."""
    return type(said) is int and 0 < said < 2**63
