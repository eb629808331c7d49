"""Open tabs stay true, and trouble of all is said above every screen."""

from datetime import timedelta

import pytest
import streamlit as st
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from data_access import demo
from data_access.database import writing
from data_access.funnel import Step, of_account
from data_access.incidents import Kind, close, report
from data_access.news import DRAWN, KNOWN, TRUE_FOR, is_true, news_since
from data_access.schema import event
from pages.parts.places import PAGES
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import open_page


@pytest.fixture
def one_account(empty_desk):
    """A desk with one account."""
    demo.fill(1, 4, NOW, of=empty_desk)
    return empty_desk


def renew(engine, agent: str) -> None:
    """Writes the event of a renewal."""
    happen(engine, "granted", agent)


def happen(engine, kind: str, actor: str = "") -> None:
    """Writes an event of the account."""
    with writing(engine) as connection:
        connection.execute(insert(event).values(at=NOW, kind=kind, authorization_id=1, actor=actor))


def frame() -> AppTest:
    """The frame with its start page, as a browser opens it."""
    page = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    assert not page.exception, page.exception
    return page


def test_news_are_what_came_after_the_version_one_knows(one_account):
    known = news_since(None, one_account)
    assert news_since(known.version, one_account).renewals == ()
    renew(one_account, "maria")
    news = news_since(known.version, one_account)
    assert [(r.account_id, r.agent) for r in news.renewals] == [(1, "maria")]
    assert news_since(news.version, one_account).renewals == ()


@pytest.mark.parametrize(
    "kind",
    ["granted", "verified", "calls_fail", "refused", "works_again", "removed", "changed"],
)
def test_what_changes_a_screen_is_another_version(one_account, kind):
    known = news_since(None, one_account).version
    happen(one_account, kind)
    assert news_since(known, one_account).version != known


def test_an_export_changes_no_screen_and_hides_nothing_that_comes_after_it(one_account):
    known = news_since(None, one_account).version
    happen(one_account, "exported")
    assert news_since(known, one_account).version == known
    renew(one_account, "maria")
    happen(one_account, "exported")
    assert [each.agent for each in news_since(known, one_account).renewals] == ["maria"]


def test_an_incident_that_opens_or_closes_is_another_version(one_account):
    versions = [news_since(None, one_account).version]
    for change in (report, report, close):
        with writing(one_account) as connection:
            change(connection, Kind.MANY_REFUSALS, NOW)
        versions.append(news_since(versions[-1], one_account).version)
    before, opened, seen_again, closed = versions
    assert opened == seen_again and len({before, opened, closed}) == 3


def test_an_open_tab_draws_itself_anew_when_an_incident_opens(one_account):
    page = frame()
    known = page.session_state["news_version"]
    with writing(one_account) as connection:
        report(connection, Kind.MANY_REFUSALS, NOW, accounts=120)
    page.run()
    assert page.session_state["news_version"] != known and page.error


def test_the_agent_whose_link_was_used_is_told(one_account):
    page = frame()
    renew(one_account, "demo")
    page.run()
    assert "has renewed with your link" in page.toast[0].value


def test_a_colleague_is_not(one_account):
    page = frame()
    renew(one_account, "somebody else")
    page.run()
    assert not page.toast


def test_an_incident_is_one_banner_until_it_is_over(one_account):
    with writing(one_account) as connection:
        report(connection, Kind.MANY_REFUSALS, NOW, accounts=120)
    page = frame()
    assert "120 accounts were refused at once" in page.error[0].value
    with writing(one_account) as connection:
        close(connection, Kind.MANY_REFUSALS, NOW)
    page.run()
    assert not page.error


@pytest.mark.parametrize(("days", "kind"), [(60, "none"), (150, "warning"), (181, "error")])
def test_our_own_secret_has_a_clock(one_account, at_desk, days, kind):
    at_desk.setenv("DESK_CLIENT_SECRET_SET_ON", f"{NOW - timedelta(days=days):%Y-%m-%d}")
    forget()
    page = frame()
    said = [each.value for each in (*page.error, *page.warning) if "client secret" in each.value]
    assert bool(said) is (kind != "none")
    assert any("expired on" in text for text in said) is (kind == "error")


def test_sending_the_link_is_noted_with_its_agent(one_account):
    page = open_page("account", id="1")
    page.button(key="sent").click().run()
    with writing(one_account) as connection:
        assert [(s["step"], s["agent"]) for s in of_account(connection, 1)] == [(Step.SENT, "demo")]
    assert "Link sent" in "\n".join(each.value for each in page.markdown)


def test_a_link_that_was_noted_as_sent_by_mistake_is_taken_back_by_the_undo_bar(one_account):
    page = open_page("account", id="1")
    page.button(key="sent").click().run()
    page.button(key="undo").click().run()
    said = "\n".join(each.value for each in page.markdown)
    assert "Link sent" not in said and "Undone for 1 account." in said
    assert "“Sent” taken back" in said


def test_what_happens_while_a_tab_is_drawn_first_is_news_to_it(one_account, monkeypatch):
    drawn = []

    def banners(viewer) -> None:
        drawn.append(viewer)
        if len(drawn) == 1:
            renew(one_account, "demo")

    monkeypatch.setattr("pages.parts.banners.banners", banners)
    assert len(frame().toast) == 1 and len(drawn) == 2


@pytest.mark.parametrize(("age", "draws"), [(TRUE_FOR - 60, 1), (TRUE_FOR, 2)])
def test_a_tab_draws_itself_anew_when_it_is_old(one_account, monkeypatch, age, draws):
    drawn = []

    def banners(viewer) -> None:
        drawn.append(viewer)
        if len(drawn) == 1:
            st.session_state[DRAWN] -= age

    monkeypatch.setattr("pages.parts.banners.banners", banners)
    frame()
    assert len(drawn) == draws


def test_a_tab_is_true_while_it_knows_the_latest_and_is_young():
    tab = {KNOWN: (7, 7, 0, 0), DRAWN: 1_000.0}
    assert is_true(tab, (7, 7, 0, 0), lambda: 999.0 + TRUE_FOR)
    assert not is_true(tab, (7, 7, 0, 0), lambda: 1_000.0 + TRUE_FOR)
    assert not is_true(tab, (8, 8, 0, 0), lambda: 1_001.0)


def test_a_page_that_has_nothing_to_show_yet_looks_for_news_too(empty_desk):
    assert KNOWN in frame().session_state
