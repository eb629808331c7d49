"""The way through a list that comes in pages."""

from typing import Any

import streamlit as st

from pages.parts.url import write_cursor


def page_button(
    name: str, icon: str, key: str, there_is: bool, cursor: str | None, first_row: int, **more: Any
) -> None:
    """A button that goes to another page of the list.

    there_is   whether there is such a page; else it cannot be pressed
    cursor     the page, None for the first
    first_row  the number of its first row, as far as one can tell
    more       whatever else st.button takes
    """
    st.button(
        name,
        icon=f":material/{icon}:",
        key=key,
        disabled=not there_is,
        on_click=write_cursor,
        args=(cursor, max(first_row, 1)),
        **more,
    )
