"""Reminders leave once, for the latest rung, and only to those who still need one then."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, insert

from data_access import incidents, schema
from data_access.database import writing
from data_access.jobs import DIGEST, REMIND, last_run, lease, running
from data_access.mails import Mail
from data_access.message_kinds import KINDS
from data_access.outbox_list import cancel
from data_access.reminding import NoMailServer, preview, remind, remind_in_turn
from rules.acts import Actor, Role
from rules.casework import round_of
from rules.reminders import Withheld
from tests.accounts import an_account, change_account, change_seller, row_of, rows
from tests.data_access.test_plans import scans, statements
from tests.forgetting import set_up
from tests.mailing import Postbox, mail_settings, postbox

DAY = timedelta(days=1)
TEN = datetime.fromisoformat("2026-11-23T10:00+01:00")
"""Ten o'clock in Berlin, where the sellers are."""


@pytest.fixture(scope="module")
def server() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


@pytest.fixture
def box(server, tmp_path, monkeypatch) -> Iterator[Postbox]:
    """The mail server, empty; a reminder says its rung."""
    server.got.clear()
    server.answers.clear()
    said = replace(
        KINDS["reminder"], render=lambda _connection, row, _now: Mail(f"rung {row.rung}", "renew")
    )
    monkeypatch.setitem(KINDS, "reminder", said)
    with set_up(mail_settings(server), tmp_path):
        yield server


@pytest.fixture
def clock():
    """A clock that a test sets: `clock.at`."""

    def tell() -> datetime:
        return tell.at

    tell.at = TEN
    return tell


def a_seller(database, days_left: float, **fields: object) -> int:
    """An account that expires so many days after TEN."""
    number = an_account(database, TEN, 365 - days_left, **fields)
    change_seller(database, number, email=f"seller{number}@shop.example")
    return number


def opt_out(database, number: int) -> None:
    with writing(database) as connection:
        connection.execute(
            insert(schema.opt_out).values(authorization_id=number, at=TEN, by="seller")
        )


def snooze(database, number: int, until: datetime) -> None:
    with writing(database) as connection:
        connection.execute(
            insert(schema.snooze).values(
                authorization_id=number,
                round=round_of(row_of(database, number).granted_at),
                until=until,
                reason="promised",
                agent="anna",
                made_at=TEN - DAY,
            )
        )


def subjects(box: Postbox) -> list[str]:
    return [mail["Subject"] for mail in box.got]


def ledger(database) -> list[tuple[int, str, str]]:
    return [(m.rung, m.state, m.failure) for m in rows(database, schema.message)]


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


def test_while_another_process_is_at_it_nothing_is_done(database, box, clock):
    a_seller(database, 5)
    with lease(REMIND, clock=clock, of=database):
        assert remind(clock, database).busy
    assert box.got == []


def test_a_preview_counts_the_same_and_writes_nothing(database, box, clock):
    a_seller(database, 5)
    opt_out(database, a_seller(database, 5))
    seen, planned = preview(TEN, database)
    assert ledger(database) == [] and last_run(REMIND, database) is None
    report = remind(clock, database)
    assert (seen.planned, seen.withheld) == (report.planned, report.withheld)
    assert [each.due.rung for each in planned] == [7]


def test_without_a_mail_server_nothing_is_queued(database, clock, tmp_path):
    a_seller(database, 5)
    with set_up({}, tmp_path), pytest.raises(NoMailServer):
        remind(clock, database)
    assert ledger(database) == []


def test_the_desk_itself_reminds_when_the_interval_is_over(database, box, clock):
    a_seller(database, 5)
    assert remind_in_turn(clock, database) == 1
    a_seller(database, 5)
    clock.at += timedelta(minutes=14)
    assert remind_in_turn(clock, database) == 0
    clock.at += timedelta(minutes=1)
    assert remind_in_turn(clock, database) == 1


def test_the_desk_itself_leaves_it_to_cron_where_it_is_told_to(database, box, clock, tmp_path):
    a_seller(database, 5)
    with set_up(mail_settings(box, DESK_REMIND_EVERY_MINUTES="0"), tmp_path):
        assert remind_in_turn(clock, database) == 0


def test_a_run_looks_only_at_accounts_on_the_ladder(database, box, clock):
    a_seller(database, 200)
    a_seller(database, 5)
    with statements(database) as seen:
        remind(clock, database)
    planning = [each for each in seen if "expires_at" in each[0] and "LIMIT" in each[0]]
    assert planning and all(scans(database, *each) == [] for each in planning)
