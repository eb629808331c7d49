"""Signing in with a browser: the deep link, what a role may do, and the way out in every tab."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.streamlit_tables import cells
from tests.browser.tabs import settled
from tests.signing_in import LoginDesk, login_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginDesk]:
    """A desk with a login and five sellers."""
    with login_desk(tmp_path_factory.mktemp("login")) as running:
        yield running


@pytest.fixture
def page(fresh_page: Page) -> Page:
    """A tab in which nobody has signed in."""
    return fresh_page


def sign_in(page: Page, who: str) -> None:
    """From the sign-in page through the provider."""
    page.get_by_role("link", name="Sign in").click()
    page.get_by_placeholder("sub").fill(who)
    page.get_by_role("button", name="Authorize").click()


def open_menu(page: Page, who: str) -> None:
    """Who one is, at the end of the menu."""
    page.get_by_role("button", name=re.compile(who)).click()


def test_a_deep_link_is_reached_and_signing_out_ends_every_tab(desk: LoginDesk, page: Page):
    page.goto(f"{desk.url}/account?id=1")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    sign_in(page, "anna")
    expect(page).to_have_url(f"{desk.url}/account?id=1")
    settled(page)
    # The first page of this process: menu and frame are there too.
    expect(page.get_by_role("heading", name="Dates")).to_be_visible()
    expect(page.get_by_role("link", name="Accounts").first).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{desk.url}/account?id=2")
    settled(other)
    kept = page.context.cookies()

    open_menu(page, "anna")
    expect(page.get_by_text("agent: works with the accounts")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    for each in (page, other):
        expect(each).to_have_url(f"{desk.url}/sign-in?left=1")
        expect(each.get_by_text("You are signed out.")).to_be_visible()

    # Somebody who has copied the cookie has nothing.
    page.context.add_cookies([each for each in kept if each["name"] == "desk_session"])
    page.goto(f"{desk.url}/account?id=1")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    expect(page.get_by_role("heading", name="Dates")).to_have_count(0)


def test_a_link_in_a_mail_opens_for_who_is_signed_in(desk: LoginDesk, page: Page):
    page.goto(f"{desk.url}/account?id=1")
    sign_in(page, "anna")
    settled(page)
    (cookie,) = [each for each in page.context.cookies() if each["name"] == "desk_session"]
    assert (cookie["sameSite"], cookie["httpOnly"]) == ("Strict", True)
    page.route(
        "http://mail.example/",
        lambda route: route.fulfill(
            content_type="text/html", body=f'<a href="{desk.url}/account?id=2&amp;q=a%20b">Look</a>'
        ),
    )
    page.goto("http://mail.example/")
    page.get_by_role("link", name="Look").click()
    expect(page).to_have_url(f"{desk.url}/account?id=2&q=a%20b")
    settled(page)
    expect(page.get_by_role("heading", name="Dates")).to_be_visible()


def test_a_viewer_is_told_what_is_not_theirs(desk: LoginDesk, page: Page):
    page.goto(f"{desk.url}/account?id=1")
    sign_in(page, "vera")
    settled(page)
    expect(page.get_by_text("You see everything; agents and admins change it.")).to_be_visible()
    expect(page.get_by_text("Only agents and admins get the renew link.")).to_be_visible()
    expect(page.get_by_role("button", name="I have sent the link")).to_be_disabled()
    expect(page.get_by_text("/renew/")).to_have_count(0)


def test_who_sent_which_link_to_whom_is_two_clicks_away(
    desk: LoginDesk, page: Page, colleague: Page
):
    colleague.goto(f"{desk.url}/account?id=3")
    sign_in(colleague, "anna")
    settled(colleague)
    seller = colleague.get_by_role("heading", level=1).inner_text()
    colleague.get_by_role("button", name="I have sent the link").click()
    expect(colleague.get_by_text("Link sent").first).to_be_visible()

    page.goto(desk.url)
    sign_in(page, "boss")
    settled(page)
    page.get_by_role("link", name="Audit trail").click()  # The first click.
    settled(page)
    page.get_by_role("textbox", name="Account").click()  # The second one.
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{desk.url}/audit?account=3")
    settled(page)
    when, who, what, whom = (cells(page, column) for column in (1, 2, 4, 7))
    sent = what.index("Sent a message")
    assert (who[sent], whom[sent]) == ("anna@vendor.example", seller)
    assert re.search(r"\d:\d\d:\d\d", when[sent])

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert {line["account"] for line in lines} == {"3"}
    assert ("anna@vendor.example", "send_message") in [
        (line["who"], line["what"]) for line in lines
    ]


def test_an_admin_ends_the_session_of_a_colleague(desk: LoginDesk, page: Page, colleague: Page):
    colleague.goto(f"{desk.url}/account?id=1")
    sign_in(colleague, "otto")
    settled(colleague)
    page.goto(f"{desk.url}/audit")
    sign_in(page, "boss")
    settled(page)
    row = page.locator(".stHorizontalBlock, [data-testid=stHorizontalBlock]").filter(
        has_text="otto@vendor.example"
    )
    row.filter(has_text="since").last.get_by_role("button", name="End session").click()
    expect(colleague).to_have_url(f"{desk.url}/sign-in?left=1")
