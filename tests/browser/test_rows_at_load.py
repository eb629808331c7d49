"""The rows of the start page are there before Streamlit is, and look the same when it has come."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.account_rows import TABLE, accounts, listed, meant_by
from tests.browser.tabs import settled, visit

FIRST = "#first-rows"
OF_STREAMLIT = f"#root {TABLE}"
SEEN = ["thead th", "tbody th", "tbody td.renew a", ".label", "tbody .tick input"]
LOOKS = """(place, seen) => seen.map(each => {
  const found = place.querySelector(each), style = getComputedStyle(found);
  const { x, y, width, height } = found.getBoundingClientRect();
  const color = found.matches('input') ? 'of no letter' : style.color;
  return [color, style.backgroundColor, style.backgroundImage, style.borderColor,
    style.fontSize, style.fontFamily, ...[x, y, width, height].map(Math.round)].join();
})"""


def test_the_rows_are_there_before_streamlit_has_said_anything(fresh_page, desk, fresh_stream):
    fresh_stream.hold()
    fresh_page.goto(f"{desk}/?status=expired&sort=name")
    meant = meant_by(fresh_page, desk, "status=expired&sort=name")
    expect(accounts(fresh_page)).to_have_count(len(meant))
    assert listed(fresh_page) == meant
    first = fresh_page.locator(FIRST)
    renew = first.get_by_role("link", name="Renew").first
    expect(renew).to_have_attribute("href", re.compile("^/renew/"))
    expect(first.get_by_role("checkbox").first).to_be_disabled()
    expect(fresh_page.locator(OF_STREAMLIT)).to_have_count(0)
    fresh_stream.let_go()
    expect(fresh_page.locator(OF_STREAMLIT)).to_have_count(1)
    expect(first).to_have_count(0)
    settled(fresh_page)
    assert listed(fresh_page) == meant
    expect(accounts(fresh_page).first.get_by_role("checkbox")).to_be_enabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_look_as_the_list_does_that_takes_their_place(fresh_page, desk, fresh_stream, scheme):
    fresh_page.emulate_media(color_scheme=scheme)
    visit(fresh_page, desk)
    looks = fresh_page.locator(OF_STREAMLIT).evaluate(LOOKS, SEEN)
    fresh_stream.hold()
    fresh_page.reload()
    expect(accounts(fresh_page).first).to_be_visible()
    expect(fresh_page.locator(".stApp")).to_have_count(1)
    assert fresh_page.locator(FIRST).evaluate(LOOKS, SEEN) == looks


@pytest.mark.parametrize(
    ("address", "absent"),
    [("/today", "#first-rows, #first-chart"), ("/?page=nonsense", "#first-rows")],
)
def test_where_there_is_no_list_there_are_no_first_rows(fresh_page, desk, address, absent):
    seen = []
    fresh_page.expose_function("seen", lambda: seen.append(1))
    fresh_page.add_init_script(
        f"new MutationObserver(() => document.querySelector('{absent}') && seen())"
        ".observe(document, {childList: true, subtree: true})"
    )
    visit(fresh_page, f"{desk}{address}")
    assert not seen


def test_a_list_that_is_empty_says_so_before_streamlit_has_said_anything(
    fresh_page, desk, fresh_stream
):
    fresh_stream.hold()
    fresh_page.goto(f"{desk}/?q=nobody-has-this-name")
    said = fresh_page.locator(TABLE).get_by_role("status")
    expect(said).to_have_text("No account is like that.")
    fresh_stream.let_go()
    expect(fresh_page.locator(FIRST)).to_have_count(0)
    expect(said).to_have_text("No account is like that.")


def test_where_they_cannot_be_had_the_list_comes_with_the_screen(fresh_page, desk):
    fresh_page.route(re.compile(r"/account-rows\?"), lambda route: route.abort())
    visit(fresh_page, desk)
    assert len(listed(fresh_page)) > 0
