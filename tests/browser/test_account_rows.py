"""The list of accounts by keyboard, and what is ticked in it."""

import re
from datetime import UTC, datetime

from playwright.sync_api import expect
from sqlalchemy import update

from data_access import rollup
from data_access.database import make_engine, writing
from data_access.history import add_event
from data_access.schema import authorization
from tests.browser.account_rows import (
    TABLE,
    accounts,
    choose_preset,
    heading,
    headings,
    in_column,
    listed,
    meant_by,
    tick,
)
from tests.browser.tabs import TWO_FRAMES, settled, visit


def test_the_keyboard_alone_opens_an_account_from_the_list(page, desk):
    visit(page, f"{desk}/?status=expired")
    first = listed(page)[0]
    page.locator(TABLE).focus()
    order = [
        page.get_by_role("checkbox", name="Select all"),
        *headings(page).all(),
        accounts(page).first.get_by_role("checkbox"),
        in_column(page, "open").first.get_by_role("link"),
    ]
    assert len(order) == 8
    for control in order:
        page.keyboard.press("Tab")
        expect(control).to_be_focused()
        assert "solid 2px" in control.evaluate("each => getComputedStyle(each).outline")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/account\?id={first}$"))
    expect(page.get_by_role("heading", name="Dates")).to_be_visible()


def test_space_ticks_an_account_and_the_keyboard_stays_where_it_is(page, desk):
    visit(page, f"{desk}/?status=expired")
    box = accounts(page).nth(2).get_by_role("checkbox")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    expect(page.get_by_text("1 account selected")).to_be_visible()
    settled(page)
    expect(box).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 account selected")).to_have_count(0)
    expect(box).not_to_be_checked()


def test_the_keyboard_sorts_by_a_heading_and_stays_on_it(page, desk):
    visit(page, desk)
    seller = heading(page, "seller")
    seller.get_by_role("button").focus()
    for order, said in (("name", "ascending"), ("-name", "descending")):
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(rf"sort={order}$"))
        expect(seller).to_have_attribute("aria-sort", said)
        settled(page)
        assert listed(page) == meant_by(page, desk, f"sort={order}")
        expect(seller.get_by_role("button")).to_be_focused()


def test_select_all_ticks_the_whole_page_and_the_bar_below_says_so(page, desk):
    visit(page, desk)
    every = page.get_by_role("checkbox", name="Select all")
    ticked = accounts(page).get_by_role("checkbox", checked=True)
    bar = page.locator(".st-key-bulk_bar")
    every.check()
    expect(ticked).to_have_count(25)
    expect(bar.get_by_text("25 accounts selected")).to_be_visible()
    accounts(page).nth(3).get_by_role("checkbox").uncheck()
    expect(bar.get_by_text("24 accounts selected")).to_be_visible()
    expect(every).not_to_be_checked()
    assert every.evaluate("box => box.indeterminate")
    every.check()
    expect(bar.get_by_text("25 accounts selected")).to_be_visible()
    every.uncheck()
    expect(bar.get_by_text("selected")).to_have_count(0)
    expect(ticked).to_have_count(0)


def test_the_boxes_and_the_bar_agree_when_a_filter_comes_and_goes(page, desk):
    visit(page, f"{desk}/?status=expired")
    said = page.locator(".st-key-bulk_bar").get_by_text("account selected")
    boxes = accounts(page).get_by_role("checkbox", checked=True)
    tick(page, row=1)
    expect(said).to_be_visible()
    choose_preset(page, "in 30 days")
    expect(page).to_have_url(re.compile("within=30"))
    settled(page)
    expect(said).to_have_count(0)
    expect(boxes).to_have_count(0)
    choose_preset(page, "expired")
    expect(page).to_have_url(re.compile("status=expired"))
    settled(page)
    page.evaluate(TWO_FRAMES)
    assert boxes.count() == said.count()


def test_an_account_that_left_the_list_comes_back_without_its_tick(fresh_page, desk, desk_database):
    token_database = make_engine(desk_database)

    def pause(account: int, paused: bool) -> None:
        number = authorization.c.id == account
        with writing(token_database) as connection, rollup.kept(connection, [account]):
            connection.execute(update(authorization).where(number).values(paused=paused))
            add_event(connection, "changed", account, datetime.now(UTC))

    visit(fresh_page, f"{desk}/?status=expired&sort=name")
    first = listed(fresh_page)[0]
    row = fresh_page.locator(f"{TABLE} tr[data-id='{first}']")
    said = fresh_page.locator(".st-key-bulk_bar").get_by_text("selected")
    row.get_by_role("checkbox").check()
    expect(said).to_have_count(1)
    pause(first, True)
    expect(row).to_have_count(0)
    expect(said).to_have_count(0)
    pause(first, False)
    expect(row.get_by_role("checkbox")).not_to_be_checked()
    settled(fresh_page)
    expect(said).to_have_count(0)
    row.get_by_role("checkbox").check()
    expect(said).to_have_count(1)
    token_database.dispose()
