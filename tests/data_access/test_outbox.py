"""The outbox: nothing lost, nothing doubled, whatever the mail server does."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from data_access import outbox_sending
from data_access.clock import utc_now
from data_access.database import DatabaseAway, make_engine, writing
from data_access.mails import Mail, compose
from data_access.message_kinds import KINDS
from data_access.migrate import migrate
from data_access.outbox import Draft, queue
from data_access.outbox_sending import TRIES, WAITS, Sent, send_due
from data_access.schema import event, funnel_step, message
from data_access.settings import ROOT
from tests.accounts import an_account, rows
from tests.forgetting import set_up
from tests.mailing import PLAIN, SENDER, mail_settings, own_certificate, postbox
from tests.serving import free_port


@pytest.fixture(autouse=True)
def plain_messages(monkeypatch):
    """A kind of message for these tests."""
    monkeypatch.setitem(KINDS, "test", PLAIN)


def put(database, now, count: int = 1, **more) -> None:
    """Queues some messages."""
    with writing(database) as connection:
        for number in range(count):
            values = {"kind": "test", "recipient": f"s{number}@shop.example", "subject": "S"}
            queue(connection, Draft(**(values | {"text": "T"} | more)), now)


def sent_at(database, moment) -> Sent:
    """What a look into the outbox at that moment does."""
    return send_due(lambda: moment, database)


def only(database):
    """The one message."""
    (row,) = rows(database, message)
    return row


def test_what_is_queued_is_sent_once_through_one_connection(database, box, now):
    put(database, now, 5)
    assert sent_at(database, now) == Sent(sent=5)
    assert sent_at(database, now + timedelta(days=9)) == Sent()
    assert [mail["To"] for mail in box.got] == [f"s{n}@shop.example" for n in range(5)]
    assert box.sessions == 1
    assert {row.state for row in rows(database, message)} == {"sent"}
    assert box.got[0]["From"] == SENDER and box.got[0].get_content() == "T\r\n"


def test_without_a_mail_server_nothing_is_sent_and_nothing_lost(database, tmp_path, now):
    with set_up({}, tmp_path):
        put(database, now)
        assert sent_at(database, now) == Sent()
    assert only(database).state == "waiting"


def test_what_may_exist_once_is_queued_once(database, box, now):
    put(database, now, 3, once="reminder:1:0:30")
    assert len(rows(database, message)) == 1


@pytest.mark.parametrize("answer", ["451 4.7.1 later, please", "rcpt 450 greylisted", "drop"])
def test_a_server_that_cannot_now_is_asked_again_with_the_same_id(database, box, now, answer):
    put(database, now)
    box.answers = [answer]
    assert sent_at(database, now) == Sent(waiting=1)
    row = only(database)
    assert row.failure and row.next_try_at == now + timedelta(seconds=WAITS[0])
    assert sent_at(database, now + timedelta(seconds=WAITS[0] - 1)) == Sent()
    assert sent_at(database, row.next_try_at) == Sent(sent=1)
    assert box.ids == [row.message_id]


def test_accepted_but_never_said_is_sent_again_as_the_same_message(database, box, now):
    put(database, now)
    box.answers = ["drop after"]
    assert sent_at(database, now) == Sent(waiting=1)
    assert sent_at(database, now + timedelta(hours=1)) == Sent(sent=1)
    assert len(box.got) == 2 and len(set(box.ids)) == 1


@pytest.mark.parametrize("answer", ["554 5.7.1 this is spam", "rcpt 550 5.1.1 nobody here"])
def test_a_refusal_is_a_failure_with_the_servers_words(database, box, now, answer):
    put(database, now, 2)
    box.answers = [answer]
    assert sent_at(database, now) == Sent(sent=1, failed=1)
    failed = next(row for row in rows(database, message) if row.state == "failed")
    assert failed.failure == answer.removeprefix("rcpt ") and failed.next_try_at is None


def test_a_server_that_breaks_off_ends_the_batch_and_the_rest_waits(database, box, now):
    put(database, now, 4)
    box.answers = ["", "drop"]
    assert sent_at(database, now) == Sent(sent=1, waiting=1)
    assert [row.state for row in rows(database, message)] == ["sent"] + ["waiting"] * 3
    assert all(row.failure for row in rows(database, message)[1:])
    assert sent_at(database, now + timedelta(seconds=WAITS[0])) == Sent(sent=3)
    assert sorted(box.ids) == sorted(row.message_id for row in rows(database, message))


def test_the_waits_grow_and_end_after_days(database, box, now):
    put(database, now)
    waits, at = [], now
    while only(database).state == "waiting":
        box.answers = ["421 busy"]
        sent_at(database, at)
        if upcoming := only(database).next_try_at:
            waits.append(int((upcoming - at).total_seconds()))
            at = upcoming
    assert waits[:7] == [*WAITS, WAITS[-1]]
    assert at - now >= timedelta(days=5) and only(database).tries == TRIES
    assert only(database).failure == "421 busy"


def test_a_message_that_waited_for_days_is_tried_as_often_as_a_new_one(database, box, now):
    put(database, now)
    box.answers = ["421 busy"]
    sent_at(database, now + timedelta(days=9))
    assert only(database).state == "waiting"


def test_what_a_clock_that_was_far_ahead_has_put_off_does_not_wait_until_then(database, box, now):
    put(database, now)
    box.answers = ["421 busy"]
    assert sent_at(database, now + timedelta(days=400)) == Sent(waiting=1)
    assert sent_at(database, now + timedelta(minutes=1)) == Sent(sent=1)


def test_a_slow_server_is_left(database, box, now, tmp_path):
    put(database, now)
    box.answers = ["hang"]
    with set_up(mail_settings(box, DESK_SMTP_TIMEOUT_SECONDS="0.3"), tmp_path):
        assert sent_at(database, now) == Sent(waiting=1)
    assert "timed out" in only(database).failure


def test_nobody_there_is_said(database, now, tmp_path):
    url = f"smtp://127.0.0.1:{free_port()}"
    with set_up({"DESK_SMTP_URL": url, "DESK_MAIL_FROM": SENDER}, tmp_path):
        put(database, now, 3)
        assert sent_at(database, now) == Sent(waiting=1)
    assert {row.state for row in rows(database, message)} == {"waiting"}
    assert all("refused" in row.failure for row in rows(database, message))


def test_a_certificate_that_nobody_trusts_gets_no_mail(database, now, tmp_path):
    with postbox(tls=own_certificate(tmp_path)) as box, set_up(mail_settings(box), tmp_path):
        put(database, now)
        assert sent_at(database, now) == Sent(waiting=1)
    assert "certificate is not trusted" in only(database).failure and box.got == []


def test_a_login_that_is_refused_loses_nothing_and_tells_no_password(database, now, tmp_path):
    with postbox(login=True) as box:
        url = box.url.replace("//", "//desk:the-secret@")
        with set_up({"DESK_SMTP_URL": url, "DESK_MAIL_FROM": SENDER}, tmp_path):
            put(database, now)
            assert sent_at(database, now) == Sent(waiting=1)
    assert only(database).failure.startswith("535") and "the-secret" not in only(database).failure


@pytest.mark.parametrize(
    "recipient", ["", "nobody", "a@b", "a@shop.example\r\nBcc: x@evil.example", "a@x.de, b@x.de"]
)
def test_a_wrong_address_fails_with_a_sentence_and_holds_up_nobody(database, box, now, recipient):
    put(database, now, recipient=recipient)
    put(database, now)
    assert sent_at(database, now) == Sent(sent=1, failed=1)
    assert rows(database, message)[0].failure.endswith(".") and len(box.got) == 1


def test_no_text_becomes_a_header(database, box, now):
    hostile = "Hello\r\nBcc: x@evil.example\r\n\r\nbody"
    put(database, now, subject=hostile, text="line\r\n.\r\nMAIL FROM:<x@evil.example>")
    assert sent_at(database, now) == Sent(sent=1)
    assert box.got[0]["Bcc"] is None and "Bcc: x@evil" in box.got[0]["Subject"]
    assert box.got[0].envelope_to == ["s0@shop.example"]
    assert "MAIL FROM" in box.got[0].get_content()


def test_the_check_is_asked_at_the_moment_of_sending(database, box, now, monkeypatch):
    overtaken = replace(PLAIN, check=lambda _connection, _row, _at: "renewed")
    monkeypatch.setitem(KINDS, "test", overtaken)
    put(database, now)
    assert sent_at(database, now) == Sent(left_out=1)
    assert (only(database).state, only(database).failure) == ("left_out", "renewed")
    assert box.got == []


def test_a_mail_is_made_right_before_it_goes(database, tmp_path, now, monkeypatch):
    made = Mail("Made", "text", "<p>html</p>", "https://desk.example/unsubscribe/x", True)
    monkeypatch.setitem(KINDS, "test", replace(PLAIN, render=lambda _connection, _row, _at: made))
    with postbox() as box:
        more = {
            "DESK_MAIL_REPLY_TO": "help@vendor.example",
            "DESK_MAIL_BOUNCES": "b@vendor.example",
        }
        with set_up(mail_settings(box, **more), tmp_path):
            put(database, now)
            sent_at(database, now)
    (mail,) = box.got
    assert mail["List-Unsubscribe"] == "<https://desk.example/unsubscribe/x>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (mail["Reply-To"], mail["Auto-Submitted"]) == ("help@vendor.example", "auto-generated")
    assert mail.envelope_from == "b@vendor.example"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_address_of_unsubscribing_stands_on_one_line_however_long_it_is(box, now):
    address = f"https://desk.vendor.example/unsubscribe/{'x' * 200}"
    mail = Mail("S", "T", unsubscribe=address)
    sent = compose(mail, "a@shop.example", "<1@desk.example>", now).as_bytes()
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in sent


def test_a_mail_that_has_left_is_written_down_when_the_database_is_back(
    database, box, now, monkeypatch
):
    waited = []
    settle = outbox_sending._settle

    def away(*arguments):
        if len(waited) < 4:
            raise DatabaseAway("database is locked")
        return settle(*arguments)

    monkeypatch.setattr(outbox_sending, "_settle", away)
    monkeypatch.setattr(outbox_sending, "pause", waited.append)
    put(database, now)
    assert sent_at(database, now) == Sent(sent=1)
    assert len(box.got) == 1 and only(database).state == "sent" and len(waited) == 4


def test_a_mail_that_cannot_be_made_holds_up_no_other(database, box, now, monkeypatch):
    def render(connection, row, at):
        if row.recipient.startswith("s0"):
            raise RuntimeError("the details")
        return Mail("S", "T")

    monkeypatch.setitem(KINDS, "test", replace(PLAIN, render=render))
    put(database, now, 2)
    assert sent_at(database, now) == Sent(sent=1, waiting=1)
    assert rows(database, message)[0].failure == "Our fault: RuntimeError"


def test_what_was_accepted_stands_in_the_accounts_history(database, box, now):
    account = an_account(database, now)
    put(database, now, authorization_id=account, agent="anna")
    assert rows(database, event) == []
    sent_at(database, now)
    (told,) = rows(database, event)
    assert (told.kind, told.actor, told.authorization_id) == ("message_sent", "anna", account)
    assert [(step.step, step.agent) for step in rows(database, funnel_step)] == [("sent", "anna")]


def test_a_process_that_was_killed_leaves_a_claim_that_runs_out(database, box, now):
    put(database, now)
    with writing(database) as connection:
        connection.execute(
            update(message).values(state="sending", next_try_at=now + outbox_sending.CLAIM, tries=1)
        )
    assert sent_at(database, now + outbox_sending.CLAIM - timedelta(seconds=1)) == Sent()
    assert sent_at(database, now + outbox_sending.CLAIM) == Sent(sent=1)


def test_who_slept_through_a_claim_settles_nothing_of_a_later_one(database, now):
    put(database, now)
    number, later = only(database).id, now + 2 * outbox_sending.CLAIM
    with writing(database) as connection:
        slept = outbox_sending._claim(connection, number, now)
        # An agent has let it be tried again.
        connection.execute(update(message).values(state="waiting", tries=0, next_try_at=later))
        again = outbox_sending._claim(connection, number, later)
    assert slept.tries == again.tries
    outbox_sending._settle(slept, "failed", "refused", later, database)
    assert only(database).state == "sending"
    outbox_sending._settle(again, "sent", "", later, database)
    assert only(database).state == "sent"


SENDING = """
from data_access.message_kinds import KINDS
from data_access.outbox_sending import send_due
from tests.mailing import PLAIN
KINDS["test"] = PLAIN
sent = 0
for _ in range(40):
    did = send_due()
    sent += did.sent
    if not (did.sent or did.waiting):
        break
print(sent)
"""


def test_two_processes_send_each_message_once(postgresql_url, tmp_path):
    engine = make_engine(postgresql_url)
    migrate(engine)
    with postbox() as box, set_up(mail_settings(box), tmp_path):
        put(engine, utc_now(), 120)
        environment = {**os.environ, "DESK_DATABASE_URL": postgresql_url, "PYTHONPATH": str(ROOT)}
        both = [
            subprocess.Popen(
                [sys.executable, "-c", SENDING],
                env=environment,
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        counts = [int(each.communicate(timeout=90)[0].splitlines()[-1]) for each in both]
    assert len(box.ids) == 120 and len(set(box.ids)) == 120
    assert sum(counts) == 120 and min(counts) > 0
    assert {row.state for row in rows(engine, message)} == {"sent"}
    engine.dispose()
