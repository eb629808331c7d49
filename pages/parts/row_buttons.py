"""A column of a table with a button in each row."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st


def button_column(
    label: str,
    table: str,
    name: str,
    ids: Sequence[int | None],
    pressed: Callable[[int], None],
    **more: Any,
) -> Any:
    """The column `name` of the table with the key `table`; whatever else a ButtonColumn takes.

    ids      of what is in the rows, None where nothing can be pressed
    pressed  is told, in a callback, the one of the row that a button was in
    """
    # Another key for other rows: a press tells which row of the table that was looked at, and rows
    # may have shifted since.
    key = f"{table}-{name}-{hash(tuple(ids))}"
    return st.column_config.ButtonColumn(
        label, on_click=_tell, args=(key, ids, pressed), key=key, **more
    )


def _tell(key: str, ids: Sequence[int | None], pressed: Callable[[int], None]) -> None:
    # A browser may say anything, a row that is not there among it.
    row = st.session_state[key]["row"]
    if row < len(ids) and (pressed_id := ids[row]) is not None:
        pressed(pressed_id)
