"""Writing to sellers in the browser: each job in no more clicks than an agent has for it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.account_rows import press
from tests.browser.tabs import visit
from tests.mailing import Postbox, mail_settings, postbox
from tests.waiting import wait_until

SENDING = 60_000


@pytest.fixture(scope="module")
def mail() -> Iterator[Postbox]:
    """A mail server."""
    with postbox() as box:
        yield box


@pytest.fixture(scope="module")
def mailing_desk(started_desk, mail) -> str:
    """The address of a desk that sends through it."""
    # Reminders of its own would reach the sellers first.
    return started_desk(**mail_settings(mail, DESK_REMIND_EVERY_MINUTES="0"))


@pytest.fixture
def page(fresh_page: Page) -> Page:
    """A tab without the dialog of another test."""
    return fresh_page


class Clicks:
    """Clicks, and how many they were."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def on(self, selector: str) -> None:
        """One click."""
        self.count += 1
        self.page.locator(selector).first.click(timeout=30_000)

    def on_write(self, row: int) -> None:
        """One click on "Write" in a row of the table."""
        self.count += 1
        press(self.page, "write", row)


def test_a_seller_is_written_to_from_the_row_in_two_clicks(page, mailing_desk, mail):
    visit(page, f"{mailing_desk}/?status=expired")
    clicks, before = Clicks(page), len(mail.got)
    clicks.on_write(0)
    expect(page.get_by_role("dialog").get_by_label("Subject")).to_be_visible(timeout=30_000)
    clicks.on(".st-key-write_send button")
    accepted = page.get_by_role("dialog").get_by_text("has accepted the message")
    expect(accepted).to_be_visible(timeout=30_000)
    assert clicks.count == 2 and len(mail.got) == before + 1
    assert "/renew/" in next(mail.got[-1].iter_parts()).get_content()


def test_forty_sellers_are_written_to_in_four_clicks(page, mailing_desk, mail):
    visit(page, mailing_desk)
    clicks, before = Clicks(page), len(mail.got)
    page.get_by_role("button", name="in 60 days").or_(
        page.get_by_role("radio", name="in 60 days")
    ).first.click()
    clicks.count += 1
    expect(page.get_by_text("expires within 60 days")).to_be_visible(timeout=30_000)
    clicks.on(".st-key-write_all button")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("get a message")).to_be_visible(timeout=30_000)
    clicks.on(".st-key-write_many_send button")
    expect(dialog.get_by_text("✔ sent").first).to_be_visible(timeout=SENDING)
    wait_until(lambda: len(mail.got) - before >= 20)
    assert clicks.count <= 4
    assert len(set(mail.ids)) == len(mail.ids)
