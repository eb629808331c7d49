"""The chart of a tab waits for the rows, and the browser says when these are drawn."""

import re

from playwright.sync_api import Page, expect

from tests.browser.tabs import settled, visit

DRAWN = re.compile("/account-rows/drawn/")
CHART = '[data-testid="stPlotlyChart"] .main-svg'


def test_a_browser_says_once_that_it_has_drawn_the_rows(fresh_page: Page, desk: str):
    said = []
    fresh_page.on("request", lambda request: DRAWN.search(request.url) and said.append(request))
    visit(fresh_page, desk)
    expect(fresh_page.locator(CHART).first).to_be_visible()
    fresh_page.get_by_role("radio", name="in 30 days", exact=True).click()
    expect(fresh_page).to_have_url(re.compile("within=30"))
    settled(fresh_page)
    assert [each.method for each in said] == ["POST"]
    assert said[0].response().status == 204


def test_a_browser_that_cannot_say_so_has_its_chart_all_the_same(fresh_page: Page, desk: str):
    fresh_page.route(DRAWN, lambda route: route.abort())
    visit(fresh_page, desk)
    expect(fresh_page.locator(CHART).first).to_be_visible()
