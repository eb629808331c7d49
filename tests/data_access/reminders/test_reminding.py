"""Each reminder leaves once, and of several that are due only the latest."""

from datetime import timedelta

from data_access import schema
from data_access.jobs import DIGEST, running
from data_access.outbox_list import cancel
from data_access.reminding import remind
from rules.acts import Actor, Role
from tests.accounts import change_account, rows
from tests.data_access.reminders.sellers import DAY, TEN, a_seller, ledger, subjects


def test_each_seller_gets_the_latest_reminder_once(database, box, clock):
    a_seller(database, 20)
    report = remind(clock, database)
    assert subjects(box) == ["rung 30"] and report.mails.sent == 1
    clock.at += timedelta(hours=1)
    assert remind(clock, database).mails.sent == 0
    clock.at = TEN + 6 * DAY
    remind(clock, database)
    assert subjects(box) == ["rung 30", "rung 14"]


def test_what_an_agent_takes_back_does_not_come_after_all(database, box, clock):
    number = a_seller(database, 20)
    box.answers = ["451 later"]
    remind(clock, database)
    (waiting,) = rows(database, schema.message)
    assert cancel(Actor("anna", Role.AGENT), [waiting.id], clock(), database) == 1
    (entry,) = rows(database, schema.audit_entry)
    assert (entry.act, entry.actor, entry.authorization_id) == ("send_message", "anna", number)
    for days in (0.1, 1):
        clock.at = TEN + days * DAY
        assert remind(clock, database).mails.sent == 0
    assert subjects(box) == [] and ledger(database) == [(30, "left_out", "cancelled")]
    clock.at = TEN + 6 * DAY
    remind(clock, database)
    assert subjects(box) == ["rung 14"]


def test_after_days_of_standing_still_one_mail_leaves_and_the_ledger_names_the_others(
    database, box, clock
):
    a_seller(database, 8)
    remind(clock, database)
    clock.at = TEN + 9 * DAY
    report = remind(clock, database)
    assert subjects(box) == ["rung 14", "rung 0"] and report.superseded == 3
    assert sorted(ledger(database)[2:], reverse=True) == [
        (rung, "left_out", "superseded") for rung in (7, 3, 1)
    ]


def test_the_first_run_ever_sends_one_to_whoever_lapsed_long_ago_and_names_nothing_missed(
    database, box, clock
):
    a_seller(database, -40)
    with running(DIGEST, lambda: TEN - 90 * DAY, database):
        pass
    assert remind(clock, database).superseded == 0
    assert subjects(box) == ["rung -35"]


def test_an_expiry_that_moved_to_a_later_day_begins_the_ladder_again(database, box, clock):
    number = a_seller(database, 5)
    remind(clock, database)
    change_account(database, number, expires_at=TEN + 40 * DAY, expiry_source="seller_reported")
    for day in range(1, 41):
        clock.at = TEN + day * DAY
        remind(clock, database)
    assert subjects(box) == [f"rung {rung}" for rung in (7, 30, 14, 7, 3, 1, 0)]


def test_a_reminder_that_waited_until_a_later_one_was_due_makes_way_for_it(database, box, clock):
    a_seller(database, 5)
    box.answers = ["451 later"] * 2
    remind(clock, database)
    clock.at = TEN + 2 * DAY
    box.answers.clear()
    remind(clock, database)
    assert subjects(box) == ["rung 3"]
    assert ledger(database)[0] == (7, "left_out", "superseded")


def test_a_server_that_is_away_loses_nothing_and_doubles_nothing(database, box, clock):
    for _ in range(3):
        a_seller(database, 5)
    box.answers = ["", "drop"]
    remind(clock, database)
    for _ in range(3):
        clock.at += timedelta(hours=1)
        remind(clock, database)
    assert sorted(mail["To"] for mail in box.got) == sorted({mail["To"] for mail in box.got})
    assert len(box.got) == 3


def test_an_address_that_the_server_refuses_is_not_tried_again_before_the_next_rung(
    database, box, clock
):
    a_seller(database, 5)
    box.answers = ["rcpt 550 nobody here"]
    assert remind(clock, database).mails.failed == 1
    clock.at += timedelta(hours=1)
    assert remind(clock, database).mails.sent == 0
    clock.at = TEN + 2 * DAY
    remind(clock, database)
    assert subjects(box) == ["rung 3"]
