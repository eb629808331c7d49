"""The list of accounts as a browser draws it: its rows, cells and headings, found and clicked."""

import re

from playwright.sync_api import Locator, Page, expect

TABLE = ".account-rows"

LISTED = """ids => [...document.querySelectorAll('.account-rows tbody tr')]
  .map(row => row.dataset.id).join() === ids.join()"""

IDS = "rows => rows.map(row => Number(row.dataset.id))"

CUT_OFF = """table => [...table.querySelectorAll('th, td, button, a, .label')]
  .filter(each => each.scrollWidth > each.clientWidth && each.clientWidth > 0)
  .filter(each => !each.closest('[title]'))
  .map(each => `${each.tagName} ${each.className}: ${each.textContent}`)"""


def accounts(page: Page) -> Locator:
    """The rows of the list."""
    return page.locator(f"{TABLE} tbody tr")


def shown(page: Page) -> int:
    """How many accounts the line above the list counts."""
    text = page.get_by_text(re.compile(r"^[\d,]+ accounts? — ")).text_content()
    return int(text.split(" ")[0].replace(",", ""))


def listed(page: Page) -> list[int]:
    """The ids of the accounts that the list shows, in its order."""
    return accounts(page).evaluate_all(IDS)


def wait_until_listed(page: Page, ids: list[int]) -> None:
    """Waits until the list shows just these accounts, in this order."""
    page.wait_for_function(LISTED, arg=ids, timeout=15_000)


def meant_by(page: Page, desk: str, query: str) -> list[int]:
    """The ids on the first page of the list that a query asks for, as the desk answers a viewer in
    Berlin, where the tabs are."""
    answer = page.request.get(f"{desk}/account-rows?{query}&viewer_zone=Europe/Berlin")
    assert answer.ok
    return [row["id"] for row in answer.json()["rows"]]


def in_column(page: Page, column: str) -> Locator:
    """The cells of a column; pages/parts/account_table.py names the columns."""
    return accounts(page).locator(f".{column}")


def texts(page: Page, column: str) -> list[str]:
    """What a column says, row by row."""
    expect(accounts(page).first).to_be_visible()
    return in_column(page, column).all_text_contents()


def heading(page: Page, column: str) -> Locator:
    """The heading of a column."""
    return page.locator(f"{TABLE} thead .{column}")


def headings(page: Page) -> Locator:
    """The headings that order the list, from left to right."""
    return page.locator(f"{TABLE} thead").get_by_role("button")


def tick(page: Page, row: int = 0) -> None:
    """Ticks an account; rows are counted from 0."""
    accounts(page).nth(row).get_by_role("checkbox").check()


def press(page: Page, column: str, row: int = 0) -> None:
    """Clicks the button or the link that a row has in a column; rows are counted from 0."""
    in_column(page, column).nth(row).locator("button, a").click()


def choose_preset(page: Page, name: str) -> None:
    """Clicks one of the presets above the list, such as "in 30 days"."""
    page.get_by_role("radio", name=name, exact=True).click()


def cut_off_without_a_title(page: Page) -> list[str]:
    """What does not fit its cell and is not said in full under the pointer either."""
    return page.locator(TABLE).evaluate(CUT_OFF)
