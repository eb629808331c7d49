"""Who uses the keyboard sees where it is, and meets nothing that is of no use."""

import re

from playwright.sync_api import expect

from tests.browser.account_rows import TABLE
from tests.browser.tabs import settled, visit

OUTLINE = "each => getComputedStyle(each).outline"


def test_the_link_that_the_keyboard_is_on_has_an_outline(page, desk):
    visit(page, f"{desk}/account?id=5")
    for name in ("Today", "All accounts"):
        link = page.get_by_role("link", name=name)
        link.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        expect(link).to_be_focused()
        assert "rgb(11, 92, 138) solid 2px" in link.evaluate(OUTLINE)


def test_a_heading_is_no_link_to_itself(page, desk):
    visit(page, f"{desk}/account?id=5")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Link to heading")).to_have_count(0)


def test_an_account_of_a_list_opens_without_a_mouse(page, desk):
    visit(page, f"{desk}/today")
    page.get_by_test_id("data-grid-canvas").first.focus()
    for key in ("ArrowDown", "ArrowRight", "Shift+Space"):
        page.keyboard.press(key)
    page.get_by_role("link", name=re.compile("Open .")).press("Enter")
    expect(page).to_have_url(re.compile(r"/account\?id=\d+$"))


def test_the_back_button_leads_from_an_account_to_its_list(page, desk):
    visit(page, f"{desk}/?status=expired")
    page.locator(TABLE).get_by_role("link", name=re.compile("^Open")).first.press("Enter")
    expect(page.get_by_role("heading", name="Dates")).to_be_visible()
    settled(page)
    page.go_back()
    expect(page).to_have_url(f"{desk}/?status=expired")
    expect(page.get_by_role("heading", name="Dates")).to_have_count(0)


def test_the_renew_link_is_copied_without_a_mouse(page, desk):
    visit(page, f"{desk}/account?id=5")
    page.get_by_test_id("stCode").first.focus()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_accessible_name("Copy to clipboard")
    assert "solid 2px" in page.locator(":focus").evaluate(OUTLINE)


def test_tab_leads_from_a_button_into_its_open_box_and_on(page, desk):
    visit(page, desk)
    button = page.get_by_role("button", name="More filters")
    box = page.get_by_test_id("stPopoverBody")
    focused = box.locator(":focus")
    button.press("Enter")
    expect(box.get_by_role("button", name="Expired")).to_be_visible()
    page.keyboard.press("Tab")
    expect(focused).to_have_accessible_name(re.compile("Expired"))
    page.keyboard.press("Shift+Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Tab")
    expect(focused).to_have_count(1)
    for _ in range(40):
        page.keyboard.press("Tab")
        if not focused.count():
            break
    expect(page.get_by_role("button", name="Views")).to_be_focused()


def test_an_open_box_is_used_and_closed_by_keyboard(page, desk):
    visit(page, desk)
    button = page.get_by_role("button", name="More filters")
    button.press("Enter")
    box = page.get_by_test_id("stPopoverBody")
    expect(box.get_by_role("button", name="Expired")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("status=expired"))
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(button).to_be_focused()
