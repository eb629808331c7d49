"""Streamlit's tables and boxes, where it leaves them hard to read."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.tabs import visit

LEFT = """(cells) => cells.map(cell => {
  const letters = document.createRange();
  letters.selectNodeContents(cell);
  return Math.round(letters.getBoundingClientRect().left);
})"""


def test_what_stands_in_a_table_stands_below_its_heading(page, desk):
    visit(page, f"{desk}/sync-effect")
    table = page.get_by_test_id("stTable").first
    headings = table.locator("thead th").evaluate_all(LEFT)
    assert len(headings) == 5
    assert table.locator("tbody tr").nth(1).locator("th, td").evaluate_all(LEFT) == headings


def test_a_sentence_in_a_table_uses_the_room_that_is_there(page, desk):
    visit(page, f"{desk}/account?id=3")
    said = page.get_by_role("cell", name=re.compile("^Prices, stock and orders stop"))
    room, text = said.bounding_box(), said.get_by_role("paragraph").bounding_box()
    # One line: the sentence is no longer than its column is wide.
    assert text["height"] < 30, (room, text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_button_whose_box_is_open_is_read_in_any_light(page, desk, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{desk}/workload")
    expect(page.locator(".stApp")).to_have_css("color-scheme", scheme)
    button = page.get_by_role("button", name="Change")
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    # Not under the pointer, which has a colour of its own.
    page.mouse.move(0, 0)
    only = {"runOnly": ["color-contrast"]}
    box = {"include": [['[data-testid="stPopoverButton"][aria-expanded="true"]']]}
    assert Axe().run(page, context=box, options=only).response["violations"] == []
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
