"""How each of them is started, and how a hand does the same four things in it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page
from sqlalchemy import make_url

from tests.bench import browser
from tests.bench.beside import DESK
from tests.bench.peers.environment import peers_python
from tests.bench.servers import desk, running, started
from tests.bench.tabs import FIRST_ROW
from tests.browser.tabs import READY

SERVED = Path(__file__).parent / "served"
TERM = "gmbh"

Serve = Callable[[str], AbstractContextManager[tuple[str, int]]]
Act = Callable[[Page], object]


@dataclass(frozen=True)
class Hand:
    """One way to look at the accounts.

    serve     serves the database at a URL
    path      where the list is
    row       the selector of the first row's seller
    settled   what is there when nothing more is to come
    acts      what is measured, and how it is done
    lacks     what it has none of, and what it has instead
    """

    name: str
    serve: Serve
    path: str
    row: str
    settled: str
    acts: dict[str, Act]
    lacks: dict[str, str]


WITHIN, SEARCH, NEXT, SORT = (
    "filter within 30 days",
    f"search {TERM}",
    "next page",
    "sort by seller",
)


def hands() -> list[Hand]:
    """The desk first, then its peers."""
    return [_desk(), _dash(), _django(), _datasette(), _naive()]


def _desk() -> Hand:
    return Hand(
        DESK,
        desk,
        "/",
        browser.IN_USE,
        READY,
        {
            WITHIN: lambda page: page.get_by_role("radio", name="in 30 days", exact=True).click(),
            SEARCH: lambda page: _search(page, browser.SEARCH),
            NEXT: lambda page: page.get_by_role("button", name="Next").click(),
            SORT: lambda page: browser.heading(page, "seller").click(),
        },
        {},
    )


def _dash() -> Hand:
    path = "/"
    row = '.ag-center-cols-container .ag-row .ag-cell[col-id="seller_name"]'
    return Hand(
        "Dash AG Grid",
        _program("dash_grid.py", path),
        path,
        row,
        row,
        {
            WITHIN: lambda page: page.get_by_text("Within 30 days").click(),
            SEARCH: lambda page: _search(page, "#search"),
            NEXT: lambda page: page.get_by_label("Next Page").click(),
            SORT: lambda page: page.locator('.ag-header-cell[col-id="seller_name"]').click(),
        },
        {},
    )


def _django() -> Hand:
    path = "/admin/accounts/authorization/"
    return Hand(
        "Django admin",
        _program("django_admin.py", path),
        path,
        "#result_list tbody .field-seller_name",
        "#changelist-form",
        {
            WITHIN: lambda page: page.get_by_role("link", name="Within 30 days").click(),
            SEARCH: lambda page: _search(page, "#searchbar"),
            NEXT: lambda page: page.locator(".paginator").get_by_text("2", exact=True).click(),
            SORT: lambda page: page.locator("th.column-seller_name .text a").click(),
        },
        {},
    )


def _datasette() -> Hand:
    shown = ("seller_name", "region", "marketplaces", "plan", "paused", "refused_at", "expires_at")
    path = f"/accounts/authorization?{urlencode([('_col', name) for name in shown])}"
    return Hand(
        "Datasette",
        _program("datasette_table.py", path),
        path,
        "table.rows-and-columns tbody .col-seller_name",
        "table.rows-and-columns",
        {
            WITHIN: lambda page: page.locator("#soon").click(),
            SEARCH: lambda page: _search(page, "#_search"),
            NEXT: lambda page: page.get_by_role("link", name="Next page").click(),
            SORT: lambda page: page.locator("th.col-seller_name > a").click(),
        },
        {},
    )


def _naive() -> Hand:
    return Hand(
        "naive Streamlit",
        lambda url: running(SERVED / "naive_streamlit.py", ACCOUNTS=_file(url)),
        "/",
        FIRST_ROW,
        READY,
        {
            WITHIN: lambda page: page.get_by_text("Within 30 days").click(),
            SEARCH: lambda page: _search(page, browser.SEARCH),
            SORT: _click_first_heading,
        },
        {NEXT: "none: all rows are sent at once, and scrolled"},
    )


def _click_first_heading(page: Page) -> None:
    """Streamlit's table is a drawing, whose headings are places in it."""
    box = page.get_by_test_id("stDataFrame").first.locator("canvas").first.bounding_box()
    page.mouse.click(box["x"] + 80, box["y"] + 18)


def _program(name: str, path: str) -> Serve:
    """A program of `served`, run by the peers' Python; it answers at `path`."""
    return lambda url: started((peers_python(), SERVED / name, _file(url), "{port}"), path)


def _file(url: str) -> str:
    return str(make_url(url).database)


def _search(page: Page, field: str) -> None:
    page.locator(field).fill(TERM)
    page.locator(field).press("Enter")
