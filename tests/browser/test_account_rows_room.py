"""The list of accounts in light and dark, on a phone, and with letters twice as large."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.account_rows import (
    TABLE,
    accounts,
    cut_off_without_a_title,
    in_column,
    listed,
    press,
    tick,
)
from tests.browser.tabs import PHONE, settled, visit

SCROLLED_SIDEWAYS = """() => [
    ...document.querySelectorAll('[data-testid=stMain], [data-testid=stMain] *')
  ]
  .filter(each => each.scrollWidth > each.clientWidth)
  .filter(each => ['auto', 'scroll'].includes(getComputedStyle(each).overflowX))
  .map(each => each.className)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_all_on_the_list(page, desk, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{desk}/?sort=name")
    expect(page.locator(".stApp")).to_have_css("color-scheme", scheme)
    tick(page)
    expect(page.get_by_text("1 account selected")).to_be_visible()
    in_column(page, "seller").nth(2).hover()
    for left in (0, 10_000):
        page.locator(TABLE).evaluate("(table, left) => { table.scrollLeft = left }", left)
        assert violations(page, TABLE) == []
    accounts(page).first.get_by_role("checkbox").uncheck()
    settled(page)


def test_on_a_phone_the_table_scrolls_sideways_and_nothing_else_does(page, desk):
    page.set_viewport_size(PHONE)
    visit(page, desk)
    assert page.evaluate(SCROLLED_SIDEWAYS) == ["account-rows"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    accounts(page).first.scroll_into_view_if_needed()
    last = in_column(page, "synced").first
    expect(last).not_to_be_in_viewport()
    accounts(page).first.hover()
    page.mouse.wheel(3_000, 0)
    expect(last).to_be_in_viewport()
    # What is ticked is seen wherever one reads.
    box = accounts(page).first.get_by_role("checkbox").bounding_box()
    assert 0 <= box["x"] < 60
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollLeft") == 0


def test_a_phone_opens_an_account_from_its_row(page, desk):
    page.set_viewport_size(PHONE)
    visit(page, f"{desk}/?status=expired")
    first = listed(page)[0]
    press(page, "open")
    expect(page).to_have_url(re.compile(rf"/account\?id={first}$"))


@pytest.mark.parametrize("tab", ["page", "german"])
def test_nothing_in_the_list_is_cut_off_unsaid_where_letters_are_twice_as_large(request, desk, tab):
    """Whether the window was made larger, or the letters alone."""
    page = request.getfixturevalue(tab)
    page.set_viewport_size({"width": 720, "height": 450})
    for query in ("", "?sort=name", "?sort=-value", "?status=refused"):
        visit(page, f"{desk}/{query}")
        cell = in_column(page, "status").first
        expect(cell).to_be_visible()
        assert cut_off_without_a_title(page) == [], query
        before = cell.bounding_box()["width"]
        larger = page.add_style_tag(content="html { font-size: 32px !important }")
        assert cell.bounding_box()["width"] > before * 1.8
        assert cut_off_without_a_title(page) == [], query
        larger.evaluate("each => each.remove()")
