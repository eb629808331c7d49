"""Agents see whether reminders and digests run, and who gets none."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from data_access.database import writing
from data_access.digest_mail import DAY_OVER, NOT_WANTED
from data_access.outreach import LeftOut
from data_access.schema import job_run, seller
from data_access.texts import languages
from data_access.unsubscribe import opted_out, set_by_seller
from pages.parts import message_words
from pages.parts.viewer import LOCALE, Viewer
from rules.acts import Role
from rules.reminders import Withheld
from tests.accounts import an_account, change
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import open_page


def a_run(database, hours_ago: float, **values: object) -> None:
    """One run, of the reminders unless `values` say otherwise."""
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    with writing(database) as connection:
        connection.execute(
            insert(job_run).values(
                **{"job": "remind", "started_at": at, "finished_at": at} | values
            )
        )


def banner() -> AppTest:
    return AppTest.from_string(
        "from pages.parts.viewer import require_viewer\n"
        "from pages.parts.banners import banners\n"
        "banners(require_viewer())\n"
    ).run()


def test_the_data_screen_shows_the_last_runs_with_their_counts(empty_desk):
    a_run(empty_desk, 2, due=5, sent=3, failed=1, left_out=1)
    a_run(empty_desk, 1, finished_at=None)
    page = open_page("data_doctor")
    table = next(t.value for t in page.dataframe if "left_out" in t.value)
    assert list(table["how"]) == ["◷ running, or broken off", "✔ finished"]
    assert table.iloc[1][["due", "sent", "failed", "left_out"]].tolist() == [5, 3, 1, 1]


def test_before_the_first_run_the_data_screen_says_so(empty_desk):
    assert any("No reminders" in info.value for info in open_page("data_doctor").info)


def in_the_chat(at_desk, database) -> None:
    """The desk of a team that gets its digest in the chat from five o'clock UTC on."""
    values = {"DIGEST_HOUR": "5", "DIGEST_ZONE": "UTC", "CHAT_URLS": "json://127.0.0.1:9"}
    for name, value in values.items():
        at_desk.setenv(f"DESK_{name}", value)
    forget()


def test_the_data_screen_shows_the_digests_last_runs(at_desk, empty_desk):
    in_the_chat(at_desk, empty_desk)
    a_run(empty_desk, 1, job="digest", due=4, sent=2, failed=1, left_out=1)
    page = open_page("data_doctor")
    table = next(t.value for t in page.dataframe if "left_out" in t.value)
    assert table.iloc[0][["due", "sent", "failed", "left_out"]].tolist() == [4, 2, 1, 1]
    assert any("working days from 5:00 on (UTC)" in c.value for c in page.caption)
    assert not page.warning


def test_the_data_screen_warns_where_this_mornings_digest_is_missing(at_desk, empty_desk):
    in_the_chat(at_desk, empty_desk)
    a_run(empty_desk, 24, job="digest")
    page = open_page("data_doctor")
    assert [warning.value for warning in page.warning] == [
        "This working morning's digest has not come to its end."
    ]


def test_the_data_screen_says_who_could_get_a_digest_where_nobody_does(empty_desk):
    captions = [c.value for c in open_page("data_doctor").caption]
    assert any("DESK_DIGEST_TO" in caption for caption in captions)


def test_an_alarm_stands_above_every_screen_when_reminders_are_late(empty_desk):
    a_run(empty_desk, 27)
    assert any("Reminders are late: the last run ended on" in e.value for e in banner().error)


@pytest.mark.parametrize("values", [{}, {"failure": "OSError"}])
def test_no_alarm_without_a_reason(empty_desk, values):
    a_run(empty_desk, 25, **values)
    assert not banner().error


def test_an_agent_stops_the_reminders_of_an_account_and_starts_them_again(empty_desk):
    account = an_account(empty_desk, NOW)
    page = open_page("account", id=str(account))
    page.button(key="reminders").click().run()
    assert opted_out(account, empty_desk) is not None
    assert page.button(key="reminders").label == "Send reminders again"
    page.button(key="reminders").click().run()
    assert opted_out(account, empty_desk) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "✔ The seller is reminded"),
        ({"paused": True}, "✖ No reminders at present: Paused"),
        ({"refused_at": NOW, "granted_days_ago": 90}, "✖ No reminders at present: Amazon refuses"),
        ({"granted_days_ago": None}, "✖ No reminders at present: Never authorized"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_account_says_whether_its_seller_is_reminded(empty_desk, at_desk, fields, said):
    at_desk.setenv("DESK_SMTP_URL", "smtp://127.0.0.1:9")
    at_desk.setenv("DESK_MAIL_FROM", "desk@vendor.example")
    forget()
    account = an_account(empty_desk, NOW, **fields)
    change(empty_desk, seller, email="a@shop.example")
    page = open_page("account", id=str(account))
    assert any(each.value.startswith(said) for each in page.markdown)


def test_an_account_promises_no_reminder_where_the_desk_sends_no_mail(empty_desk):
    page = open_page("account", id=str(an_account(empty_desk, NOW)))
    assert any("no mail server is set" in each.value for each in page.markdown)
    assert not any("is reminded" in each.value for each in page.markdown)


@pytest.mark.parametrize("reason", [*LeftOut, *Withheld, DAY_OVER, NOT_WANTED])
def test_every_reason_for_leaving_somebody_out_has_words(reason):
    for language in languages(LOCALE):
        viewer = Viewer("", Role.VIEWER, language, language, ZoneInfo("UTC"))
        assert message_words.reason(viewer, reason) != reason


def test_what_the_seller_decided_is_seen_as_theirs(empty_desk):
    account = an_account(empty_desk, NOW)
    set_by_seller(account, False, NOW, empty_desk)
    page = open_page("account", id=str(account))
    assert any("by the seller" in m.value for m in page.markdown)
    assert any("Reminders stopped" in m.value for m in page.markdown)
