"""What an agent does while a seller is on the line, or has just hung up; clicks are counted."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect
from sqlalchemy import select

from data_access import schema
from data_access.database import make_engine, reading, writing
from data_access.incidents import Kind, close, report
from tests.browser.account_rows import press, shown
from tests.browser.tabs import settled, visit


def an_expired_account(page: Page, desk: str) -> None:
    """Opens the most urgent expired account as from its row."""
    visit(page, f"{desk}/?status=expired")
    press(page, "open")
    expect(page.get_by_role("heading", name="Dates")).to_be_visible()
    settled(page)


def test_the_caller_is_found_by_part_of_an_id_with_one_click_and_typing(page, desk):
    visit(page, desk)
    page.get_by_placeholder("Name, shop, e-mail or id").click()
    page.keyboard.type("d000000")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=d000000"))
    settled(page)
    assert 0 < shown(page) < 30


def test_what_is_broken_since_when_and_until_when_is_there_at_no_click(page, desk):
    an_expired_account(page, desk)
    expect(page.get_by_text(re.compile(r"blocked since .*20\d\d")).first).to_be_visible()
    for job in ("Prices", "Stock", "Orders"):
        expect(page.get_by_text(re.compile(rf"✖ {job}")).first).to_be_visible()
    expect(page.get_by_text("If it is renewed now").first).to_be_visible()


def test_nobody_renews_until_a_day_takes_two_clicks(page, desk):
    visit(page, f"{desk}/sync-effect")
    page.get_by_role("radio", name="All today").click()  # The first click.
    expect(page).to_have_url(re.compile("scenario="))
    settled(page)
    slider = page.get_by_role("slider")
    box = slider.locator("xpath=ancestor::*[@data-testid='stSlider']").bounding_box()
    # The second one, on the day.
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] * 0.62)
    expect(page).to_have_url(re.compile(r"until=20\d\d-\d\d-\d\d"))
    until = re.search(r"until=(\d{4}-\d\d-\d\d)", page.url)[1]
    assert slider.get_attribute("aria-valuetext") in (until, None)
    expect(page.get_by_text(re.compile("^Estimated until"))).to_be_visible()


def test_the_written_account_of_a_lapse_is_one_click_from_its_account(page, desk, sellers_of_today):
    with reading(make_engine(f"sqlite:///{sellers_of_today}")) as connection:
        account = connection.scalar(select(schema.lapse.c.authorization_id))
    visit(page, f"{desk}/account?id={account}")
    seller = page.get_by_role("heading", level=1).inner_text()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Report").first.click()
    expect(opened.value.get_by_text(seller).first).to_be_visible()
    opened.value.close()


def test_a_storm_is_told_from_one_sellers_trouble_at_no_click(page, desk, desk_database):
    visit(page, f"{desk}/account?id=1")
    token_database = make_engine(desk_database)
    since = datetime.now(UTC)
    with writing(token_database) as connection:
        report(connection, Kind.MANY_REFUSALS, since, accounts=212)
    here = since.astimezone(ZoneInfo("Europe/Berlin"))
    said = re.compile(rf"212 accounts were refused at once since .*{here:%H:%M} CES?T")
    expect(page.get_by_text(said)).to_be_visible()
    with writing(token_database) as connection:
        close(connection, Kind.MANY_REFUSALS, datetime.now(UTC))
    expect(page.get_by_text(said)).to_have_count(0)
    token_database.dispose()
