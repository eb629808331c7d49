"""Which widgets around the list lead to which rows, so that the browser asks for these at once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from data_access.account_list import LAST, Page
from pages.parts.filter_casework import asked_by_quick_pills
from pages.parts.filters import asked_by_presets
from pages.parts.url import CURSOR, address_of
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter

PATH = "/account-rows"
"""Answers with the rows: pages.parts.rows_answer."""


def ahead(
    viewer: Viewer, page: Page, wanted: AccountFilter, by_heading: Sequence[AccountFilter]
) -> dict[str, Any]:
    """As account_rows takes it; a widget is found by a selector and its place among those found, a
    link to the screen says by itself where it leads.

    by_heading: what a click on each heading that can be clicked asks for
    """
    pages = {
        "first_page": None,
        "previous_page": page.before,
        "next_page": page.after,
        "last_page": LAST,
    }
    return {
        "path": PATH,
        "viewer": urlencode(viewer.as_parameters),
        "search": {
            "selector": ".st-key-f_text input",
            "text": wanted.text,
            "query": address_of(replace(wanted, text="")),
        },
        "widgets": [
            _widgets(".st-key-f_expiry [role=radio]", map(address_of, asked_by_presets(wanted))),
            _widgets(
                ".st-key-f_case [role=toolbar] button",
                map(address_of, asked_by_quick_pills(viewer, wanted)),
            ),
            _widgets(".account-rows thead button", map(address_of, by_heading)),
            _widgets(".st-key-clear button", [address_of(AccountFilter(sort=wanted.sort))]),
            *(
                _widgets(f".st-key-{key} button", [page_address(wanted, cursor)])
                for key, cursor in pages.items()
            ),
        ],
    }


def page_address(wanted: AccountFilter, cursor: str | None) -> str:
    """A page of a list as a query."""
    return "&".join(filter(None, (address_of(wanted), cursor and urlencode({CURSOR: cursor}))))


def _widgets(selector: str, queries: Iterable[str]) -> dict[str, Any]:
    return {"selector": selector, "queries": list(queries)}
