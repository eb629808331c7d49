"""One mail each working morning, exactly once, with what matters in it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir
from sqlalchemy import Engine, insert, update

from data_access import jobs, outbox_sending, schema
from data_access.casework import promised
from data_access.database import DatabaseAway, writing
from data_access.desk_health import desk_health
from data_access.digest import NoDigest, digest_in_turn, is_late, plan, send_digests
from data_access.digest_mail import preview, recipients
from data_access.digest_words import LOCALE
from data_access.history import add_event
from data_access.outbox_sending import Sent, send_due
from data_access.records import ProfileRecord
from data_access.settings import ROOT, SettingsError, settings
from data_access.texts import catalogue
from rules.acts import Actor, Role
from rules.desk_health import Condition
from tests.accounts import an_account, rows
from tests.conftest import NOW
from tests.forgetting import set_up
from tests.mailing import Postbox, mail_settings, postbox

TEAM = "team@vendor.example"
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def server():
    with postbox() as box:
        yield box


@pytest.fixture
def box(server: Postbox) -> Postbox:
    server.got.clear()
    server.answers.clear()
    return server


def given(box: Postbox, **more: str) -> dict[str, str]:
    values = {
        "DESK_DIGEST_TO": TEAM,
        "DESK_DIGEST_ZONE": "Europe/Berlin",
        "DESK_LINK_KEY": "k" * 40,
    }
    return mail_settings(box, **values | more)


@pytest.fixture
def desk(box, tmp_path):
    """A desk whose team gets a digest."""
    with set_up(given(box), tmp_path):
        yield box


def at(moment: datetime):
    return lambda: moment


def text_of(mail) -> str:
    return mail.get_body("plain").get_content().replace("\r\n", "\n")


def test_the_team_gets_one_mail_a_morning_however_often_it_is_run(desk, database):
    an_account(database, NOW)
    for minutes in range(0, 60, 5):
        digest_in_turn(at(NOW + timedelta(minutes=minutes)), database)
    assert send_digests(at(NOW + timedelta(hours=2)), database).queued == 0
    (mail,) = desk.got
    assert mail["To"] == TEAM and mail["Auto-Submitted"] == "auto-generated"
    (stored,) = rows(database, schema.message)
    assert (stored.once, stored.text, stored.subject) == (f"digest:2026-11-23:{TEAM}", "", "")


def test_it_says_what_is_blocked_promised_expired_and_renewed_with_links(desk, database):
    yesterday = an_account(database, NOW, 365.5, selling_partner_id="A1")
    soon = an_account(database, NOW, 360, selling_partner_id="A2")
    fresh = an_account(database, NOW, 0.2, selling_partner_id="A3")
    promised(Actor("anna", Role.AGENT), [soon], NOW.date(), NOW, database)
    with writing(database) as connection:
        add_event(connection, "renewed", fresh, NOW - timedelta(hours=5))
        connection.execute(
            insert(schema.message).values(
                kind="reminder", recipient="x", message_id="<1@x>", state="failed", created_at=NOW
            )
        )
    send_digests(at(NOW), database)
    said = text_of(desk.got[0])
    parts = {part.split("\n")[0]: part for part in said.split("\n\n")}
    assert "1 account is blocked now" in said and "1 message failed" in said
    assert "expired on 22 November 2026" in parts["Newly expired"]
    assert "promised for 23 November 2026" in parts["Promised for today or earlier"]
    assert f"/account?id={soon}" in parts["Promised for today or earlier"]
    assert f"/account?id={fresh}" in parts["Renewed"]
    first = parts["Call first"]
    assert first.index(f"id={yesterday}") < first.index(f"id={soon}")


def test_a_shop_that_sells_little_does_not_cost_nothing(desk, database):
    little = ProfileRecord(orders_per_day=0.04, average_order_value=10.0)
    an_account(database, NOW, 365.5, profile=little)
    mail = preview(TEAM, NOW, database)
    assert mail.subject.endswith("1 account blocked, less than €1 a day")
    assert "It costs less than €1 a day (estimate)." in mail.text


def test_what_costs_most_comes_first_and_the_rest_is_counted(box, tmp_path, database):
    with set_up(given(box, DESK_DIGEST_ACCOUNTS="2"), tmp_path):
        ids = [an_account(database, NOW, 365 + n / 10) for n in range(1, 6)]
        with writing(database) as connection:
            for n, account in enumerate(ids):
                connection.execute(
                    update(schema.sync_profile)
                    .where(schema.sync_profile.c.authorization_id == account)
                    .values(orders_per_day=10.0 ** (n % 3), measured_at=NOW)
                )
        part = preview(TEAM, NOW, database).text.split("\n\n")
    expired = next(each for each in part if each.startswith("Newly expired"))
    assert f"id={ids[2]}" in expired and "and 3 more" in expired
    assert expired.count("/account?id=") == 2


def test_a_hostile_name_stays_text(desk, database):
    an_account(database, NOW)
    hostile = '<img src=x onerror="1"> {{ 7*7 }}\r\nBcc: everybody@x.example'
    with writing(database) as connection:
        connection.execute(update(schema.authorization).values(seller_name=hostile))
    send_digests(at(NOW), database)
    (mail,) = desk.got
    html = mail.get_body("html").get_content()
    assert "<img" not in html and "&lt;img src=x" in html and "{{ 7*7 }}" in html
    assert mail["Bcc"] is None
    assert "\nBcc:" not in text_of(mail) and '<img src=x onerror="1">' in text_of(mail)


def test_each_owner_gets_their_own_accounts(box, tmp_path, database):
    values = {"DESK_DIGEST_PER_OWNER": "true", "DESK_ROLES": '{"agent": ["*@vendor.example"]}'}
    with set_up(given(box, **values), tmp_path):
        owners = ("anna@vendor.example", "Anna@Vendor.example", "ben", "spy@elsewhere.example", "")
        ids = [an_account(database, NOW, owner=owner) for owner in owners]
        assert recipients(database) == (TEAM, "anna@vendor.example")
        send_digests(at(NOW), database)
        mails = {mail["To"]: text_of(mail) for mail in box.got}
    assert "5 accounts are blocked" in mails[TEAM]
    own = mails["anna@vendor.example"]
    assert "2 accounts are blocked" in own and "The accounts that you hold" in own
    assert [f"id={each}\n" in own for each in ids] == [True, True, False, False, False]


def test_an_owner_is_known_by_their_address_however_their_name_is_written(desk, database):
    account = an_account(database, NOW, owner=" Anna@müller.example")
    mail = preview("anna@xn--mller-kva.example", NOW, database)
    assert "1 account is blocked" in mail.text and f"id={account}\n" in mail.text


def test_whoever_holds_nothing_any_more_sees_nobodys_accounts(desk, database):
    account = an_account(database, NOW, owner="anna@vendor.example")
    mail = preview("ben@vendor.example", NOW, database)
    assert "Nobody is blocked" in mail.text and f"id={account}" not in mail.text


def test_two_at_once_send_one_even_without_the_lease(desk, database, monkeypatch):
    an_account(database, NOW)
    both = threading.Barrier(2)

    @contextmanager
    def everybody_may(*_args, **_more):
        both.wait(30)
        yield True

    monkeypatch.setattr(jobs, "lease", everybody_may)
    with ThreadPoolExecutor(2) as many:
        list(many.map(lambda _: send_digests(at(NOW), database), range(2)))
    assert len(desk.got) == 1


def test_a_run_that_breaks_off_says_how_far_it_came(desk, database, monkeypatch):
    rounds = [Sent(sent=1)]

    def away_in_the_end(*_) -> Sent:
        if not rounds:
            raise DatabaseAway("gone")
        return rounds.pop()

    monkeypatch.setattr(outbox_sending, "send_due", away_in_the_end)
    with pytest.raises(DatabaseAway):
        send_digests(at(NOW), database)
    run = jobs.last_run(jobs.DIGEST, database)
    assert (run.due, run.sent, run.succeeded) == (1, 1, False)


def test_of_two_at_once_one_says_that_the_other_is_busy(desk, database):
    with jobs.lease("digest", "other", clock=at(NOW), of=database):
        assert send_digests(at(NOW), database).busy
    assert desk.got == []


def test_each_working_morning_has_one_digest_but_for_a_standstill(box, tmp_path, database):
    """Every third hour from 14 December on; nobody home for five days in January, the mail server
    refusing on one."""
    start = datetime(2026, 12, 14, 0, 30, tzinfo=BERLIN)
    stopped = (datetime(2027, 1, 4, 3, tzinfo=BERLIN), datetime(2027, 1, 8, 12, tzinfo=BERLIN))
    free = {date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1), date(2027, 1, 6)}
    expected = []
    with set_up(given(box, DESK_DIGEST_COUNTRY="DE-BY"), tmp_path):
        for step in range(32 * 8):
            now = (start.astimezone(UTC) + timedelta(hours=3 * step)).astimezone(BERLIN)
            if stopped[0] <= now < stopped[1]:
                continue
            box.answers[:] = ["451 later"] * 9 if now.date() == date(2026, 12, 17) else []
            digest_in_turn(at(now), database)
            send_due(at(now), database)
            day = now.date()
            works = day.weekday() < 5 and day not in free and day != date(2026, 12, 17)
            if works and now.hour >= 7 and day not in expected:
                expected.append(day)
    got = [date.fromisoformat(m.once.split(":")[1]) for m in rows(database, schema.message)]
    sent = [
        m.sent_at.astimezone(BERLIN).date() for m in rows(database, schema.message) if m.sent_at
    ]
    assert sent == expected and len(box.got) == len(expected) == 17
    assert set(got) - set(sent) == {date(2026, 12, 17)}
    refused = next(m for m in rows(database, schema.message) if m.sent_at is None)
    assert (refused.state, refused.failure) == ("left_out", "day_over")


def test_new_is_new_since_the_last_digest(desk, database):
    send_digests(at(NOW - timedelta(days=3)), database)
    an_account(database, NOW, 367)
    assert "Newly expired" in preview(TEAM, NOW, database).text
    send_digests(at(NOW), database)
    assert "Newly expired" not in preview(TEAM, NOW + timedelta(days=1), database).text


def test_whoever_is_taken_off_the_list_gets_nothing_that_waited(box, tmp_path, database):
    with set_up(given(box), tmp_path):
        box.answers[:] = ["451 later"]
        send_digests(at(NOW), database)
    with set_up(given(box, DESK_DIGEST_TO="other@vendor.example"), tmp_path):
        send_due(at(NOW + timedelta(hours=1)), database)
    assert box.got == [] and rows(database, schema.message)[0].failure == "not_wanted"


def test_a_working_morning_without_a_digest_is_late_and_a_free_day_is_not(desk, database):
    assert not is_late(NOW, database)
    friday = datetime(2026, 11, 20, 7, 1, tzinfo=BERLIN)
    send_digests(at(friday), database)
    assert not is_late(datetime(2026, 11, 22, 12, tzinfo=BERLIN), database)
    assert not is_late(datetime(2026, 11, 23, 8, 59, tzinfo=BERLIN), database)
    monday = datetime(2026, 11, 23, 9, 1, tzinfo=BERLIN)
    assert is_late(monday, database)
    checks = {each.name: each for each in desk_health(at(monday), database).checks}
    assert checks["digest"].condition is Condition.DEGRADED


def test_one_of_a_clock_that_was_far_ahead_does_not_hide_that_a_digest_is_missing(desk, database):
    send_digests(at(datetime(2027, 11, 22, 7, 1, tzinfo=BERLIN)), database)
    assert is_late(datetime(2026, 11, 23, 9, 1, tzinfo=BERLIN), database)


def test_one_of_a_clock_that_was_far_ahead_hides_nothing_new(desk, database):
    send_digests(at(datetime(2027, 11, 22, 7, 1, tzinfo=BERLIN)), database)
    an_account(database, NOW, 365.5)
    assert "Newly expired" in preview(TEAM, NOW, database).text


def test_looking_on_writes_nothing(desk, database):
    an_account(database, NOW)
    report = plan(NOW, database)
    assert (report.day, report.recipients) == (NOW.date(), (TEAM,))
    assert rows(database, schema.message) == rows(database, schema.job_run) == []


def test_where_nobody_is_to_get_one_that_is_said(box, tmp_path, database):
    with set_up(given(box, DESK_DIGEST_TO=""), tmp_path):
        assert digest_in_turn(at(NOW), database) == 0
        with pytest.raises(NoDigest, match="DESK_DIGEST_TO"):
            send_digests(at(NOW), database)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DIGEST_TO", "nobody", "must be mail addresses"),
        ("REMIND_EVERY_MINUTES", "720", "less than or equal to 60"),
        ("DIGEST_DAYS", "monday", "must be days of the week"),
        ("DIGEST_COUNTRY", "DE-XX", "is no country"),
        ("DIGEST_ZONE", "Lummerland", "is no time zone"),
        ("CHAT_URLS", "nothing://x", "Apprise does not know"),
        ("CHAT_URLS", "jsons://chat.example/secret", "must be on this machine in demo mode"),
        ("SMTP_URL", "", "A digest needs DESK_SMTP_URL"),
    ],
)
def test_a_wrong_setting_is_a_sentence(box, tmp_path, name, value, says):
    with set_up(given(box, **{f"DESK_{name}": value}), tmp_path):
        with pytest.raises(SettingsError, match=says) as raised:
            settings()
        assert not value or value not in str(raised.value)


def test_every_text_is_there_in_german():
    keywords = {"say": None, "_say": None, "_count": (1, 2), "N_": None}
    found = set()
    for _, _, message, _, _ in extract_from_dir(
        str(ROOT / "data_access"),
        method_map=[("digest_words.py", "python"), ("chat_words.py", "python")],
        keywords=keywords,
    ):
        found.add(message[0] if isinstance(message, tuple) else message)
    known = {
        m.id[0] if isinstance(m.id, tuple) else m.id: m.string for m in catalogue(LOCALE, "de")
    }
    assert {text for text in found if not known.get(text)} == set()
    assert set(known) - found - {""} == set()


def test_in_german_it_is_german(box, tmp_path, database: Engine):
    with set_up(given(box, DESK_LANGUAGE="de"), tmp_path):
        an_account(database, NOW)
        mail = preview(TEAM, NOW, database)
    assert mail.subject.startswith("Renewal Desk, 23. November 2026: 1 Konto blockiert")
    assert "Zuerst anrufen" in mail.text and "[en:" not in mail.text + mail.html
