"""What holds of one screen after the other: for screen readers, on a phone, enlarged, in German."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import SERIOUS, violations
from tests.browser.tabs import PHONE, settled, visit

PLACES = ("", "account?id=3", "sync-effect", "workload", "data")


@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_no_serious_violation(page, desk, place):
    visit(page, f"{desk}/{place}")
    serious = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(".stApp")).to_have_css("color-scheme", scheme)
        settled(page)
        found = violations(page, "[data-testid=stMain]", SERIOUS)
        serious += [f"{scheme}, {each}" for each in found]
    assert serious == []


def test_nothing_is_fetched_from_elsewhere(fresh_page, desk):
    asked: list[str] = []
    fresh_page.on("request", lambda request: asked.append(request.url))
    for place in PLACES:
        visit(fresh_page, f"{desk}/{place}")
    assert any(url.startswith(f"{desk}/static/") for url in asked)
    assert [url for url in asked if not url.startswith((desk, "data:", "blob:", "ws://127."))] == []


@pytest.mark.parametrize("place", ["", "workload"])
def test_it_fits_a_phone(page, desk, place):
    page.set_viewport_size(PHONE)
    visit(page, f"{desk}/{place}")
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= PHONE["width"]


@pytest.mark.parametrize("place", ["", "today", "sync-effect"])
def test_no_choice_lies_beyond_the_edge_of_a_phone(page, desk, place):
    page.set_viewport_size(PHONE)
    visit(page, f"{desk}/{place}")
    groups = page.get_by_test_id("stButtonGroup")
    expect(groups.first).to_be_visible()
    for choice in groups.get_by_role("radio").all() + groups.get_by_role("button").all():
        box = choice.bounding_box()
        assert box["x"] + box["width"] <= PHONE["width"], choice.inner_text()


@pytest.mark.parametrize(
    "place", ["account?id=3", "today", "workload", "messages", "data", "audit", "sync-effect"]
)
def test_headings_begin_with_the_name_of_the_screen_and_skip_no_level(page, desk, place):
    visit(page, f"{desk}/{place}")
    found = page.get_by_test_id("stMain").get_by_role("heading")
    expect(found.first).to_be_visible()
    levels = found.evaluate_all("all => all.map(each => Number(each.tagName[1]))")
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_an_account_has_what_a_call_needs_in_sight_at_a_desktop(page, desk):
    visit(page, f"{desk}/account?id=3")
    for needed in (
        page.get_by_role("heading", level=1),
        page.get_by_text("Orders: not blocked"),
        page.get_by_role("link", name="Open the renew page"),
        page.get_by_role("button", name="Write to the seller, or call"),
        page.get_by_text("Speaks German."),
        page.get_by_role("button", name="Note, promise, snooze"),
    ):
        expect(needed).to_be_in_viewport(ratio=1)


def test_on_a_phone_the_link_and_the_owner_come_before_what_is_seldom_needed(page, desk):
    page.set_viewport_size(PHONE)
    visit(page, f"{desk}/account?id=3")
    order = page.get_by_test_id("stMain").get_by_role("heading").all_inner_texts()
    first = ["Dates", "Sync", "Renew", "Casework"]
    assert [each for each in order if each in (*first, "Messages", "History", "Seller")] == [
        *first,
        "Messages",
        "History",
        "Seller",
    ]


def test_the_figures_of_prevention_fit_a_phone_and_stand_right(page, desk):
    page.set_viewport_size(PHONE)
    visit(page, f"{desk}/workload")
    table = page.locator(".st-key-figures_prevention").get_by_test_id("stTable")
    room, inside = table.bounding_box(), table.get_by_role("table").bounding_box()
    assert inside["width"] <= room["width"]
    expect(table.get_by_role("cell").last).to_have_css("text-align", "right")


def test_nothing_about_a_seller_is_cut_off_where_letters_are_twice_as_large(page, desk):
    page.set_viewport_size({"width": 720, "height": 450})
    visit(page, f"{desk}/account?id=5")
    tables = page.get_by_test_id("stTable").filter(has_not=page.get_by_role("columnheader"))
    expect(tables).to_have_count(3)
    for table in tables.all():
        room, inside = table.bounding_box(), table.get_by_role("table").bounding_box()
        assert inside["width"] <= room["width"], table.inner_text()


def test_german_browsers_see_german(german, desk):
    visit(german, desk)
    expect(german.get_by_role("link", name="Abgelaufen")).to_be_visible()
    expect(german.get_by_text("[en:")).to_have_count(0)
