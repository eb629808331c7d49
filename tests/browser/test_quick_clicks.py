"""Two clicks, the second before Streamlit has answered the first: both count, and the list shows
what both ask for at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.account_rows import (
    TABLE,
    accounts,
    choose_preset,
    heading,
    in_column,
    listed,
    meant_by,
    tick,
    wait_until_listed,
)
from tests.browser.stream import LateRows
from tests.browser.tabs import settled, visit

EMPTY = "No account is like that."

NOTE_LISTS = """() => {
  window.lists = [];
  new MutationObserver(() => {
    const rows = [...document.querySelectorAll('.account-rows tbody tr')];
    lists.push(rows.map(row => row.dataset.id).join());
  }).observe(document.body, { childList: true, subtree: true });
}"""
"""Notes, as `lists` of the page, the accounts that the list shows from now on."""


def assert_shown_throughout(page: Page, ids: list[int]) -> None:
    """That the list showed these accounts all the time since NOTE_LISTS, and no others."""
    settled(page)
    # Streamlit may put the table into its place anew: for a moment there is none.
    assert set(page.evaluate("lists")) <= {",".join(map(str, ids)), ""}


def search(page: Page, text: str) -> None:
    """Types into the search and presses Enter."""
    field = page.get_by_placeholder("Name, shop, e-mail or id")
    field.fill(text)
    field.press("Enter")


CLICKS = {
    "a preset": (lambda page: choose_preset(page, "in 90 days"), "within=90"),
    "a heading": (
        lambda page: heading(page, "seller").get_by_role("button").click(),
        "sort=name",
    ),
    "a quick pill": (
        lambda page: page.get_by_role("button", name="nobody's").click(),
        "owner=-",
    ),
    "a search": (lambda page: search(page, "a"), "q=a"),
    "the last page": (
        lambda page: page.get_by_role("button", name="Last page").click(),
        "page=last",
    ),
}


@pytest.mark.parametrize(
    ("first", "second", "query"),
    [
        ("a heading", "a preset", "within=90&sort=name"),
        ("a preset", "the last page", "within=90&page=last"),
        ("a heading", "a heading", "sort=-name"),
        ("a search", "a quick pill", "q=a&owner=-"),
        ("a quick pill", "a search", "q=a&owner=-"),
        ("the last page", "a preset", "within=90"),
    ],
)
def test_the_second_click_goes_on_from_what_the_first_asked_for(
    page, desk, stream, first, second, query
):
    visit(page, desk)
    meant = meant_by(page, desk, query)
    stream.hold()
    CLICKS[first][0](page)
    CLICKS[second][0](page)
    wait_until_listed(page, meant)
    stream.let_go()
    expect(page).to_have_url(re.compile(re.escape(query)))
    settled(page)
    assert listed(page) == meant


def test_so_it_does_where_the_rows_of_the_first_are_not_there_yet(page, desk, stream):
    late = LateRows(page, "sort=name")
    visit(page, desk)
    meant = meant_by(page, desk, "within=90&sort=name")
    before = listed(page)
    stream.hold()
    CLICKS["a heading"][0](page)
    CLICKS["a preset"][0](page)
    assert listed(page) == before
    late.let_go()
    wait_until_listed(page, meant)
    stream.let_go()
    expect(page).to_have_url(re.compile("within=90&sort=name"))
    settled(page)
    assert listed(page) == meant


def test_what_streamlit_says_of_the_first_click_does_not_take_the_second_off_the_screen(
    fresh_page, desk, fresh_stream
):
    visit(fresh_page, desk)
    meant = meant_by(fresh_page, desk, "within=90&sort=name")
    fresh_stream.hold()
    CLICKS["a heading"][0](fresh_page)
    wait_until_listed(fresh_page, meant_by(fresh_page, desk, "sort=name"))
    CLICKS["a preset"][0](fresh_page)
    wait_until_listed(fresh_page, meant)
    fresh_page.evaluate(NOTE_LISTS)
    fresh_stream.let_go()
    expect(fresh_page).to_have_url(re.compile("within=90&sort=name"))
    assert_shown_throughout(fresh_page, meant)


def test_what_streamlit_says_of_a_tick_does_not_take_the_next_click_off_the_screen(
    fresh_page, desk, fresh_stream
):
    visit(fresh_page, desk)
    meant = meant_by(fresh_page, desk, "within=90")
    fresh_stream.hold()
    tick(fresh_page)
    fresh_stream.wait_until_ended(runs=1)
    CLICKS["a preset"][0](fresh_page)
    wait_until_listed(fresh_page, meant)
    fresh_page.evaluate(NOTE_LISTS)
    fresh_stream.let_go_of_a_run()
    fresh_stream.let_go()
    expect(fresh_page).to_have_url(re.compile("within=90"))
    assert_shown_throughout(fresh_page, meant)


def test_a_chart_that_the_browser_forgets_before_it_is_asked_for_again_is_drawn(
    fresh_page, desk, fresh_stream
):
    visit(fresh_page, desk)
    choose_preset(fresh_page, "in 90 days")
    expect(fresh_page).to_have_url(f"{desk}/?within=90")
    settled(fresh_page)
    fresh_stream.hold()
    CLICKS["a heading"][0](fresh_page)
    fresh_stream.wait_until_ended(runs=1)
    CLICKS["a preset"][0](fresh_page)
    fresh_stream.wait_until_ended(runs=2)
    fresh_stream.let_go()
    expect(fresh_page).to_have_url(f"{desk}/?sort=name")
    settled(fresh_page)
    assert listed(fresh_page) == meant_by(fresh_page, desk, "sort=name")


def test_a_search_that_nobody_meets_says_so_at_once_and_the_way_back_too(page, desk, stream):
    visit(page, desk)
    before = listed(page)
    stream.hold()
    field = page.get_by_placeholder("Name, shop, e-mail or id")
    field.press_sequentially("nobody is like this")
    said = page.locator(TABLE).get_by_role("status")
    expect(said).to_have_text(EMPTY)
    expect(accounts(page)).to_have_count(0)
    field.press("Enter")
    stream.let_go()
    expect(page).to_have_url(re.compile("q=nobody"))
    settled(page)
    expect(said).to_have_text(EMPTY)
    stream.hold()
    field.fill("")
    wait_until_listed(page, before)
    expect(said).to_have_text("")
    stream.let_go()
    expect(page).to_have_url(f"{desk}/")
    settled(page)
    assert listed(page) == before


def test_rows_that_come_while_a_heading_is_pressed_wait_for_the_click(page, desk, stream):
    late = LateRows(page, "within=90&viewer")
    visit(page, desk)
    stream.hold()
    choose_preset(page, "in 90 days")
    box = heading(page, "seller").get_by_role("button").bounding_box()
    before = listed(page)
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    late.let_go()
    assert listed(page) == before
    page.mouse.up()
    wait_until_listed(page, meant_by(page, desk, "within=90&sort=name"))


def test_what_is_ticked_in_a_list_is_no_tick_of_the_next(fresh_page, desk, fresh_stream):
    visit(fresh_page, desk)
    meant = meant_by(fresh_page, desk, "within=90")
    fresh_stream.hold()
    tick(fresh_page, row=1)
    choose_preset(fresh_page, "in 90 days")
    wait_until_listed(fresh_page, meant)
    expect(accounts(fresh_page).get_by_role("checkbox", checked=True)).to_have_count(0)
    fresh_stream.let_go()
    expect(fresh_page).to_have_url(re.compile("within=90"))
    settled(fresh_page)
    expect(fresh_page.locator(".st-key-bulk_bar").get_by_text("selected")).to_have_count(0)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        (lambda page: page.get_by_role("link", name="Expired").first, r"/\?status=expired$"),
        (lambda page: in_column(page, "open").first.get_by_role("link"), r"/account\?id=\d+$"),
        (lambda page: page.get_by_role("link", name="Today").first, r"/today"),
    ],
    ids=["a counter", "an account", "a screen"],
)
@pytest.mark.parametrize("how", [{"modifiers": ["Control"]}, {"button": "middle"}], ids=str)
def test_a_link_opens_another_tab_where_the_browser_is_asked_to(page, desk, link, address, how):
    visit(page, f"{desk}/?within=90")
    before = listed(page)
    with page.context.expect_page() as opened:
        link(page).click(**how)
    expect(opened.value).to_have_url(re.compile(address))
    opened.value.close()
    settled(page)
    assert page.url == f"{desk}/?within=90" and listed(page) == before


def test_a_link_to_the_start_page_leads_there_from_other_screens_too(page, desk):
    visit(page, f"{desk}/account?id=7")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="All accounts").click(modifiers=["Control"])
    expect(opened.value).to_have_url(f"{desk}/")
    assert page.url == f"{desk}/account?id=7"


def test_the_back_button_takes_a_click_back_that_streamlit_has_not_answered(page, desk, stream):
    visit(page, desk)
    visit(page, f"{desk}/?within=90")
    before = listed(page)
    stream.hold()
    CLICKS["a heading"][0](page)
    page.go_back()
    wait_until_listed(page, before)
    stream.let_go()
    expect(page.get_by_text("expires within 90 days")).to_be_visible()
    expect(page).to_have_url(f"{desk}/?within=90")
    settled(page)
    assert listed(page) == before
