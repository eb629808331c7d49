"""The URL is the filter: widgets are filled from it before they are drawn and write it back.

So a pasted link, a click on a counter, a bar of the chart and the browser's back button all work
the same way.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

import streamlit as st

from rules.account_filter import PARAMETERS, AccountFilter, Ignored, from_query
from rules.address_values import number_in

CURSOR = "page"
FIRST_ROW = "row"


def filter_from_url() -> tuple[AccountFilter, tuple[Ignored, ...]]:
    """The filter that the address asks for, and what of it could not be read."""
    return from_query({name: st.query_params.get_all(name) for name in PARAMETERS})


def whole_query() -> dict[str, list[str]]:
    """All that the address asks for."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def show_address() -> None:
    """Makes the browser's address bar say what this page shows.

    A page link to the page that is open changes the parameters of the script and not the address
    bar; saying them again does, and is nothing where they are the same.
    """
    st.query_params.from_dict(whole_query())


def write_filter(wanted: AccountFilter) -> None:
    """Puts a filter into the address; back to the first page, other parameters stay."""
    write_query(PARAMETERS, query_of(wanted))


def write_query(parameters: Iterable[str], query: Mapping[str, list[str]]) -> None:
    """Lets the address say of some parameters what `query` has; back to the first page.

    All at once: the browser makes a step of its back button of each address that it is told.
    """
    others = whole_query()
    for name in (*parameters, CURSOR, FIRST_ROW):
        others.pop(name, None)
    st.query_params.from_dict(others | dict(query))


def query_of(wanted: AccountFilter) -> dict[str, list[str]]:
    """The filter as parameters for a page link."""
    query: dict[str, list[str]] = {}
    for name, value in wanted.to_query():
        query.setdefault(name, []).append(value)
    return query


def address_of(wanted: AccountFilter) -> str:
    """The filter as the query string of an address."""
    return urlencode(wanted.to_query())


def cursor_from_url() -> tuple[str | None, int]:
    """The page the address asks for and the number of its first row, counted from 1."""
    first_row = number_in(st.query_params.get(FIRST_ROW, ""))
    return st.query_params.get(CURSOR) or None, first_row or 1


def write_cursor(cursor: str | None, first_row: int) -> None:
    """Goes to another page of the same list."""
    write_query((), {} if cursor is None else {CURSOR: [cursor], FIRST_ROW: [str(first_row)]})
