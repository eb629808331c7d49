"""One click ends the reminders of one account (RFC 8058), one click starts them again."""

import pytest
from sqlalchemy import delete

from data_access import schema
from data_access.database import writing
from data_access.settings import settings
from data_access.unsubscribe import opted_out, set_by_agent, unsubscribe_url
from rules.acts import Act, Actor, NotAllowed, Role
from tests.accounts import an_account, kinds, rows
from tests.renewing import Browser

ANNA = Actor("anna", Role.AGENT)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def account(browser: Browser, database, live_now) -> int:
    return an_account(database, live_now)


@pytest.fixture
def address(account) -> str:
    """The path that stands in the mail."""
    return unsubscribe_url(account).removeprefix(settings().public_url)


def test_opening_the_address_does_nothing_but_ask(browser, database, account, address):
    page = browser.get(address)
    assert page.status_code == 200 and "Möchten Sie keine Erinnerungen mehr?" in page.text
    assert browser.http.head(address).status_code in (200, 405)
    assert opted_out(account, database) is None and kinds(database) == []


@pytest.mark.parametrize(
    "how", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}]
)
def test_a_mail_program_ends_the_reminders_with_one_post_without_being_redirected(
    browser, database, account, address, how
):
    answer = browser.http.post(address, **how)
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert opted_out(account, database).by == "seller"
    assert kinds(database) == ["opted_out"]


def test_doing_it_twice_is_doing_it_once(browser, database, account, address):
    browser.http.post(address, data=ONE_CLICK)
    browser.http.post(address, data=ONE_CLICK)
    assert kinds(database) == ["opted_out"]


def test_the_same_page_takes_it_back(browser, database, account, address):
    browser.http.post(address, data={"reminders": "off"})
    assert 'value="on"' in browser.get(address).text
    page = browser.http.post(address, data={"reminders": "on"})
    assert "Sie erhalten wieder Erinnerungen" in page.text
    assert opted_out(account, database) is None
    assert kinds(database) == ["opted_out", "opted_in"]


def test_only_this_account_is_meant(browser, database, account, address, live_now):
    other = an_account(database, live_now)
    browser.http.post(address, data=ONE_CLICK)
    assert opted_out(other, database) is None


@pytest.mark.parametrize("language", ["en", "es", "fr", "it", "pl"])
def test_the_page_speaks_the_languages_of_the_renew_page(browser, address, language):
    page = browser.get(f"{address}?lang={language}")
    assert f'<html lang="{language}">' in page.text and "[en:" not in page.text


def test_an_address_that_is_not_ours_changes_nothing(browser, database, account, address):
    for bad in (
        address[:-1],
        f"/unsubscribe/{account}",
        address + "x",
        "/unsubscribe/" + "a" * 999,
    ):
        assert browser.http.post(bad, data=ONE_CLICK).status_code == 404
    assert kinds(database) == []


def test_a_renew_link_is_no_such_address(browser, account):
    token = browser.link(account).removeprefix("/renew/")
    assert browser.http.post(f"/unsubscribe/{token}", data=ONE_CLICK).status_code == 404


def test_a_gone_account_looks_like_an_address_that_is_not_ours(browser, database, account, address):
    with writing(database) as connection:
        connection.execute(delete(schema.sync_profile))
        connection.execute(delete(schema.authorization))
    assert browser.http.post(address, data=ONE_CLICK).status_code == 404


def test_what_a_seller_is_called_cannot_become_markup(browser, address):
    page = browser.get(address).text
    assert "&lt;GmbH&gt;" in page and "<GmbH>" not in page
    assert "noindex" in browser.get(address).headers["x-robots-tag"]


def test_an_agent_does_and_undoes_it_and_the_trail_says_so(browser, database, account, live_now):
    assert set_by_agent(ANNA, [account], False, live_now, database) == [account]
    assert set_by_agent(ANNA, [account], False, live_now, database) == []
    assert set_by_agent(ANNA, [account], True, live_now, database) == [account]
    entries = [(e.act, e.authorization_id) for e in rows(database, schema.audit_entry)]
    assert entries == [(Act.OPT_OUT, account), (Act.OPT_IN, account)]
    assert [e.actor for e in rows(database, schema.event)] == ["anna", "anna"]


def test_a_viewer_may_not(browser, database, account, live_now):
    with pytest.raises(NotAllowed):
        set_by_agent(Actor("vera", Role.VIEWER), [account], False, live_now, database)
    assert opted_out(account, database) is None
