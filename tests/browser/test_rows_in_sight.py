"""What of the list of accounts stays in sight, and what shows that there is more of it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.account_rows import TABLE, accounts, heading, in_column, tick
from tests.browser.tabs import DESKTOP, PHONE, TWO_FRAMES, settled, visit

TO_ROW = """row => {
  row.closest('[data-testid=stMain]').scrollTop += row.getBoundingClientRect().top;
}"""
IS_COVERED = """each => {
  const { x, y, width, height } = each.getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2) !== each;
}"""
BACKGROUND = "cell => getComputedStyle(cell).backgroundColor"


def scroll_past(page: Page, row: int) -> None:
    """Scrolls the page until a row leaves the window."""
    accounts(page).nth(row).evaluate(TO_ROW)
    page.evaluate(TWO_FRAMES)


def read_to_the_last_column(page: Page) -> None:
    page.locator(TABLE).evaluate("table => { table.scrollLeft = 10_000 }")
    page.evaluate(TWO_FRAMES)


def is_covered(control: Locator) -> bool:
    """Whether something else is seen where a control is."""
    return control.evaluate(IS_COVERED)


def edge(page: Page) -> bytes:
    """A picture of the right edge of the headings."""
    box = page.locator(TABLE).bounding_box()
    place = {"x": box["x"] + box["width"] - 12, "y": box["y"] + 4, "width": 8, "height": 24}
    return page.screenshot(clip=place)


def edge_without_shade(page: Page) -> bytes:
    style = page.add_style_tag(content=f"{TABLE}::after {{ display: none }}")
    picture = edge(page)
    style.evaluate("each => each.remove()")
    page.evaluate(TWO_FRAMES)
    return picture


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_headings_stay_in_sight_while_the_page_scrolls(page, desk, size):
    page.set_viewport_size(size)
    visit(page, desk)
    scroll_past(page, 8)
    seller = heading(page, "seller").get_by_role("button")
    expect(seller).to_be_in_viewport()
    expect(accounts(page).nth(6)).not_to_be_in_viewport()
    assert not is_covered(seller)
    read_to_the_last_column(page)
    assert not is_covered(seller)
    assert not is_covered(heading(page, "synced").get_by_role("button"))


def test_the_headings_leave_with_the_last_row(page, desk):
    page.set_viewport_size(PHONE)
    visit(page, desk)
    page.get_by_test_id("stMain").evaluate("main => { main.scrollTop = 100_000 }")
    page.set_viewport_size({"width": 390, "height": 300})
    page.get_by_test_id("stMain").evaluate("main => { main.scrollTop = 100_000 }")
    expect(accounts(page).last).not_to_be_in_viewport()
    expect(heading(page, "seller")).not_to_be_in_viewport()


def test_the_keyboard_comes_to_nothing_that_is_covered(page, desk):
    visit(page, desk)
    scroll_past(page, 8)
    read_to_the_last_column(page)
    in_column(page, "renew").nth(9).get_by_role("link").focus()
    for key in ["Shift+Tab"] * 10:
        control = page.locator(":focus")
        assert not is_covered(control), control.evaluate("each => each.outerHTML")
        page.keyboard.press(key)


def test_the_keyboard_ticks_without_moving_the_columns(page, desk):
    visit(page, desk)
    read_to_the_last_column(page)
    before = page.locator(TABLE).evaluate("table => table.scrollLeft")
    assert before
    accounts(page).nth(2).get_by_role("checkbox").focus()
    assert page.locator(TABLE).evaluate("table => table.scrollLeft") == before


def test_a_shade_says_that_there_are_more_columns_until_one_has_seen_the_last(page, desk):
    visit(page, desk)
    table = page.locator(TABLE)
    for read in (0, 300):
        table.evaluate("(table, read) => { table.scrollLeft = read }", read)
        expect(table).to_have_css("opacity", "1", pseudo="after")
        assert edge_without_shade(page) != edge(page)
    read_to_the_last_column(page)
    expect(table).to_have_css("opacity", "0", pseudo="after")


def test_a_list_that_has_room_has_no_shade(page, desk):
    page.set_viewport_size({"width": 2_400, "height": 900})
    visit(page, desk)
    expect(page.locator(TABLE)).to_have_css("opacity", "0", pseudo="after")


def test_why_an_account_is_here_is_read_without_scrolling_sideways(page, desk):
    visit(page, desk)
    scroll_past(page, 0)
    expect(heading(page, "why")).to_be_in_viewport(ratio=0.8)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_ticked_row_shows_that_it_is_under_the_pointer(page, desk, scheme):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{desk}/?status=expired")
    expect(page.locator(".stApp")).to_have_css("color-scheme", scheme)
    tick(page)
    settled(page)
    cell = in_column(page, "expires").first
    page.mouse.move(0, 0)
    before = cell.evaluate(BACKGROUND)
    cell.hover()
    assert cell.evaluate(BACKGROUND) != before
    accounts(page).first.get_by_role("checkbox").uncheck()
    settled(page)


@pytest.mark.parametrize(
    ("scheme", "ticked"), [("light", "rgb(11, 92, 138)"), ("dark", "rgb(108, 182, 224)")]
)
def test_boxes_have_the_colours_of_the_desk(page, desk, scheme, ticked):
    page.emulate_media(color_scheme=scheme)
    visit(page, f"{desk}/?status=expired")
    box = accounts(page).first.get_by_role("checkbox")
    expect(box).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(box).to_have_css("appearance", "none")
    box.check()
    expect(box).to_have_css("background-color", ticked)
    settled(page)
    box.uncheck()
    settled(page)
