"""Monday: the month is planned, and the month behind is reported; clicks are counted."""

import re

from playwright.sync_api import expect

from tests.browser.account_rows import shown
from tests.browser.tabs import settled, visit
from tests.browser.timeline import click_highest_bar


def test_the_load_is_seen_at_once_and_one_click_on_a_bar_opens_its_list(page, desk):
    visit(page, f"{desk}/workload")
    highest = page.get_by_test_id("stMetric").filter(has_text="Highest week")
    expected = int(highest.get_by_test_id("stMetricValue").text_content().split(" ")[0])
    click_highest_bar(page)
    settled(page)
    expect(page.get_by_text(re.compile("expires from"))).to_be_visible()
    assert shown(page) == expected


def test_one_click_reports_prevention_with_its_definition(page, desk):
    visit(page, desk)
    page.get_by_role("link", name="Workload").click()
    expect(page.get_by_text(re.compile("^Renewed before expiry, [A-Z]"))).to_be_visible()
    expect(page.get_by_text("Blocked days", exact=True).first).to_be_visible()
    expect(page.get_by_text(re.compile("^Share of the expiries due in"))).to_be_visible()


def test_a_cliff_or_an_invitation_leads_to_its_accounts(page, desk):
    visit(page, f"{desk}/workload")
    expect(page.get_by_text(re.compile("times a usual day")).first).to_be_visible()
    page.get_by_role("link", name="Open the list").first.click()
    expect(page).to_have_url(re.compile(r"from=(\d{4}-\d\d-\d\d)&to=\1"))
    expect(page.get_by_text(re.compile("expires from"))).to_be_visible()
