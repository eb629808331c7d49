"""A column of a table with a button in each row."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def button_column(
    label: str, table: str, name: str, pressed: Callable[[int], None], **more: Any
) -> Any:
    """The column `name` of the table with the key `table`; whatever else a ButtonColumn takes.

    pressed  is told, in a callback, in which row a button was
    """
    key = f"{table}-{name}"
    return st.column_config.ButtonColumn(
        label, on_click=_tell, args=(key, pressed), key=key, **more
    )


def _tell(key: str, pressed: Callable[[int], None]) -> None:
    pressed(st.session_state[key]["row"])
