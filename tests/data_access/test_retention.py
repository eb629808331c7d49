"""Personal data goes when its time is over; that something was done stays."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import insert

from data_access import schema
from data_access.database import writing
from data_access.history import add_event
from data_access.retention import RETENTION, purge, purge_due
from tests.accounts import an_account, change, rows
from tests.forgetting import forget

KINDS = ("notes", "snoozes", "messages", "consents", "sessions", "problems", "values")


pytestmark = pytest.mark.usefixtures("configured")


def something_of(database, at) -> None:
    """One row of everything that has its time, written at a moment."""
    account = an_account(database, at)
    mark = f"{at:%Y%m%d}"
    of_account = {
        schema.note: {"at": at, "agent": "anna", "text": "called"},
        schema.snooze: {
            **{"round": 0, "until": at, "reason": "ill", "agent": "anna", "made_at": at},
        },
        schema.message: {
            **{"message_id": f"<{mark}@x>", "kind": "reminder", "recipient": "a@b.example"},
            **{"text": "Dear", "state": "sent", "created_at": at, "sent_at": at},
        },
        schema.consent_state: {
            **{"digest": mark, "browser_digest": mark, "selling_partner_id": "A1"},
            **{"started_by": "link", "redirect_uri": "x", "created_at": at, "expires_at": at},
        },
    }
    session = {"digest": mark, "subject": "s", "name": "anna", "began_at": at, "seen_at": at}
    problem = {"place": "line 1", "taken": True, "value": "a@b", "reason": "bad_email"}
    run = schema.source_run
    with writing(database) as connection:
        for table, row in of_account.items():
            connection.execute(insert(table).values(authorization_id=account, **row))
        connection.execute(insert(schema.login_session).values(ends_at=at, **session))
        run_id = connection.scalar(
            insert(run).values(source="p", started_at=at).returning(run.c.id)
        )
        connection.execute(insert(schema.source_problem).values(run_id=run_id, **problem))
        add_event(connection, "changed", account, at, "p", email={"before": "a@b", "after": "c@d"})


def test_what_is_old_goes_and_what_is_young_stays(database, now):
    something_of(database, now - timedelta(days=1000))
    something_of(database, now - timedelta(days=1))
    assert purge(now, database) == dict.fromkeys(KINDS, 1)
    assert purge(now, database) == dict.fromkeys(KINDS, 0)
    assert [n.text for n in rows(database, schema.note)] == ["called"]
    assert [(m.recipient, m.text) for m in rows(database, schema.message)] == [
        ("", ""),
        ("a@b.example", "Dear"),
    ]
    assert all(m.sent_at for m in rows(database, schema.message))
    assert [s.reason for s in rows(database, schema.snooze)] == ["", "ill"]
    assert (
        len(rows(database, schema.consent_state)) == len(rows(database, schema.login_session)) == 1
    )
    assert [p.value for p in rows(database, schema.source_problem)] == ["", "a@b"]
    changed = [e.details for e in rows(database, schema.event)]
    assert changed[0] == "{}" and "a@b" in changed[1]


def test_of_an_old_renewal_the_dates_stay_and_the_persons_go(database, now, monkeypatch):
    monkeypatch.setattr("data_access.retention.BATCH", 2)
    at = now - timedelta(days=1000)
    account = an_account(database, at)
    dates = {
        "granted_at": {"before": None, "after": f"{at}"},
        "expires_at": {"before": f"{at}", "after": None},
    }
    who = {"email": {"before": "a@b", "after": "c@d"}, "name": {"before": "Ann", "after": "Bo"}}
    here = {"previous_expiry": f"{at}", "started_by": "link"}
    with writing(database) as connection:
        for number in range(5):
            add_event(connection, ("granted", "renewed")[number % 2], account, at, **dates, **who)
        add_event(connection, "granted", account, at, **here)
        add_event(connection, "renewed", account, now, **dates, **who)
    assert purge(now, database)["values"] == 5
    assert purge(now, database)["values"] == 0
    said = [json.loads(each.details) for each in rows(database, schema.event)]
    assert said == [*[dates] * 5, here, dates | who]


def test_of_a_message_that_never_left_the_person_goes_and_a_code_stays(database, now):
    """What a mail server said may name the recipient; why one was left out keeps reminders away."""
    account = an_account(database, now)
    at = now - timedelta(days=1000)
    with writing(database) as connection:
        for state, failure in (("failed", "550 no a@b.example here"), ("left_out", "renewed")):
            values = {"message_id": f"<{state}@x>", "kind": "reminder", "recipient": "a@b.example"}
            values |= {"subject": "S", "text": "Dear", "authorization_id": account}
            values |= {"state": state, "failure": failure, "created_at": at}
            connection.execute(insert(schema.message).values(values))
        only_failure = values | {"message_id": "<x@x>", "state": "failed", "failure": "550 a@b"}
        only_failure |= dict.fromkeys(("recipient", "subject", "text"), "")
        connection.execute(insert(schema.message).values(only_failure))
    assert purge(now, database)["messages"] == 3
    assert purge(now, database)["messages"] == 0
    messages = rows(database, schema.message)
    assert {(m.recipient, m.subject, m.text) for m in messages} == {("", "", "")}
    assert [m.failure for m in messages] == ["", "renewed", ""]


def test_a_session_that_was_ended_early_and_a_proposal_alone_go_too(database, now):
    something_of(database, now - timedelta(days=1000))
    change(database, schema.login_session, ends_at=now, ended_at=now - timedelta(days=999))
    change(database, schema.source_problem, value="", fix="Ann has two numbers")
    purged = purge(now, database)
    assert (purged["sessions"], purged["problems"]) == (1, 1)
    assert rows(database, schema.source_problem)[0].fix == ""


def test_a_message_that_still_waits_keeps_its_recipient(database, now):
    something_of(database, now - timedelta(days=1000))
    with writing(database) as connection:
        connection.execute(schema.message.update().values(state="waiting"))
    assert purge(now, database)["messages"] == 0


def test_the_time_of_each_is_a_setting(database, now, monkeypatch):
    something_of(database, now - timedelta(days=10))
    for name in ("NOTES", "MESSAGES", "CONSENTS", "SESSIONS", "PROBLEMS", "VALUES"):
        monkeypatch.setenv(f"DESK_KEEP_{name}_DAYS", "5")
    forget()
    assert purge(now, database) == dict.fromkeys(KINDS, 1)
    monkeypatch.undo()
    forget()


def test_it_is_done_once_a_day_and_written_down(database, now):
    something_of(database, now - timedelta(days=1000))
    assert purge_due(lambda: now, database) == len(KINDS)
    something_of(database, now - timedelta(days=999))
    assert purge_due(lambda: now + timedelta(hours=23), database) == 0
    assert purge_due(lambda: now + timedelta(hours=25), database) == len(KINDS)
    runs = [(run.job, run.sent) for run in rows(database, schema.job_run)]
    assert runs == [(RETENTION, len(KINDS)), (RETENTION, len(KINDS))]


def test_a_run_by_a_clock_that_was_ahead_keeps_no_data_longer(database, now):
    purge_due(lambda: now + timedelta(days=300), database)
    something_of(database, now - timedelta(days=1000))
    assert purge_due(lambda: now, database) == len(KINDS)
