"""A renewal with the mouse only: from the row to the local Amazon and back."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.account_rows import accounts, in_column, texts, tick
from tests.browser.tabs import DESKTOP, PHONE, settled, visit


def private_window(browser: Browser) -> Page:
    """A window that shares nothing with the desk's."""
    return browser.new_context(locale="en-GB").new_page()


def first_expired_link(page: Page, desk: str) -> tuple[str, str]:
    """Name and renew link of the most urgent expired account."""
    visit(page, f"{desk}/?status=expired")
    name = texts(page, "seller")[0]
    tick(page)
    code = page.get_by_test_id("stCode").first
    expect(code).to_be_visible()
    link = re.search(r"http://\S+/renew/\S+", code.text_content())[0]
    accounts(page).first.get_by_role("checkbox").uncheck()
    expect(code).to_have_count(0)
    return name, link


def start(seller: Page, link: str) -> None:
    """Opens the renew page and goes on to the local Amazon's sign-in."""
    seller.goto(f"{link}?lang=en")
    seller.get_by_role("link", name="Request / Renew Token").click()
    seller.get_by_role("button", name="OK").click()
    expect(seller.get_by_text(re.compile("not Amazon", re.I)).first).to_be_visible()


def sign_in(seller: Page, expected: bool = True) -> None:
    """Signs in as the expected seller, or as another one."""
    buttons = seller.get_by_role("button")
    name = (
        buttons.first
        if expected
        else seller.get_by_role("button", name=re.compile("another seller", re.I))
    )
    name.click()


def consent(seller: Page) -> None:
    """Ticks the box and confirms."""
    seller.get_by_role("checkbox").check()
    seller.get_by_role("button", name="Confirm").click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_red_button_is_in_sight_at_once(page, browser, desk, size):
    _name, link = first_expired_link(page, desk)
    seller = private_window(browser)
    seller.set_viewport_size(size)
    seller.goto(f"{link}?lang=en")
    button = seller.get_by_role("link", name="Request / Renew Token")
    expect(button).to_be_in_viewport(ratio=1)
    # At its end the page has it before what comes last, covering nothing.
    seller.get_by_role("contentinfo").scroll_into_view_if_needed()
    last = seller.get_by_role("heading", name="Not sure whether this is genuine?")
    assert button.bounding_box()["y"] < last.bounding_box()["y"]


def test_a_renewal_turns_the_row_active_on_a_desk_that_nobody_touches(
    page, colleague, browser, desk
):
    name, link = first_expired_link(page, desk)
    visit(colleague, f"{desk}/?q={name}&sort=name")
    assert "✖ Expired" in texts(colleague, "status")
    seller = private_window(browser)
    start(seller, link)
    sign_in(seller)
    consent(seller)
    expect(seller.get_by_text("The connection has been established")).to_be_visible()
    assert "code" not in seller.url
    assert "state" not in seller.url
    green = re.compile("● Active|◔ Verifying")
    status = in_column(colleague, "status")
    expect(status.filter(has_text=green).first).to_be_visible(timeout=10_000)
    expect(page.get_by_text(name, exact=True)).to_have_count(0, timeout=10_000)
    # The same link again: renewed already, and it says until when.
    seller.goto(f"{link}?lang=en")
    expect(seller.get_by_text(re.compile("already", re.I)).first).to_be_visible()
    seller.context.close()


def test_a_ticked_account_stays_ticked_when_the_one_above_it_renews(fresh_page, browser, desk):
    __, link = first_expired_link(fresh_page, desk)
    ticked = texts(fresh_page, "seller")[1]
    tick(fresh_page, row=1)
    in_column(fresh_page, "renew").nth(1).get_by_role("link").focus()
    links = fresh_page.get_by_test_id("stCode").first
    expect(links).to_contain_text(ticked)
    seller = private_window(browser)
    start(seller, link)
    sign_in(seller)
    consent(seller)
    first = in_column(fresh_page, "seller").first
    expect(first).to_have_text(ticked, timeout=10_000)
    settled(fresh_page)
    expect(in_column(fresh_page, "renew").first.get_by_role("link")).to_be_focused()
    expect(accounts(fresh_page).first.get_by_role("checkbox")).to_be_checked()
    expect(accounts(fresh_page).get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(links).to_contain_text(ticked)
    expect(fresh_page.get_by_text("1 account selected")).to_be_visible()
    seller.context.close()


def test_the_wrong_seller_changes_nothing_and_hears_which_account_is_meant(page, browser, desk):
    name, link = first_expired_link(page, desk)
    seller = private_window(browser)
    start(seller, link)
    sign_in(seller, expected=False)
    consent(seller)
    expect(seller.get_by_text(re.compile("another|different|other", re.I)).first).to_be_visible()
    expect(seller.get_by_text("The connection has been established")).to_have_count(0)
    assert texts(settled(visit(page, f"{desk}/?status=expired")), "seller")[0] == name
    seller.context.close()


def test_cancel_changes_nothing(page, browser, desk):
    name, link = first_expired_link(page, desk)
    seller = private_window(browser)
    start(seller, link)
    sign_in(seller)
    seller.get_by_role("button", name="Cancel").click()
    expect(seller.get_by_text(re.compile("cancel", re.I)).first).to_be_visible()
    assert texts(visit(page, f"{desk}/?status=expired"), "seller")[0] == name
    seller.context.close()
