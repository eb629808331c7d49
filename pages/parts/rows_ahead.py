"""Which widgets around the list lead to which rows, so that the browser asks for these at once.

Each list says so of itself, also one that came ahead: a click on it means that list, whatever
Streamlit has drawn by then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from data_access.account_list import LAST, Page
from pages.parts.filter_casework import asked_by_quick_pills
from pages.parts.filter_presets import asked_by_presets
from pages.parts.url import CURSOR, address_of
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter

PATH = "/account-rows"
"""Answers with the rows: pages.parts.rows_answer."""


def way_to_rows(viewer: Viewer) -> dict[str, str]:
    """Where a viewer's browser asks for rows: the path, and what follows their query."""
    return {"path": PATH, "viewer": urlencode(viewer.as_parameters)}


def ahead(
    viewer: Viewer, page: Page, wanted: AccountFilter, by_heading: Sequence[AccountFilter]
) -> dict[str, Any]:
    """Where clicks lead from a page of the list, as account_rows takes it; a widget is found by a
    selector and its place among those found, a link to the screen says by itself where it leads.

    by_heading: what a click on each heading that can be clicked asks for
    """
    pages = {
        "first_page": None,
        "previous_page": page.before,
        "next_page": page.after,
        "last_page": LAST,
    }
    return {
        "search": {
            "selector": ".st-key-f_text input",
            "text": wanted.text,
            "query": address_of(replace(wanted, text="")),
        },
        "widgets": {
            ".st-key-f_expiry [role=radio]": _queries(asked_by_presets(wanted)),
            ".st-key-f_case [role=toolbar] button": _queries(asked_by_quick_pills(viewer, wanted)),
            ".account-rows thead button": _queries(by_heading),
            ".st-key-clear button": _queries([AccountFilter(sort=wanted.sort)]),
        }
        | {
            f".st-key-{key} button": [page_address(wanted, cursor)] for key, cursor in pages.items()
        },
    }


def page_address(wanted: AccountFilter, cursor: str | None) -> str:
    """A page of a list as a query."""
    return "&".join(filter(None, (address_of(wanted), cursor and urlencode({CURSOR: cursor}))))


def _queries(asked: Iterable[AccountFilter]) -> list[str]:
    return [address_of(each) for each in asked]
