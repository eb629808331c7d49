"""Whom no reminder may reach now, and that it still comes once it may."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from data_access import incidents, schema
from data_access.database import writing
from data_access.jobs import REMIND, last_run
from data_access.reminding import remind
from rules.reminders import Withheld
from tests.accounts import change_account, change_seller
from tests.data_access.reminders.sellers import (
    DAY,
    TEN,
    a_seller,
    ledger,
    opt_out,
    snooze,
    subjects,
)


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda d, n: change_account(d, n, paused=True), Withheld.PAUSED),
        (lambda d, n: change_account(d, n, application_id="x"), Withheld.OTHER_APPLICATION),
        (lambda d, n: change_account(d, n, refused_at=TEN - DAY), Withheld.REFUSED),
        (opt_out, Withheld.OPTED_OUT),
        (lambda d, n: snooze(d, n, TEN + 2 * DAY), Withheld.SNOOZED),
        (lambda d, n: change_seller(d, n, email=" "), Withheld.NO_ADDRESS),
    ],
    ids=lambda value: value.value if isinstance(value, Withheld) else "",
)
def test_nothing_goes_to_those_who_must_not_be_written_to(database, box, clock, prepare, why):
    prepare(database, a_seller(database, 5))
    report = remind(clock, database)
    assert report.withheld == {why: 1} and box.got == []
    assert last_run(REMIND, database).left_out == 1


def test_when_the_reason_is_gone_the_latest_is_due_again(database, box, clock):
    snooze(database, a_seller(database, 5), TEN + 2 * DAY)
    remind(clock, database)
    clock.at = TEN + 2 * DAY
    remind(clock, database)
    assert subjects(box) == ["rung 3"]


def test_what_became_untrue_between_queueing_and_sending_is_left_out_and_due_again_later(
    database, box, clock
):
    number = a_seller(database, 5)
    box.answers = ["451 later"]
    assert remind(clock, database).mails.waiting == 1
    opt_out(database, number)
    clock.at += timedelta(hours=1)
    assert remind(clock, database).mails.left_out == 1
    assert [state for _, state, _ in ledger(database)] == ["left_out"]
    with writing(database) as connection:
        connection.execute(delete(schema.opt_out))
    clock.at += timedelta(hours=1)
    remind(clock, database)
    assert subjects(box) == ["rung 7"]
    clock.at += timedelta(hours=1)
    assert remind(clock, database).mails.sent == 0


@pytest.mark.parametrize("same_second", [False, True])
def test_nothing_goes_to_the_renewed_even_when_it_was_queued_before(
    database, box, clock, same_second
):
    number = a_seller(database, 5)
    box.answers = ["451 later"]
    remind(clock, database)
    granted_at = clock.at + timedelta(seconds=0 if same_second else 60)
    change_account(database, number, granted_at=granted_at, expires_at=granted_at + 365 * DAY)
    clock.at += timedelta(hours=2)
    remind(clock, database)
    assert box.got == [] and ledger(database) == [(7, "left_out", "renewed")]


def test_during_an_incident_nothing_leaves_and_afterwards_what_is_still_due(database, box, clock):
    a_seller(database, 5)
    with writing(database) as connection:
        incidents.report(connection, incidents.Kind.MANY_REFUSALS, TEN, 40)
    assert remind(clock, database).withheld == {Withheld.INCIDENT: 1}
    assert last_run(REMIND, database).left_out == 0
    with writing(database) as connection:
        incidents.close(connection, incidents.Kind.MANY_REFUSALS, TEN + DAY)
    clock.at = TEN + DAY
    remind(clock, database)
    assert subjects(box) == ["rung 7"]


def test_an_incident_that_begins_while_a_reminder_waits_holds_it_back_and_loses_nothing(
    database, box, clock
):
    a_seller(database, 5)
    box.answers = ["451 later"]
    remind(clock, database)
    with writing(database) as connection:
        incidents.report(connection, incidents.Kind.MANY_REFUSALS, TEN, 40)
    clock.at += timedelta(hours=1)
    remind(clock, database)
    assert box.got == []
    with writing(database) as connection:
        incidents.close(connection, incidents.Kind.MANY_REFUSALS, clock.at)
    clock.at += timedelta(hours=1)
    remind(clock, database)
    assert subjects(box) == ["rung 7"]


def test_at_night_nothing_leaves(database, box, clock):
    a_seller(database, 5)
    clock.at = TEN.replace(hour=3)
    assert remind(clock, database).withheld == {Withheld.NIGHT: 1}
    clock.at = TEN.replace(hour=8)
    assert remind(clock, database).mails.sent == 1


def test_the_day_and_the_night_are_the_sellers(database, box, clock):
    number = a_seller(database, 5)
    change_seller(database, number, time_zone="America/Los_Angeles")
    assert remind(clock, database).withheld == {Withheld.NIGHT: 1}
    change_seller(database, number, time_zone="nowhere")
    assert remind(clock, database).mails.sent == 1
