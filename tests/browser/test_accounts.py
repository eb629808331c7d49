"""The Accounts screen in a real browser, as an agent uses it."""

import csv
import io
import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from pages.parts.account_rows import ASSETS
from tests.browser.account_rows import (
    choose_preset,
    heading,
    in_column,
    meant_by,
    press,
    shown,
    texts,
    wait_until_listed,
)
from tests.browser.tabs import settled, visit
from tests.browser.timeline import brush_the_middle, click_highest_bar
from web import early_scripts


def test_a_counter_leads_to_its_accounts(page, desk):
    visit(page, desk)
    counters = page.locator(".st-key-tiles_counters")
    expected = int(counters.get_by_test_id("stMetricValue").first.text_content())
    counters.get_by_role("link", name="Expired").click()
    expect(page).to_have_url(re.compile(r"status=expired"))
    expect(page.get_by_text(re.compile(rf"^{expected} accounts — status: expired"))).to_be_visible()
    settled(page)
    assert set(texts(page, "status")) == {"✖ Expired"}


def test_the_page_names_every_script_that_its_rows_are_drawn_with(fresh_page, desk):
    visit(fresh_page, desk)
    fetched = fresh_page.evaluate('performance.getEntriesByType("resource").map(each => each.name)')
    assert [url for url in fetched if not url.startswith(desk)] == []
    names = {url.rpartition("/")[2] for url in fetched if url.endswith(".js")}
    folder = early_scripts.assets_folder() / "js"
    of_chart = set(early_scripts._needed(folder, ["PlotlyChart"]))
    # The desk's own: those of the first rows, of the picture of the chart, which comes behind
    # these, and of the table, whose address only its component knows.
    own = {each.name for each in ASSETS.glob("*.js")}
    assert {name for name in names if name not in early_scripts.page()} == own | {
        name for name in of_chart & names if name not in early_scripts.page()
    }


def test_the_back_button_goes_back_a_click_at_a_time(page, desk):
    visit(page, desk)
    for preset, query in (("in 30 days", "within=30"), ("in 7 days", "within=7")):
        choose_preset(page, preset)
        expect(page).to_have_url(re.compile(f"{query}$"))
        settled(page)
    page.go_back()
    # The browser changes the address before Streamlit has heard of it.
    wait_until_listed(page, meant_by(page, desk, "within=30"))
    expect(page).to_have_url(re.compile("within=30$"))


def test_a_pasted_link_shows_the_same_list_in_another_browser(page, desk, colleague):
    visit(page, desk)
    search = page.get_by_placeholder("Name, shop, e-mail or id")
    search.fill("gmbh")
    search.press("Enter")
    expect(page).to_have_url(re.compile("q=gmbh"))
    settled(page)
    choose_preset(page, "in 90 days")
    expect(page).to_have_url(re.compile("within=90"))
    settled(page)
    here = texts(page, "seller")
    assert here
    assert all("gmbh" in name.casefold() for name in here)
    assert texts(visit(colleague, page.url), "seller")[: len(here)] == here


def test_the_back_button_brings_the_filter_before_back(page, desk):
    visit(page, desk)
    everyone = shown(page)
    choose_preset(page, "expired")
    expect(page).to_have_url(re.compile("status=expired"))
    settled(page)
    page.go_back()
    expect(page.get_by_text(re.compile(rf"^{everyone} accounts — all"))).to_be_visible()


@pytest.mark.parametrize("choose", [click_highest_bar, brush_the_middle])
def test_choosing_bars_filters_to_their_days(page, desk, choose):
    visit(page, desk)
    choose(page)
    expect(page.get_by_text(re.compile("expires from"))).to_be_visible()
    assert 0 < shown(page) < 300


def test_paging_goes_on_and_back(page, desk):
    visit(page, f"{desk}/?sort=name")
    first = texts(page, "seller")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("26–50 of 300")).to_be_visible()
    expect(page).to_have_url(re.compile("page="))
    settled(page)
    assert texts(page, "seller") != first
    page.get_by_role("button", name="Previous").click()
    expect(page.get_by_text("1–25 of 300")).to_be_visible()
    settled(page)
    assert texts(page, "seller") == first


def test_what_is_behind_more_filters_narrows_the_list_and_stays_open(page, desk):
    visit(page, desk)
    everyone = shown(page)
    page.get_by_role("button", name="More filters").click()
    page.get_by_role("button", name="FE", exact=True).click()
    expect(page).to_have_url(re.compile("region=FE"))
    settled(page)
    assert 0 < shown(page) < everyone
    page.get_by_role("button", name="NA", exact=True).click()
    expect(page).to_have_url(re.compile("region=FE&region=NA"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="NA", exact=True)).to_have_count(0)
    settled(page)
    assert 0 < shown(page) < everyone


def test_a_view_is_saved_from_the_list_and_brings_its_filter_back(page, desk):
    visit(page, f"{desk}/?status=refused")
    page.get_by_role("button", name="Views").click()
    name = page.get_by_label("Name for what is shown now")
    name.fill("All refused")
    name.press("Enter")
    page.get_by_role("button", name="Save for everybody").click()
    view = page.get_by_role("link", name="All refused")
    expect(view).to_be_visible()
    page.keyboard.press("Escape")
    expect(view).to_have_count(0)
    visit(page, desk)
    page.get_by_role("button", name="Views").click()
    view.click()
    expect(page).to_have_url(re.compile("status=refused"))


def test_a_click_on_a_heading_orders_all_accounts_and_another_click_turns_it_round(page, desk):
    visit(page, desk)
    for order, said in (("name", "ascending"), ("-name", "descending")):
        before = texts(page, "seller")[0]
        heading(page, "seller").get_by_role("button").click()
        expect(page).to_have_url(re.compile(rf"sort={order}$"))
        expect(heading(page, "seller")).to_have_attribute("aria-sort", said)
        expect(in_column(page, "seller").first).not_to_have_text(before)
        settled(page)


def test_the_renew_link_of_a_row_opens_its_renew_page(page, desk):
    visit(page, f"{desk}/?status=expired")
    seller = texts(page, "seller")[0]
    with page.context.expect_page() as opened:
        press(page, "renew")
    renew = opened.value
    renew.wait_for_load_state()
    assert "/renew/" in renew.url
    expect(renew.get_by_text(seller).first).to_be_visible()
    renew.close()


def test_an_export_holds_exactly_the_list_with_formulas_defused(page, desk):
    visit(page, f"{desk}/?q=HYPERLINK")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(rows) == shown(page)
    assert rows[0]["seller"].startswith("'=HYPERLINK")
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    path = download.value.path().rename(download.value.path().with_suffix(".xlsx"))
    sheet = load_workbook(path).active
    names = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, names.index("seller") + 1)
    assert cell.data_type == "s"
    assert cell.value.startswith("=HYPERLINK")


def test_the_start_page_has_its_address_too(fresh_page, desk):
    visit(fresh_page, f"{desk}/accounts?status=expired")
    expect(fresh_page.get_by_text(re.compile("accounts — status: expired"))).to_be_visible()
    expect(fresh_page.get_by_role("dialog")).to_have_count(0)


def test_an_account_opens_from_its_own_address_and_leads_back(page, desk):
    visit(page, f"{desk}/account?id=7")
    expect(page.get_by_role("heading", name="Dates")).to_be_visible()
    page.get_by_role("link", name="All accounts").click()
    expect(page.get_by_text(re.compile("^300 accounts"))).to_be_visible()
