"""Writing to sellers from the screens, and the outbox on its own."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from data_access import demo, outbox_list
from data_access.database import DatabaseAway, writing
from data_access.message_kinds import KINDS
from data_access.outbox import Draft, queue
from data_access.outbox_sending import send_due
from data_access.schema import audit_entry, authorization, incident, message, seller
from pages.parts import opening, outreach, outreach_many
from pages.parts.addressees import Selected
from tests.accounts import rows
from tests.conftest import NOW
from tests.forgetting import forget
from tests.mailing import PLAIN, mail_settings, postbox
from tests.pages.conftest import button_of, open_page, said


@pytest.fixture
def desk(empty_desk, at_desk):
    """A desk over a few sellers, with a mail server; gives the database and the server."""
    at_desk.setitem(KINDS, "test", PLAIN)
    demo.fill(4, 4, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        connection.execute(authorization.update().values(language="fr", paused=False))
        connection.execute(seller.update().values(email="a@shop.example"))
    with postbox() as box:
        for name, value in mail_settings(box).items():
            at_desk.setenv(name, value)
        forget()
        yield empty_desk, box


def dialog(key: str, asked: object, page: str = "account", **query: str):
    """A page with a dialog open on it."""
    shown = open_page(page, **query)
    shown.session_state[key] = asked
    shown.run()
    assert not shown.exception, shown.exception
    return shown


def away(*_):
    """A database that does not answer."""
    raise DatabaseAway("locked")


def ticked_message(database: Engine) -> AppTest:
    """The list of messages that wait, with one in it, ticked."""
    with writing(database) as connection:
        queue(connection, Draft("test", "b@shop.example", 1, subject="S", text="T"), NOW)
    page = open_page("messages")
    page.session_state["messages-0"] = {"selection": {"rows": [0], "columns": []}}
    return page.run()


def test_a_message_is_shown_in_the_sellers_language_changed_and_sent(desk):
    database, box = desk
    page = dialog(outreach.ASKED, 1, id="1")
    assert page.text_area[0].value.startswith("Bonjour")
    page.text_area[0].set_value("Mes propres mots").run()
    page.button(key="write_send").click().run()
    assert "has accepted the message to a@shop" in said(page).replace("\\", "")
    assert "Mes propres mots" in next(box.got[0].iter_parts()).get_content()
    assert [entry.act for entry in rows(database, audit_entry)] == ["send_message"]
    page.button(key="write_close").click().run()
    assert outreach.ASKED not in page.session_state
    assert page.dataframe[0].value["state"].tolist() == ["✔ sent"]


def test_what_was_worded_before_a_renewal_is_not_sent_after_it(desk):
    database, box = desk
    page = dialog(outreach.ASKED, 1, id="1")
    before = page.text_area[0].value
    page.text_area[0].set_value(f"{before}\nAnna").run()
    renewed = authorization.update().where(authorization.c.id == 1)
    grant = {"granted_at": NOW, "expires_at": NOW + timedelta(days=365), "refused_at": None}
    with writing(database) as connection:
        connection.execute(renewed.values(grant))
    page.button(key="write_send").click().run()
    assert "has renewed meanwhile. Nothing was sent" in said(page)
    assert box.got == [] and rows(database, message) == []
    assert "Anna" not in page.text_area[0].value and page.text_area[0].value != before


def test_another_language_is_another_message(desk):
    page = dialog(outreach.ASKED, 1, id="1")
    page.selectbox(key="write_language_1").set_value("pl").run()
    assert page.text_area[0].value.startswith("Dzień dobry")


def test_the_call_card_says_whom_when_and_what(desk):
    text = said(dialog(outreach.ASKED, 1, id="1"))
    assert "Ask for" in text and "there, " in text and "Speaks French" in text
    assert "Manage Authorized Partners" in text


def test_a_refusal_of_the_server_is_said_in_its_words(desk):
    _, box = desk
    box.answers = ["554 looks like spam"]
    page = dialog(outreach.ASKED, 1, id="1")
    page.button(key="write_send").click().run()
    assert "looks like spam" in page.error[0].value


def test_without_a_mail_server_the_screen_says_what_to_set(desk, at_desk):
    for name in ("DESK_SMTP_URL", "DESK_MAIL_FROM"):
        at_desk.delenv(name)
    forget()
    page = dialog(outreach.ASKED, 1, id="1")
    assert page.button(key="write_send").disabled and "DESK_SMTP_URL" in said(page)
    assert "DESK_SMTP_URL" in said(open_page("messages"))


def test_many_are_counted_looked_at_and_sent_with_a_result_each(desk):
    database, box = desk
    with writing(database) as connection:
        lapsed = {"granted_at": NOW - timedelta(days=366), "expires_at": NOW - timedelta(days=1)}
        connection.execute(authorization.update().values(**lapsed, refused_at=None))
        connection.execute(
            authorization.update().where(authorization.c.id == 1).values(paused=True)
        )
    page = open_page("accounts")
    page.button(key="write_all").click().run()
    assert re.search(r"\*\*3 sellers\*\* get a message :gray\[· \w+ \(\d\)", said(page))
    assert page.expander[-1].label == "1 is left out: Paused (1)"
    assert "1 of 3" in said(page)
    page.button(key="write_many_1").click().run()
    assert "2 of 3" in said(page)
    page.button(key="write_many_send").click().run()
    results = next(t.value for t in page.dataframe if "To" in t.value and "State" in t.value)
    assert results["State"].tolist() == ["✔ sent"] * 3 and len(box.got) == 3


@pytest.mark.parametrize(("language", "told"), [("de_AT", False), ("ja", True)])
def test_only_a_language_without_templates_is_said_not_to_be_there(desk, language, told):
    with writing(desk[0]) as connection:
        connection.execute(authorization.update().values(language=language))
    page = open_page("accounts")
    page.button(key="write_all").click().run()
    assert ("No texts in" in said(page)) is told


def test_during_an_incident_nothing_can_be_sent_to_many(desk):
    database, _ = desk
    with writing(database) as connection:
        connection.execute(
            incident.insert().values(kind="many_refusals", opened_at=NOW, last_seen_at=NOW)
        )
    page = dialog(outreach_many.ASKED, Selected((1, 2)), page="accounts")
    assert page.button(key="write_many_send").disabled
    assert "An incident is open" in page.expander[-1].label


def test_the_outbox_shows_what_failed_and_tries_it_again(desk):
    database, box = desk
    box.answers = ["550 nobody here"]
    with writing(database) as connection:
        draft = Draft("test", "b@shop.example", authorization_id=1, subject="S", text="T")
        queue(connection, draft, NOW)
    send_due(lambda: NOW, database)
    page = open_page("messages", state="failed")
    table = page.dataframe[0].value
    assert table["why"].tolist() == ["550 nobody here"]
    selection = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.session_state["messages-0"] = selection
    page.run()
    # Nobody can take back what was refused already.
    assert "Do not send" not in {button.label for button in page.button}
    button_of(page, "messages_retry").click().run()
    assert rows(database, message)[0].state == "waiting"


def test_a_ticked_message_stays_the_one_when_another_takes_its_place(desk):
    database, _ = desk
    page = None
    for number in (1, 2):
        with writing(database) as connection:
            draft = Draft(f"test {number}", "b@shop.example", 1, subject="S", text="T")
            queue(connection, draft, NOW + timedelta(minutes=number))
        if page is None:
            page = open_page("messages")
            page.session_state["messages-0"] = {"selection": {"rows": [0], "columns": []}}
        page.run()
    assert len(page.dataframe[0].value) == 2
    button_of(page, "messages_cancel").click().run()
    assert [each.state for each in rows(database, message)] == ["left_out", "waiting"]


@pytest.mark.parametrize("ticked", [[0], [0, 1]])
@pytest.mark.parametrize("seen", [True, False])
def test_what_is_pressed_for_a_message_that_has_left_is_refused_in_a_sentence(desk, ticked, seen):
    """One of two has been sent between the look and the press."""
    database, _ = desk
    with writing(database) as connection:
        for number in (2, 1):
            draft = Draft("test", "b@shop.example", 1, subject="S", text="T")
            queue(connection, draft, NOW + timedelta(hours=number))
    page = open_page("messages")
    page.session_state["messages-0"] = {"selection": {"rows": ticked, "columns": []}}
    page.run()
    drawn = button_of(page, "messages_cancel")
    send_due(lambda: NOW + timedelta(minutes=61), database)
    if seen:
        page.run()
    drawn.click().run()
    assert page.warning[0].value.startswith("Nothing was done")
    assert sorted(each.state for each in rows(database, message)) == ["sent", "waiting"]


def test_a_press_when_the_last_message_has_left_is_refused_in_a_sentence(desk):
    database, _ = desk
    page = ticked_message(database)
    drawn = button_of(page, "messages_cancel")
    send_due(lambda: NOW, database)
    drawn.click().run()
    assert page.warning[0].value.startswith("Nothing was done")
    assert "No message waits" in said(page)


def test_a_message_that_is_being_sent_is_left_and_said_to_be(desk):
    database, _ = desk
    with writing(database) as connection:
        queue(connection, Draft("test", "b@shop.example", 1, subject="S", text="T"), NOW)
        connection.execute(message.update().values(state="sending"))
    page = open_page("messages")
    page.session_state["messages-0"] = {"selection": {"rows": [0], "columns": []}}
    page.run()
    button_of(page, "messages_cancel").click().run()
    assert "1 message was left as it is" in page.toast[0].value


def test_what_sellers_are_called_is_no_markup_in_the_dialog(desk):
    database, _ = desk
    hostile = "<script>alert(1)</script> **bold** [x](javascript:alert(1))"
    with writing(database) as connection:
        connection.execute(authorization.update().values(seller_name=hostile))
        connection.execute(seller.update().values(contact=hostile, phone=hostile))
    page = dialog(outreach.ASKED, 1, id="1")
    assert "**bold**" not in said(page) and "](javascript" not in said(page)


def test_a_press_that_the_database_does_not_answer_is_a_sentence_and_no_broken_page(
    desk, monkeypatch
):
    database, _ = desk
    page = ticked_message(database)

    monkeypatch.setattr(outbox_list, "acting", away)
    button_of(page, "messages_cancel").click().run()
    assert not page.exception
    assert "does not answer" in page.toast[0].value


def test_a_press_before_which_the_database_went_away_is_not_carried_out_when_it_is_back(
    desk, monkeypatch
):
    database, _ = desk
    page = ticked_message(database)

    with monkeypatch.context() as during:
        during.setattr(outbox_list, "outbox_of", away)
        button_of(page, "messages_cancel").click().run()
        assert "Nothing was changed" in page.error[0].value
    page.run()
    assert rows(database, message)[0].state == "waiting"


def test_the_column_of_senders_is_german_on_a_german_screen(desk, at_desk):
    database, _ = desk
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    with writing(database) as connection:
        draft = Draft("test", "b@shop.example", 1, subject="S", text="T", agent="anna")
        queue(connection, draft, NOW)
    shown = open_page("messages").dataframe[0]
    assert shown.value["agent"].tolist() == ["anna"]
    assert json.loads(shown.proto.columns)["agent"]["label"] == "Von wem"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("waiting", "No message waits to be sent."),
        ("failed", "No message has failed."),
        ("left_out", "No message was left out."),
        ("sent", "No message was sent yet."),
    ],
)
def test_an_empty_list_says_what_that_means(desk, state, told):
    assert told in said(open_page("messages", state=state))


def test_what_was_sent_is_not_ticked_and_what_would_be_empty_has_no_column(desk):
    database, _ = desk
    with writing(database) as connection:
        queue(connection, Draft("test", "b@shop.example", 1, subject="S", text="T"), NOW)
    waiting = open_page("messages").dataframe[0]
    assert waiting.proto.selection_mode and "next" in waiting.value
    send_due(lambda: NOW, database)
    sent = open_page("messages", state="sent").dataframe[0]
    assert not sent.proto.selection_mode
    assert not {"why", "next"} & set(sent.value)


def test_a_message_leads_to_its_account_and_the_digest_to_none(desk):
    database, _ = desk
    with writing(database) as connection:
        for about in (1, None):
            draft = Draft("test", "b@shop.example", about, subject="S", text="T")
            queue(connection, draft, NOW)
    page = open_page("messages")
    assert sorted(page.dataframe[0].value["open"]) == ["", "Open"]
    assert opening.ASKED not in page.session_state
