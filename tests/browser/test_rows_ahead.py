"""The rows of the list of accounts come ahead of Streamlit's, and these count in the end."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.account_rows import (
    accounts,
    choose_preset,
    heading,
    listed,
    meant_by,
    texts,
    tick,
    wait_until_listed,
)
from tests.browser.stream import LateRows
from tests.browser.tabs import settled, visit

ROWS = re.compile(r"/account-rows\?")


def test_a_filter_shows_its_rows_before_streamlit_has_said_anything(page, desk, stream):
    visit(page, desk)
    meant = meant_by(page, desk, "within=30")
    assert listed(page) != meant
    stream.hold()
    choose_preset(page, "in 30 days")
    wait_until_listed(page, meant)
    expect(page.get_by_text("expires within 30 days")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("within"))
    stream.let_go()
    expect(page.get_by_text("expires within 30 days")).to_be_visible()
    expect(page).to_have_url(re.compile("within=30"))
    settled(page)
    assert listed(page) == meant


@pytest.mark.parametrize(
    ("ask", "query"),
    [
        (lambda page: heading(page, "value").get_by_role("button").click(), "sort=-value"),
        (lambda page: page.get_by_role("button", name="Last page").click(), "page=last"),
        (lambda page: page.get_by_role("link", name="Expired").first.click(), "status=expired"),
        (lambda page: page.get_by_role("button", name="nobody's").click(), "owner=-"),
    ],
    ids=["a heading", "the last page", "a counter", "a quick pill"],
)
def test_what_a_click_leads_to_shows_before_streamlit_has_said_anything(
    page, desk, stream, ask, query
):
    visit(page, desk)
    stream.hold()
    before = listed(page)
    with page.expect_response(ROWS) as answer:
        ask(page)
    assert query in answer.value.url
    meant = [row["id"] for row in answer.value.json()["rows"]]
    assert meant != before
    wait_until_listed(page, meant)
    stream.let_go()
    expect(page).to_have_url(re.compile(query))
    settled(page)
    assert listed(page) == meant


def test_what_is_searched_for_shows_before_streamlit_has_said_anything(page, desk, stream):
    visit(page, desk)
    meant = meant_by(page, desk, "q=gmbh")
    stream.hold()
    search = page.get_by_placeholder("Name, shop, e-mail or id")
    search.fill("gmbh")
    search.press("Enter")
    wait_until_listed(page, meant)
    expect(page).not_to_have_url(re.compile("q=gmbh"))
    assert all("gmbh" in name.casefold() for name in texts(page, "seller"))
    stream.let_go()
    expect(page).to_have_url(re.compile("q=gmbh"))
    settled(page)
    assert listed(page) == meant


def test_rows_follow_the_letters_and_streamlit_the_pause(page, desk, stream):
    visit(page, desk)
    stream.hold()
    search = page.get_by_placeholder("Name, shop, e-mail or id")
    search.press_sequentially("gmb")
    wait_until_listed(page, meant_by(page, desk, "q=gmb"))
    search.press_sequentially("h &")
    wait_until_listed(page, meant_by(page, desk, "q=gmbh+%26"))
    stream.let_go()
    expect(page).to_have_url(re.compile("q=gmbh"))
    expect(search).to_be_focused()
    settled(page)
    assert listed(page) == meant_by(page, desk, "q=gmbh+%26")


def test_what_is_typed_and_taken_back_leaves_the_list_as_it_was(fresh_page, desk, fresh_stream):
    visit(fresh_page, desk)
    before = listed(fresh_page)
    tick(fresh_page, row=1)
    expect(fresh_page.get_by_text("1 account selected")).to_be_visible()
    settled(fresh_page)
    fresh_stream.hold()
    search = fresh_page.get_by_placeholder("Name, shop, e-mail or id")
    search.press_sequentially("a")
    wait_until_listed(fresh_page, meant_by(fresh_page, desk, "q=a"))
    search.press("Backspace")
    wait_until_listed(fresh_page, before)
    expect(accounts(fresh_page).nth(1).get_by_role("checkbox")).to_be_checked()
    fresh_stream.let_go()
    settled(fresh_page)
    assert listed(fresh_page) == before


def test_a_space_before_the_next_word_stays_where_it_is(page, desk):
    visit(page, desk)
    search = page.get_by_placeholder("Name, shop, e-mail or id")
    search.press_sequentially("gmbh ")
    expect(page).to_have_url(re.compile("q=gmbh$"))
    settled(page)
    expect(search).to_have_value("gmbh ")


def test_news_do_not_take_what_is_being_typed_off_the_screen(page, desk, stream):
    visit(page, desk)
    meant = meant_by(page, desk, "within=30&q=gmbh")
    stream.hold()
    choose_preset(page, "in 30 days")
    wait_until_listed(page, meant_by(page, desk, "within=30"))
    search = page.get_by_placeholder("Name, shop, e-mail or id")
    search.press_sequentially("gmbh")
    wait_until_listed(page, meant)
    stream.let_go()
    expect(page).to_have_url(re.compile("within=30&q=gmbh"))
    settled(page)
    assert search.input_value() == "gmbh"
    assert listed(page) == meant


def test_what_is_ticked_in_rows_that_came_ahead_stays_ticked(fresh_page, desk, fresh_stream):
    visit(fresh_page, desk)
    meant = meant_by(fresh_page, desk, "within=30")
    fresh_stream.hold()
    choose_preset(fresh_page, "in 30 days")
    wait_until_listed(fresh_page, meant)
    tick(fresh_page, row=1)
    # As long as the browser hears nothing, it says with the tick that it shows all accounts.
    settled(fresh_page)
    fresh_stream.let_go()
    expect(fresh_page.get_by_text("1 account selected")).to_be_visible()
    expect(fresh_page.get_by_text("expires within 30 days")).to_be_visible()
    settled(fresh_page)
    assert fresh_page.url.endswith("/?within=30") and listed(fresh_page) == meant
    expect(accounts(fresh_page).nth(1).get_by_role("checkbox")).to_be_checked()


def test_a_heading_orders_what_a_click_before_it_asked_for(page, desk, stream):
    visit(page, desk)
    stream.hold()
    choose_preset(page, "in 30 days")
    wait_until_listed(page, meant_by(page, desk, "within=30"))
    heading(page, "seller").get_by_role("button").click()
    stream.let_go()
    expect(page).to_have_url(re.compile("within=30&sort=name$"))
    settled(page)
    assert listed(page) == meant_by(page, desk, "within=30&sort=name")


@pytest.mark.parametrize(
    "fail",
    [
        lambda route: route.abort(),
        lambda route: route.fulfill(status=500, json={"detail": "Broken."}),
        lambda route: route.fulfill(status=401, json={"detail": "Not signed in."}),
        lambda route: route.fulfill(body="<html>"),
        lambda route: None,
    ],
    ids=["no connection", "500", "401", "no rows", "no answer at all"],
)
def test_streamlits_rows_come_where_those_ahead_fail(
    fresh_page, desk, fail: Callable[[Route], None]
):
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        fail(route)

    fresh_page.route(ROWS, answer)
    visit(fresh_page, desk)
    broken: list[str] = []
    fresh_page.on("pageerror", lambda error: broken.append(str(error)))
    choose_preset(fresh_page, "in 30 days")
    wait_until_listed(fresh_page, meant_by(fresh_page, desk, "within=30"))
    expect(fresh_page.get_by_text("expires within 30 days")).to_be_visible()
    # First for the rows that the page begins with.
    assert [url.partition("?")[2].partition("&")[0] for url in asked] == ["", "within=30"]
    assert broken == []


def test_rows_ahead_that_come_after_streamlits_change_nothing(page, desk):
    late = LateRows(page, "within=30")
    visit(page, desk)
    choose_preset(page, "in 30 days")
    expect(page).to_have_url(re.compile("within=30"))
    settled(page)
    choose_preset(page, "expired")
    expect(page).to_have_url(re.compile("status=expired"))
    settled(page)
    meant = meant_by(page, desk, "status=expired")
    assert meant != meant_by(page, desk, "within=30")
    late.let_go()
    assert listed(page) == meant


def test_rows_ahead_that_come_after_the_back_button_change_nothing(page, desk):
    late = LateRows(page, "within=30")
    visit(page, desk)
    before = listed(page)
    assert before != meant_by(page, desk, "within=30")
    choose_preset(page, "in 30 days")
    expect(page).to_have_url(re.compile("within=30"))
    settled(page)
    page.go_back()
    wait_until_listed(page, before)
    settled(page)
    late.let_go()
    assert listed(page) == before


def test_rows_ahead_of_an_earlier_click_change_nothing_after_a_later_one(page, desk, stream):
    late = LateRows(page, "within=30")
    visit(page, desk)
    meant = meant_by(page, desk, "status=expired")
    assert meant != meant_by(page, desk, "within=30")
    before = listed(page)
    stream.hold()
    choose_preset(page, "in 30 days")
    choose_preset(page, "expired")
    late.let_go()
    assert listed(page) in (before, meant)
    wait_until_listed(page, meant)
    stream.let_go()
    expect(page).to_have_url(re.compile("status=expired"))
    settled(page)
    assert listed(page) == meant
