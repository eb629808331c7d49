"""The table of accounts: by keyboard, with ticks, ahead of Streamlit, in any light and room."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, WebSocketRoute, expect
from sqlalchemy import update

from data_access import rollup
from data_access.database import make_engine, writing
from data_access.history import add_event
from data_access.schema import authorization
from tests.browser.conftest import (
    PHONE,
    TWO_FRAMES,
    accounts,
    cut_off_without_a_title,
    heading,
    in_column,
    press,
    settled,
    texts,
    tick,
    visit,
)

TABLE = ".account-rows"
ROWS = re.compile(r"/account-rows\?")
STREAM = re.compile(r"/_stcore/stream")
IDS = "rows => rows.map(row => Number(row.dataset.id))"
SHOWS = """ids => [...document.querySelectorAll('.account-rows tbody tr')]
  .map(row => row.dataset.id).join() === ids.join()"""
SCROLLS = """() => [...document.querySelectorAll('[data-testid=stMain], [data-testid=stMain] *')]
  .filter(each => each.scrollWidth > each.clientWidth)
  .filter(each => ['auto', 'scroll'].includes(getComputedStyle(each).overflowX))
  .map(each => each.className)"""


def listed(page: Page) -> list[int]:
    """Which accounts the table shows."""
    return accounts(page).evaluate_all(IDS)


def meant_by(page: Page, desk: str, query: str) -> list[int]:
    """Which accounts the first page of a list shows whoever looks from Berlin, as the tabs do."""
    answer = page.request.get(f"{desk}/account-rows?{query}&viewer_zone=Europe/Berlin")
    assert answer.ok
    return [row["id"] for row in answer.json()["rows"]]


def show(page: Page, ids: list[int]) -> None:
    """Waits until the table shows just these accounts, in this order."""
    page.wait_for_function(SHOWS, arg=ids, timeout=15_000)


def choose(page: Page, name: str) -> None:
    """Clicks one of the filter's presets."""
    page.get_by_role("radio", name=name, exact=True).click()


class Held:
    """What a desk says to a tab, kept back while `holding`."""

    def __init__(self, page: Page) -> None:
        self.holding = False
        self._kept: list[bytes | str] = []
        page.route_web_socket(STREAM, self._connect)

    def _connect(self, tab: WebSocketRoute) -> None:
        self._tab = tab
        tab.connect_to_server().on_message(self._said)

    def _said(self, frame: bytes | str) -> None:
        if self.holding:
            self._kept.append(frame)
        else:
            self._tab.send(frame)

    def let_go(self) -> None:
        """Hands over what was kept."""
        self.holding = False
        for frame in self._kept:
            self._tab.send(frame)


@pytest.fixture
def held(fresh_page: Page) -> Held:
    """What the desk says to the fresh tab."""
    return Held(fresh_page)


# By keyboard.


def test_the_keyboard_alone_opens_an_account_from_the_list(page, desk):
    visit(page, f"{desk}/?status=expired")
    first = listed(page)[0]
    page.locator(TABLE).focus()
    order = [
        page.get_by_role("checkbox", name="Select all"),
        *heading(page, "seller, .account-rows thead *").get_by_role("button").all(),
        accounts(page).first.get_by_role("checkbox"),
        in_column(page, "open").first.get_by_role("button"),
    ]
    assert len(order) == 8
    for control in order:
        page.keyboard.press("Tab")
        expect(control).to_be_focused()
        assert "solid 2px" in control.evaluate("each => getComputedStyle(each).outline")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/account\?id={first}$"))
    expect(page.get_by_role("heading", name="Dates")).to_be_visible()


def test_space_ticks_an_account_and_the_keyboard_stays_where_it_is(fresh_page, desk):
    visit(fresh_page, f"{desk}/?status=expired")
    box = accounts(fresh_page).nth(2).get_by_role("checkbox")
    box.focus()
    fresh_page.keyboard.press("Space")
    expect(box).to_be_checked()
    expect(fresh_page.get_by_text("1 account selected")).to_be_visible()
    settled(fresh_page)
    expect(box).to_be_focused()
    fresh_page.keyboard.press("Space")
    expect(fresh_page.get_by_text("1 account selected")).to_have_count(0)
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


# Ticks.


def test_select_all_ticks_the_whole_page_and_the_bar_below_says_so(fresh_page, desk):
    visit(fresh_page, desk)
    every = fresh_page.get_by_role("checkbox", name="Select all")
    ticked = accounts(fresh_page).get_by_role("checkbox", checked=True)
    bar = fresh_page.locator(".st-key-bulk_bar")
    every.check()
    expect(ticked).to_have_count(25)
    expect(bar.get_by_text("25 accounts selected")).to_be_visible()
    accounts(fresh_page).nth(3).get_by_role("checkbox").uncheck()
    expect(bar.get_by_text("24 accounts selected")).to_be_visible()
    expect(every).not_to_be_checked()
    assert every.evaluate("box => box.indeterminate")
    every.check()
    expect(bar.get_by_text("25 accounts selected")).to_be_visible()
    every.uncheck()
    expect(bar.get_by_text("selected")).to_have_count(0)
    expect(ticked).to_have_count(0)


def test_the_boxes_and_the_bar_agree_when_a_filter_comes_and_goes(fresh_page, desk):
    visit(fresh_page, f"{desk}/?status=expired")
    said = fresh_page.locator(".st-key-bulk_bar").get_by_text("account selected")
    boxes = accounts(fresh_page).get_by_role("checkbox", checked=True)
    tick(fresh_page, row=1)
    expect(said).to_be_visible()
    choose(fresh_page, "in 30 days")
    expect(fresh_page).to_have_url(re.compile("within=30"))
    settled(fresh_page)
    expect(said).to_have_count(0)
    expect(boxes).to_have_count(0)
    choose(fresh_page, "expired")
    expect(fresh_page).to_have_url(re.compile("status=expired"))
    settled(fresh_page)
    fresh_page.evaluate(TWO_FRAMES)
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


# Ahead of Streamlit.


def test_a_filter_shows_its_rows_before_streamlit_has_said_anything(fresh_page, desk, held):
    visit(fresh_page, desk)
    meant = meant_by(fresh_page, desk, "within=30")
    assert listed(fresh_page) != meant
    held.holding = True
    choose(fresh_page, "in 30 days")
    show(fresh_page, meant)
    expect(fresh_page.get_by_text("expires within 30 days")).to_have_count(0)
    expect(fresh_page).not_to_have_url(re.compile("within"))
    held.let_go()
    expect(fresh_page.get_by_text("expires within 30 days")).to_be_visible()
    expect(fresh_page).to_have_url(re.compile("within=30"))
    settled(fresh_page)
    assert listed(fresh_page) == meant


@pytest.mark.parametrize(
    ("ask", "query"),
    [
        (lambda page: heading(page, "value").get_by_role("button").click(), "sort=-value"),
        (lambda page: page.get_by_role("button", name="Last page").click(), "page=last"),
    ],
    ids=["a heading", "the last page"],
)
def test_an_order_and_a_page_show_before_streamlit_has_said_anything(
    fresh_page, desk, held, ask, query
):
    visit(fresh_page, desk)
    held.holding = True
    before = listed(fresh_page)
    with fresh_page.expect_response(ROWS) as answer:
        ask(fresh_page)
    assert query in answer.value.url
    meant = [row["id"] for row in answer.value.json()["rows"]]
    assert meant != before
    show(fresh_page, meant)
    held.let_go()
    expect(fresh_page).to_have_url(re.compile(query))
    settled(fresh_page)
    assert listed(fresh_page) == meant


def test_what_is_searched_for_shows_before_streamlit_has_said_anything(fresh_page, desk, held):
    visit(fresh_page, desk)
    meant = meant_by(fresh_page, desk, "q=gmbh")
    held.holding = True
    search = fresh_page.get_by_placeholder("Name, shop, e-mail or id")
    search.fill("gmbh")
    search.press("Enter")
    show(fresh_page, meant)
    expect(fresh_page).not_to_have_url(re.compile("q=gmbh"))
    assert all("gmbh" in name.casefold() for name in texts(fresh_page, "seller"))
    held.let_go()
    expect(fresh_page).to_have_url(re.compile("q=gmbh"))
    settled(fresh_page)
    assert listed(fresh_page) == meant


def test_what_is_ticked_in_rows_that_came_ahead_stays_ticked(fresh_page, desk, held):
    visit(fresh_page, desk)
    meant = meant_by(fresh_page, desk, "within=30")
    held.holding = True
    choose(fresh_page, "in 30 days")
    show(fresh_page, meant)
    tick(fresh_page, row=1)
    # As long as the browser hears nothing, it says with the tick that it shows all accounts.
    settled(fresh_page)
    held.let_go()
    expect(fresh_page.get_by_text("1 account selected")).to_be_visible()
    expect(fresh_page.get_by_text("expires within 30 days")).to_be_visible()
    assert fresh_page.url.endswith("/?within=30") and listed(fresh_page) == meant
    expect(accounts(fresh_page).nth(1).get_by_role("checkbox")).to_be_checked()


def test_a_heading_orders_what_a_click_before_it_asked_for(fresh_page, desk, held):
    visit(fresh_page, desk)
    held.holding = True
    choose(fresh_page, "in 30 days")
    show(fresh_page, meant_by(fresh_page, desk, "within=30"))
    heading(fresh_page, "seller").get_by_role("button").click()
    held.let_go()
    expect(fresh_page).to_have_url(re.compile("within=30&sort=name$"))
    settled(fresh_page)
    assert listed(fresh_page) == meant_by(fresh_page, desk, "within=30&sort=name")


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
    choose(fresh_page, "in 30 days")
    show(fresh_page, meant_by(fresh_page, desk, "within=30"))
    expect(fresh_page.get_by_text("expires within 30 days")).to_be_visible()
    assert [url.partition("?")[2].partition("&")[0] for url in asked] == ["within=30"]
    assert broken == []


class Late:
    """The answer of /account-rows to one query, which comes when it is let go."""

    def __init__(self, page: Page, query: str) -> None:
        self._page = page
        self._routes: list[Route] = []
        page.route(re.compile(rf"/account-rows\?{query}"), lambda route: self._routes.append(route))

    def let_go(self) -> None:
        """Answers, and waits until the tab has drawn whatever it makes of it."""
        (route,) = self._routes
        with self._page.expect_response(route.request.url) as answer:
            route.continue_()
        assert answer.value.finished() is None
        self._page.evaluate(TWO_FRAMES)


def test_rows_ahead_that_come_after_streamlits_change_nothing(fresh_page, desk):
    late = Late(fresh_page, "within=30")
    visit(fresh_page, desk)
    choose(fresh_page, "in 30 days")
    expect(fresh_page).to_have_url(re.compile("within=30"))
    settled(fresh_page)
    choose(fresh_page, "expired")
    expect(fresh_page).to_have_url(re.compile("status=expired"))
    settled(fresh_page)
    meant = meant_by(fresh_page, desk, "status=expired")
    assert meant != meant_by(fresh_page, desk, "within=30")
    late.let_go()
    assert listed(fresh_page) == meant


def test_rows_ahead_that_come_after_the_back_button_change_nothing(fresh_page, desk):
    late = Late(fresh_page, "within=30")
    visit(fresh_page, desk)
    before = listed(fresh_page)
    assert before != meant_by(fresh_page, desk, "within=30")
    choose(fresh_page, "in 30 days")
    expect(fresh_page).to_have_url(re.compile("within=30"))
    settled(fresh_page)
    fresh_page.go_back()
    show(fresh_page, before)
    settled(fresh_page)
    late.let_go()
    assert listed(fresh_page) == before


def test_rows_ahead_of_an_earlier_click_change_nothing_after_a_later_one(fresh_page, desk, held):
    late = Late(fresh_page, "within=30")
    visit(fresh_page, desk)
    meant = meant_by(fresh_page, desk, "status=expired")
    assert meant != meant_by(fresh_page, desk, "within=30")
    held.holding = True
    choose(fresh_page, "in 30 days")
    choose(fresh_page, "expired")
    show(fresh_page, meant)
    late.let_go()
    assert listed(fresh_page) == meant
    held.let_go()
    expect(fresh_page).to_have_url(re.compile("status=expired"))
    settled(fresh_page)
    assert listed(fresh_page) == meant


# In any light and any room.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_all_on_the_list(fresh_page, desk, scheme):
    fresh_page.emulate_media(color_scheme=scheme)
    visit(fresh_page, f"{desk}/?sort=name")
    expect(fresh_page.locator(".stApp")).to_have_css("color-scheme", scheme)
    tick(fresh_page)
    expect(fresh_page.get_by_text("1 account selected")).to_be_visible()
    in_column(fresh_page, "seller").nth(2).hover()
    for left in (0, 10_000):
        fresh_page.locator(TABLE).evaluate("(table, left) => { table.scrollLeft = left }", left)
        found = Axe().run(fresh_page, context={"include": [[TABLE]]}).response
        assert found["passes"]
        assert [
            f"{violation['id']}: {node['html'][:200]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ] == []


def test_on_a_phone_the_table_scrolls_sideways_and_nothing_else_does(fresh_page, desk):
    fresh_page.set_viewport_size(PHONE)
    visit(fresh_page, desk)
    assert fresh_page.evaluate(SCROLLS) == ["account-rows"]
    assert fresh_page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    accounts(fresh_page).first.scroll_into_view_if_needed()
    last = in_column(fresh_page, "why").first
    expect(last).not_to_be_in_viewport()
    accounts(fresh_page).first.hover()
    fresh_page.mouse.wheel(3_000, 0)
    expect(last).to_be_in_viewport()
    # What is ticked is seen wherever one reads.
    box = accounts(fresh_page).first.get_by_role("checkbox").bounding_box()
    assert 0 <= box["x"] < 60
    assert fresh_page.get_by_test_id("stMain").evaluate("main => main.scrollLeft") == 0


def test_a_phone_opens_an_account_from_its_row(fresh_page, desk):
    fresh_page.set_viewport_size(PHONE)
    visit(fresh_page, f"{desk}/?status=expired")
    first = listed(fresh_page)[0]
    press(fresh_page, "open")
    expect(fresh_page).to_have_url(re.compile(rf"/account\?id={first}$"))


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
@pytest.mark.parametrize("larger", ["the window", "the letters"])
def test_nothing_in_the_list_is_cut_off_unsaid_where_letters_are_twice_as_large(
    browser, desk, locale, larger
):
    context = browser.new_context(
        locale=locale, timezone_id="Europe/Berlin", viewport={"width": 720, "height": 450}
    )
    page = context.new_page()
    for query in ("", "?sort=name", "?sort=-value", "?status=refused"):
        page.goto(f"{desk}/{query}")
        settled(page)
        cell = in_column(page, "status").first
        expect(cell).to_be_visible()
        if larger == "the letters":
            before = cell.bounding_box()["width"]
            page.add_style_tag(content="html { font-size: 32px !important }")
            assert cell.bounding_box()["width"] > before * 1.8
        assert cut_off_without_a_title(page) == []
    context.close()
