"""Who uses the keyboard sees where it is, and meets nothing that is of no use."""

from playwright.sync_api import expect

from tests.browser.conftest import visit

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
