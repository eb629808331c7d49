"""The jobs of a support agent's day in a real browser, with their clicks counted."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.streamlit_tables import ROW, cells
from tests.browser.tabs import PHONE, settled, visit


class Clicks:
    """A hand that counts: every click on the screen goes through it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def on(self, what: Locator) -> None:
        """Clicks something, once it can be clicked."""
        what.click()
        self.count += 1

    def in_table(self, column: int, row: int = 0) -> None:
        """Clicks a cell of the first table; columns are counted from 1, rows from 0."""
        table = self.page.get_by_test_id("stDataFrame").first
        table.scroll_into_view_if_needed()
        cell = table.locator(f'[role=columnheader][aria-colindex="{column}"]')
        expect(cell).to_be_attached()
        box = table.bounding_box()
        self.page.mouse.click(
            box["x"] + self._middle_of(table, column), box["y"] + ROW * (row + 1.5)
        )
        self.count += 1

    @staticmethod
    def _middle_of(table: Locator, column: int) -> float:
        # The canvas has no boxes: the widths are those of pages/parts/today_table.py, after the
        # column of the ticks.
        widths = (34, 150, 120, 80)
        return sum(widths[:column]) + widths[column] / 2


@pytest.fixture
def hand(page: Page) -> Clicks:
    """The agent's hand."""
    return Clicks(page)


@pytest.fixture
def phone(page: Page) -> Iterator[Page]:
    """The tab as that of a phone, which has no pointer."""
    page.set_viewport_size(PHONE)
    fingers = page.context.new_cdp_session(page)
    fingers.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    yield page
    fingers.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    fingers.detach()


SELLER, FOLLOW_UP = 1, 3


def sellers(page: Page) -> list[str]:
    """The sellers of the list, as far as it is drawn."""
    return cells(page, SELLER)


def test_what_is_blocked_and_whom_to_call_first_are_there_at_no_click(page, desk):
    visit(page, f"{desk}/today")
    blocked = page.locator(".st-key-tiles_blocked")
    for label in ("Blocked now", "Blocked days", "Orders waiting ≈", "Money in them ≈"):
        expect(blocked.get_by_text(label)).to_be_visible()
    expect(page.get_by_text(re.compile("Data of demo"))).to_be_visible()
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    # Ten rows with their reasons, without scrolling.
    assert table["y"] + 11 * ROW < 900
    assert len(sellers(page)) >= 10


def test_the_number_to_call_and_the_account_are_there_without_scrolling_the_list(page, desk):
    visit(page, f"{desk}/today")
    headings = page.get_by_test_id("stDataFrame").first.locator("[role=columnheader]")
    expect(page.get_by_role("region", name="Whom to call first")).to_be_visible()
    for name in ("Account", "Phone", "Renew", "Why here", "Days left", "Status", "Owner"):
        expect(headings.get_by_text(name, exact=True)).to_be_attached()


def test_promised_for_a_day_and_hidden_until_then_takes_two_clicks_and_undo_one(page, desk, hand):
    visit(page, f"{desk}/today")
    first, second = sellers(page)[:2]
    hand.in_table(FOLLOW_UP)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(first)).to_be_visible()
    dialog.get_by_label("What was said, or why it waits").fill("Renews next week")
    hand.on(page.locator(".st-key-plan_days").get_by_role("button").last)
    assert hand.count == 2
    expect(dialog).to_have_count(0)
    bar = page.locator(".st-key-undo_bar")
    expect(bar.get_by_text(re.compile(f"{re.escape(first)}: Promised for"))).to_be_visible()
    settled(page)
    assert sellers(page)[0] == second
    hand.on(bar.get_by_role("button", name="Undo"))
    expect(bar.get_by_text("Undone for 1 account.")).to_be_visible()
    settled(page)
    assert sellers(page)[0] == first


def test_an_open_dialog_keeps_what_was_typed_when_a_colleague_acts(page, desk, hand, colleague):
    visit(page, f"{desk}/today")
    hand.in_table(FOLLOW_UP, row=2)
    note = page.get_by_role("dialog").get_by_label("What was said, or why it waits")
    note.press_sequentially("half a sen")
    visit(colleague, f"{desk}/today")
    Clicks(colleague).on(
        colleague.locator("[class*=st-key-take_over_]").first.get_by_role("button")
    )
    expect(colleague.locator(".st-key-undo_bar")).to_be_visible()
    # The first tab follows by itself and counts what changed.
    expect(page.locator(".st-key-colleagues").get_by_text("(you)")).to_be_attached()
    expect(note).to_have_value("half a sen")
    colleague.locator(".st-key-undo_bar").get_by_role("button", name="Undo").click()
    expect(colleague.get_by_text(re.compile("Undone for"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(note).to_have_count(0)


def test_a_colleague_s_accounts_are_taken_over_within_two_clicks(page, desk, hand):
    visit(page, f"{desk}/today")
    hand.on(page.locator("[class*=st-key-take_over_]").first.get_by_role("button"))
    assert hand.count <= 2
    expect(page.locator(".st-key-undo_bar").get_by_text("now held by demo")).to_be_visible()
    # The button listens to its keys from when it is drawn, which may be after the sentence.
    expect(page.locator(".st-key-undo_bar").get_by_role("button", name="Undo")).to_be_visible()
    settled(page).keyboard.press("Alt+Z")
    expect(page.get_by_text(re.compile("Undone for"))).to_be_visible()


def test_expiring_in_8_to_30_days_in_germany_and_not_contacted_takes_three_clicks(page, desk, hand):
    visit(page, desk)
    hand.on(page.get_by_role("radio", name="in 8–30 days"))
    expect(page).to_have_url(re.compile("within=30&beyond=7"))
    settled(page)
    marketplaces = page.get_by_role("combobox", name="Marketplace")
    hand.on(marketplaces)
    marketplaces.press_sequentially("Germany")
    marketplaces.press("Enter")
    expect(page).to_have_url(re.compile("marketplace=DE"))
    marketplaces.press("Escape")
    settled(page)
    hand.on(page.get_by_role("button", name="not contacted"))
    expect(page).to_have_url(re.compile("contacted=no"))
    assert hand.count == 3
    expect(page.get_by_text(re.compile(r"marketplace: DE · not contacted"))).to_be_visible()


def test_the_card_for_the_next_shift_is_copied_with_one_click(page, desk, hand):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, f"{desk}/today")
    card = page.get_by_test_id("stCode").last
    card.hover()
    hand.on(card.get_by_role("button"))
    assert hand.count == 1
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Handover by demo")
    assert "Who holds what: " in copied


def test_a_link_of_the_card_shows_its_group(page, desk):
    visit(page, f"{desk}/today")
    page.locator(".st-key-groups").get_by_role("link", name=re.compile("Renewed")).click()
    expect(page).to_have_url(re.compile(r"show=renewed&since=\d+"))
    settled(page)
    expect(page.get_by_role("heading", name="Renewed")).to_be_visible()
    assert sellers(page)


def test_the_tools_of_the_table_hide_no_choice_on_a_phone(phone, desk):
    visit(phone, f"{desk}/today")
    tools = phone.get_by_test_id("stElementToolbar").first
    expect(tools).to_be_visible()
    choices = phone.locator(".st-key-whose").get_by_role("radio")
    expect(choices).to_have_count(3)
    for choice in choices.all():
        box = choice.bounding_box()
        assert box["y"] + box["height"] <= tools.bounding_box()["y"], choice.inner_text()


@pytest.mark.parametrize("screen", ["", "today", "sync-effect", "workload"])
def test_a_table_ends_above_what_stands_below_it_on_a_phone(phone, desk, screen):
    visit(phone, f"{desk}/{screen}")
    table = phone.locator("[data-testid=stDataFrame], .account-rows").first
    expect(table).to_be_visible()
    below = table.locator(
        "xpath=ancestor::*[@data-testid='stElementContainer']/following-sibling::*"
    )
    box = table.bounding_box()
    assert box["y"] + box["height"] <= below.first.bounding_box()["y"]
