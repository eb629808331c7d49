"""Writing to sellers: who is written to, who is left out and why, and what an agent sends."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from data_access import incidents
from data_access.account_list import account_page
from data_access.database import writing
from data_access.erased import REASON
from data_access.mails import WrongAddress
from data_access.messages import account_row
from data_access.outbox_list import batch_of, cancel, message_rows, messages_of, outbox_of, retry
from data_access.outbox_sending import TRIES, Sent, send_due
from data_access.outreach import MAILTO_LENGTH, mailto, plan, reasons_for, send_many, send_one
from data_access.schema import audit_entry, authorization, event, message, opt_out, snooze
from rules.account_filter import AccountFilter
from rules.acts import Actor, NotAllowed, Role
from rules.casework import round_of
from tests.accounts import an_account, change_account, change_seller, row_of, rows

ANNA = Actor("anna", Role.AGENT)


def a_seller(database, now, days_ago: float = 370, email: str | None = None, **fields) -> int:
    """An account with a mail address of its own."""
    account = an_account(database, now, days_ago, **fields)
    change_seller(database, account, email=f"s{account}@shop.example" if email is None else email)
    return account


def everybody(database, now):
    """All accounts, as a list shows them."""
    return account_page(AccountFilter(), now, size=500, of=database).rows


def left_out(database, now) -> dict[int, str]:
    """Who would be left out of a message to everybody, and why."""
    out = plan(everybody(database, now), now, database).left_out
    return dict(zip(out["id"], out["reason"], strict=True))


def renew(database, account: int, now) -> None:
    """The account as after a renewal."""
    change_account(
        database, account, granted_at=now, expires_at=now + timedelta(days=365), confirmed_at=now
    )


def test_an_agents_words_are_kept_without_what_postgresql_takes_in_no_text(database, box, now):
    account = account_row(a_seller(database, now), database)
    send_one(ANNA, account, "Hi\x00", "Own\x00 words", "de", now, database)
    (kept,) = rows(database, message)
    assert (kept.subject, kept.text) == ("Hi", "Own words")


def test_each_who_is_left_out_has_a_reason(database, box, now):
    written_to = a_seller(database, now)
    expected = {
        a_seller(database, now, email=""): "no_address",
        a_seller(database, now, email="nobody at home"): "wrong_address",
        a_seller(database, now, 30): "not_due",
        (paused := a_seller(database, now)): "paused",
        a_seller(database, now, application_id="amzn1.sp.solution.x"): "other_application",
        (opted := a_seller(database, now)): "opted_out",
        (asleep := a_seller(database, now, 360)): "snoozed",
        (lately := a_seller(database, now)): "written_lately",
    }
    change_account(database, paused, paused=True)
    with writing(database) as connection:
        connection.execute(insert(opt_out).values(authorization_id=opted, at=now, by="seller"))
        connection.execute(
            insert(snooze).values(
                authorization_id=asleep,
                round=round_of(row_of(database, asleep).granted_at),
                until=now + timedelta(days=2),
                reason="holiday",
                agent="anna",
                made_at=now - timedelta(days=1),
            )
        )
    send_one(ANNA, account_row(lately, database), "S", "T", "de", now - timedelta(days=1), database)
    assert left_out(database, now) == expected
    assert plan(everybody(database, now), now, database).to["id"].tolist() == [written_to]


def test_who_was_written_to_long_ago_is_written_to_again(database, box, now):
    account = a_seller(database, now)
    send_one(ANNA, account_row(account, database), "S", "T", "de", now, database)
    assert left_out(database, now + timedelta(days=2)) == {account: "written_lately"}
    assert left_out(database, now + timedelta(days=3)) == {}


def test_during_an_incident_nobody_is_written_to(database, box, now):
    account = a_seller(database, now)
    with writing(database) as connection:
        incidents.report(connection, incidents.Kind.MANY_REFUSALS, now)
    assert left_out(database, now) == {account: "incident"}
    assert "incident" in reasons_for(account_row(account, database), now, database)


def test_one_message_is_sent_as_the_agent_worded_it(database, box, now):
    account = a_seller(database, now)
    batch = send_one(ANNA, account_row(account, database), "Hi", "Own words", "de", now, database)
    assert send_due(lambda: now, database, batch) == Sent(sent=1)
    (mail,) = box.got
    assert mail["Subject"] == "Hi" and mail["To"] == f"s{account}@shop.example"
    plain, html = mail.iter_parts()
    assert plain.get_content().strip() == "Own words" and "Own words" in html.get_content()
    (entry,) = rows(database, audit_entry)
    assert (entry.act, entry.actor, entry.authorization_id) == ("send_message", "anna", account)
    assert "Own words" not in entry.details and "@" not in entry.details
    assert [each.kind for each in rows(database, event)] == ["message_sent"]
    assert messages_of(account, database)["state"].tolist() == ["sent"]


def test_a_viewer_sends_nothing(database, box, now):
    account = account_row(a_seller(database, now), database)
    with pytest.raises(NotAllowed):
        send_one(Actor("vera", Role.VIEWER), account, "S", "T", "de", now, database)
    assert rows(database, message) == []


def test_a_wrong_address_is_said_before_anything_is_written(database, box, now):
    account = account_row(a_seller(database, now, email="x@y\r\nBcc: z@evil.example"), database)
    with pytest.raises(WrongAddress):
        send_one(ANNA, account, "S", "T", "de", now, database)
    assert rows(database, message) == [] and rows(database, audit_entry) == []


def test_many_are_written_to_each_in_their_language(database, box, now):
    for language in ("de", "fr", "pl", "ja"):
        a_seller(database, now, language=language)
    found = plan(everybody(database, now), now, database)
    batch = send_many(ANNA, found.to, now, database)
    assert send_due(lambda: now, database, batch) == Sent(sent=4)
    words = {"de": "abgelaufen", "fr": "expiré", "pl": "wygasła", "ja": "ended on"}
    for account in found.to.itertuples():
        (mail,) = (each for each in box.got if each["To"] == account.email)
        assert words[account.language] in next(mail.iter_parts()).get_content()
    assert len(rows(database, audit_entry)) == 4
    (exported,) = message_rows(AccountFilter(), now, now, database)
    assert sorted(row[3] for row in exported) == ["de", "en", "fr", "pl"]
    assert {row[4] for row in exported} == {"sent"}


def test_the_address_of_a_seller_who_is_erased_before_it_is_queued_does_not_come_back(
    database, box, now
):
    one, other = a_seller(database, now), a_seller(database, now)
    planned = plan(everybody(database, now), now, database).to
    with writing(database) as connection:
        gone = authorization.update().where(authorization.c.id == other)
        connection.execute(gone.values(paused=True, paused_reason=REASON))
    send_many(ANNA, planned, now, database)
    assert [each.authorization_id for each in rows(database, message)] == [one]


def test_who_renews_before_it_goes_gets_nothing(database, box, now):
    one, other = a_seller(database, now), a_seller(database, now)
    batch = send_many(ANNA, plan(everybody(database, now), now, database).to, now, database)
    send_one(ANNA, account_row(other, database), "S", "T", "de", now, database)
    renew(database, other, now)
    assert send_due(lambda: now, database) == Sent(sent=1, left_out=2)
    assert [mail["To"] for mail in box.got] == [f"s{one}@shop.example"]
    kept = batch_of(batch, database).set_index("authorization_id")["failure"]
    assert kept[other] == "renewed"


def test_what_many_get_is_looked_at_again_when_it_goes(database, box, now):
    account = a_seller(database, now)
    send_many(ANNA, plan(everybody(database, now), now, database).to, now, database)
    with writing(database) as connection:
        connection.execute(insert(opt_out).values(authorization_id=account, at=now, by="seller"))
    assert send_due(lambda: now, database) == Sent(left_out=1)
    assert rows(database, message)[0].failure == "opted_out" and box.got == []


def test_who_is_due_by_the_agents_day_is_due_when_it_goes(database, box, now):
    there = ZoneInfo("America/Los_Angeles")
    morning = datetime(2026, 11, 23, 10, tzinfo=there)
    # The thirtieth day there, and the one after it by UTC.
    a_seller(database, morning, 335, expires_at=datetime(2026, 12, 23, 20, tzinfo=there))
    planned = plan(everybody(database, morning), morning, database).to
    batch = send_many(ANNA, planned, morning, database)
    assert len(planned) == 1
    assert send_due(lambda: morning.astimezone(UTC), database, batch) == Sent(sent=1)


def test_what_failed_is_tried_again_and_what_waits_is_taken_back(database, box, now):
    account = account_row(a_seller(database, now), database)
    box.answers = ["554 no"]
    send_one(ANNA, account, "S", "T", "de", now, database)
    send_due(lambda: now, database)
    failed = outbox_of("failed", database)
    assert failed.counts == {"waiting": 0, "failed": 1, "left_out": 0, "sent": 0}
    assert failed.rows["failure"].tolist() == ["554 no"]
    assert retry(ANNA, failed.rows["id"].tolist(), now, database) == 1
    assert send_due(lambda: now, database) == Sent(sent=1)
    assert retry(ANNA, failed.rows["id"].tolist(), now, database) == 0
    send_one(ANNA, account, "S", "T", "de", now, database)
    waiting = outbox_of("waiting", database).rows
    assert cancel(ANNA, waiting["id"].tolist(), now, database) == 1
    assert send_due(lambda: now + timedelta(days=1), database) == Sent()
    assert len(box.got) == 1
    assert [each.act for each in rows(database, audit_entry)] == ["send_message"] * 4


def test_what_is_tried_again_after_many_tries_has_as_many_before_it(database, box, now):
    send_one(ANNA, account_row(a_seller(database, now), database), "S", "T", "de", now, database)
    with writing(database) as connection:
        connection.execute(message.update().values(state="failed", tries=TRIES, next_try_at=None))
    assert retry(ANNA, [each.id for each in rows(database, message)], now, database) == 1
    box.answers = ["451 busy"]
    assert send_due(lambda: now, database) == Sent(waiting=1)


def test_what_is_tried_again_goes_to_the_address_of_now(database, box, now):
    account = a_seller(database, now)
    box.answers = ["rcpt 550 no such user"]
    send_one(ANNA, account_row(account, database), "S", "T", "de", now, database)
    assert send_due(lambda: now, database) == Sent(failed=1)
    change_seller(database, account, email=" right@shop.example ")
    assert retry(ANNA, [each.id for each in rows(database, message)], now, database) == 1
    assert send_due(lambda: now, database) == Sent(sent=1)
    assert [mail["To"] for mail in box.got] == ["right@shop.example"]


def test_the_mail_program_gets_all_of_a_short_text_and_the_beginning_of_a_long_one():
    address, whole = mailto("a@shop.example", "Größe & mehr", "Zeile 1\nZeile 2 = 100 %")
    parts = urlsplit(address)
    assert whole and parts.path == "a@shop.example"
    assert parse_qs(parts.query) == {
        "subject": ["Größe & mehr"],
        "body": ["Zeile 1\r\nZeile 2 = 100 %"],
    }
    address, whole = mailto("a@shop.example", "S", "ä" * 3_000)
    assert not whole and len(address) <= MAILTO_LENGTH
    assert unquote(address).endswith("ä")
    address, whole = mailto("a@shop.example" * 200, "S", "ä")
    assert not whole and address.endswith("body=")


@pytest.mark.parametrize("hostile", ["a@b.example?cc=x@evil.example", "a@b.example&bcc=x@evil.x"])
def test_an_address_cannot_add_recipients_in_the_mail_program(hostile):
    assert set(parse_qs(urlsplit(mailto(hostile, "S", "T")[0]).query)) == {"subject", "body"}
