"""What holds of one screen after the other: for screen readers, on a phone, enlarged, in German."""

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import SERIOUS, violations
from tests.browser.tabs import PHONE, settled, visit


@pytest.mark.parametrize("place", ["", "account?id=3", "sync-effect", "workload", "data"])
def test_axe_finds_no_serious_violation_and_nothing_is_fetched_from_elsewhere(
    fresh_page, desk, place
):
    asked: list[str] = []
    fresh_page.on("request", lambda request: asked.append(request.url))
    visit(fresh_page, f"{desk}/{place}")
    serious = []
    for scheme in ("light", "dark"):
        fresh_page.emulate_media(color_scheme=scheme)
        expect(fresh_page.locator(".stApp")).to_have_css("color-scheme", scheme)
        settled(fresh_page)
        found = violations(fresh_page, "[data-testid=stMain]", SERIOUS)
        serious += [f"{scheme}, {each}" for each in found]
    assert serious == []
    assert [url for url in asked if not url.startswith((desk, "data:", "blob:", "ws://127."))] == []


@pytest.mark.parametrize("place", ["", "workload"])
def test_it_fits_a_phone(fresh_page, desk, place):
    fresh_page.set_viewport_size(PHONE)
    visit(fresh_page, f"{desk}/{place}")
    width = fresh_page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= PHONE["width"]


@pytest.mark.parametrize("place", ["", "today", "sync-effect"])
def test_no_choice_lies_beyond_the_edge_of_a_phone(fresh_page, desk, place):
    fresh_page.set_viewport_size(PHONE)
    visit(fresh_page, f"{desk}/{place}")
    groups = fresh_page.get_by_test_id("stButtonGroup")
    expect(groups.first).to_be_visible()
    for choice in groups.get_by_role("radio").all() + groups.get_by_role("button").all():
        box = choice.bounding_box()
        assert box["x"] + box["width"] <= PHONE["width"], choice.inner_text()


def test_nothing_about_a_seller_is_cut_off_where_letters_are_twice_as_large(fresh_page, desk):
    fresh_page.set_viewport_size({"width": 720, "height": 450})
    visit(fresh_page, f"{desk}/account?id=5")
    tables = fresh_page.get_by_test_id("stTable").filter(
        has_not=fresh_page.get_by_role("columnheader")
    )
    expect(tables).to_have_count(3)
    for table in tables.all():
        room, inside = table.bounding_box(), table.get_by_role("table").bounding_box()
        assert inside["width"] <= room["width"], table.inner_text()


def test_german_browsers_see_german(browser, desk):
    with browser.new_context(locale="de-DE", timezone_id="Europe/Berlin") as context:
        page = visit(context.new_page(), desk)
        expect(page.get_by_role("link", name="Abgelaufen")).to_be_visible()
        expect(page.get_by_text("[en:")).to_have_count(0)
