"""The way through a list that comes in pages."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts.url import whole_query, write_cursor


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
        on_click=_go,
        args=(whole_query(), cursor, max(first_row, 1)),
        **more,
    )


def _go(shown: Mapping[str, list[str]], cursor: str | None, first_row: int) -> None:
    """shown: the address of the list that the page is of; a click that came before, or with it, may
    have made another one of it."""
    if whole_query() == shown:
        write_cursor(cursor, first_row)
