"""The calendar feeds, read as a calendar program would: over the route, by a second library."""

from datetime import UTC, date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
import vobject
from babel.messages.extract import extract_from_file
from sqlalchemy import insert, select, update
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data_access import calendar_feed, demo, rollup, schema
from data_access.account_list import every_account
from data_access.calendar_keys import feed_address, keys_in_force, make_key, revoke_key
from data_access.database import reading, writing
from data_access.texts import catalogue
from rules.account_filter import from_query
from rules.acts import Actor, NotAllowed, Role
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import at_desk, empty_desk  # noqa: F401
from web.access import is_open
from web.logs import scrubbed
from web.middleware import is_for_sellers
from web.routes import ROUTES

ANNA = Actor("anna", Role.AGENT)
HOSTILE = 'Söhne; "Co", Ltd\\\r\nATTENDEE:mailto:x@example.com'


@pytest.fixture
def desk(empty_desk):  # noqa: F811
    """Four sellers: one expires in ten days, one did five days ago, one in 200 days, one in twelve
    days and is paused. Anna holds the first."""
    demo.fill(4, 2, NOW, of=empty_desk)
    for account, days in ((1, 10), (2, -5), (3, 200), (4, 12)):
        move(empty_desk, account, days)
    with writing(empty_desk) as connection:
        a = schema.authorization
        held, *_, off_boarded = ids(empty_desk)
        connection.execute(update(a).where(a.c.id == off_boarded).values(paused=True))
        connection.execute(
            update(a).where(a.c.id == held).values(owner="anna", seller_name=HOSTILE)
        )
        rollup.rebuild(connection)
    return empty_desk


def move(engine, account: int, days: float, granted=None) -> None:
    """Makes an account expire so many days from now, as its history tells too."""
    account = ids(engine)[account - 1]
    expires = NOW + timedelta(days=days)
    granted = granted or expires - timedelta(days=365)
    with writing(engine) as connection:
        connection.execute(
            update(schema.authorization)
            .where(schema.authorization.c.id == account)
            .values(granted_at=granted, expires_at=expires, paused=False, refused_at=None)
        )
        connection.execute(schema.event.delete().where(schema.event.c.authorization_id == account))
        connection.execute(
            insert(schema.event).values(at=granted, kind="granted", authorization_id=account)
        )


@pytest.fixture
def client():
    """A calendar program."""
    return TestClient(Starlette(routes=ROUTES))


def path_of(key: str) -> str:
    """The feed of a key."""
    return urlsplit(feed_address(key)).path


def ids(engine) -> list[int]:
    """The numbers of the accounts; one database serves many tests, so they begin anywhere."""
    with reading(engine) as connection:
        a = schema.authorization.c
        return list(connection.scalars(select(a.id).order_by(a.id)))


def entries(desk, client, key: str) -> dict[str, vobject.base.Component]:
    """The entries of a feed by their uid, as the second library reads them; accounts counted from
    1."""
    answer = client.get(path_of(key))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = vobject.readOne(answer.text, validate=True)
    listed = calendar.contents.get("vevent", [])
    names = {f"account-{own}@": f"account-{n}@" for n, own in enumerate(ids(desk), start=1)}
    found = {}
    for each in listed:
        name, at, host = each.uid.value.partition("@")
        found[names.get(name + at, name + at) + host] = each
    assert len(found) == len(listed)
    return found


def entry(desk, client, key: str, account: int) -> vobject.base.Component:
    """The entry of one account."""
    return entries(desk, client, key)[f"account-{account}@127.0.0.1"]


def test_the_team_sees_what_expires_soon_or_has_expired_and_nothing_paused(desk, client):
    key = make_key(ANNA, "", NOW, desk)
    found = entries(desk, client, key)
    assert set(found) == {"account-1@127.0.0.1", "account-2@127.0.0.1"}
    first = found["account-1@127.0.0.1"]
    assert first.dtstart.value == date(2026, 12, 3)
    assert first.dtend.value == date(2026, 12, 4)
    assert first.url.value == f"http://127.0.0.1:8501/account?id={ids(desk)[0]}"
    assert first.transp.value == "TRANSPARENT"
    assert "valarm" not in first.contents
    expired = found["account-2@127.0.0.1"]
    assert expired.summary.value.startswith("Authorization expired: ")
    assert "blocked until the seller renews" in expired.description.value


def test_an_entry_that_reads_expired_from_now_on_is_a_later_one(desk, client):
    key = make_key(ANNA, "", NOW, desk)
    with time_machine.travel(NOW - timedelta(days=6), tick=False):
        before = entry(desk, client, key, 2)
    with time_machine.travel(NOW, tick=False):
        after = entry(desk, client, key, 2)
    assert before.summary.value.startswith("Authorization expires: ")
    assert after.summary.value.startswith("Authorization expired: ")
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstamp.value == NOW - timedelta(days=5) > before.dtstamp.value


def test_my_feed_has_only_my_accounts(desk, client):
    assert set(entries(desk, client, make_key(ANNA, "anna", NOW, desk))) == {"account-1@127.0.0.1"}
    assert entries(desk, client, make_key(ANNA, "nobody", NOW, desk)) == {}


def test_a_hostile_name_stays_a_name(desk, client):
    key = make_key(ANNA, "", NOW, desk)
    first = entry(desk, client, key, 1)
    name = 'Söhne; "Co", Ltd\\ ATTENDEE:mailto:x@example.com'
    assert first.summary.value == f"Authorization expires: {name}"
    assert "attendee" not in first.contents


def test_no_mail_address_and_no_renew_link_is_in_it(desk, client):
    with writing(desk) as connection:
        connection.execute(update(schema.authorization).values(seller_name="Müller"))
        addresses = connection.scalars(select(schema.seller.c.email)).all()
    text = client.get(path_of(make_key(ANNA, "", NOW, desk))).text
    assert "@" not in text.replace("@127.0.0.1", "")
    assert not any(address and address in text for address in addresses)
    assert "/renew/" not in text


def test_an_entry_moves_when_its_account_is_renewed(desk, client):
    key = make_key(ANNA, "", NOW, desk)
    before = entry(desk, client, key, 1)
    move(desk, 1, 365, granted=NOW)
    after = entry(desk, client, key, 1)
    assert after.dtstart.value == date(2027, 11, 23)
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstamp.value > before.dtstamp.value
    assert after.last_modified.value == after.dtstamp.value == NOW


def test_an_expiry_that_the_seller_read_out_moves_it_too(desk, client):
    key = make_key(ANNA, "", NOW, desk)
    before = entry(desk, client, key, 1)
    held = ids(desk)[0]
    with writing(desk) as connection:
        connection.execute(
            update(schema.authorization)
            .where(schema.authorization.c.id == held)
            .values(expires_at=NOW + timedelta(days=7), expiry_source="seller_reported")
        )
        connection.execute(
            insert(schema.event).values(at=NOW, kind="changed", authorization_id=held)
        )
    after = entry(desk, client, key, 1)
    assert after.dtstart.value == date(2026, 11, 30)
    assert int(after.sequence.value) > int(before.sequence.value)


def test_long_after_a_renewal_it_leaves_until_it_is_due_again(desk, client):
    key = make_key(ANNA, "", NOW, desk)
    move(desk, 1, 365, granted=NOW)
    with time_machine.travel(NOW + timedelta(days=40)):
        assert "account-1@127.0.0.1" not in entries(desk, client, key)
    with time_machine.travel(NOW + timedelta(days=330)):
        assert entry(desk, client, key, 1).dtstart.value == date(2027, 11, 23)


def test_days_are_those_of_the_team(desk, client, at_desk):  # noqa: F811
    move(desk, 1, 0.6)
    key = make_key(ANNA, "", NOW, desk)
    assert entry(desk, client, key, 1).dtstart.value == date(2026, 11, 23)
    at_desk.setenv("DESK_TIME_ZONE", "Asia/Tokyo")
    forget()
    assert entry(desk, client, key, 1).dtstart.value == date(2026, 11, 24)


def test_too_many_become_one_entry_a_day_that_says_so(desk, client, at_desk):  # noqa: F811
    at_desk.setenv("DESK_CALENDAR_ENTRIES", "2")
    forget()
    move(desk, 3, 10.1)
    with writing(desk) as connection:
        rollup.rebuild(connection)
    found = entries(desk, client, make_key(ANNA, "", NOW, desk))
    assert set(found) == {"day-2026-11-18@127.0.0.1", "day-2026-12-03@127.0.0.1"}
    crowded = found["day-2026-12-03@127.0.0.1"]
    assert crowded.summary.value == "2 authorizations expire"
    assert "more than 2 accounts, too many to name" in crowded.description.value
    wanted, ignored = from_query(parse_qs(urlsplit(crowded.url.value).query))
    assert ignored == ()
    assert len(next(every_account(wanted, NOW, of=desk))) == 2


def test_the_calendar_speaks_the_language_of_the_desk(desk, client, at_desk):  # noqa: F811
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    key = make_key(ANNA, "", NOW, desk)
    assert entry(desk, client, key, 2).summary.value.startswith("Freigabe abgelaufen: ")
    assert "[en:" not in client.get(path_of(key)).text


def test_what_has_not_changed_is_not_sent_again(desk, client):
    path = path_of(make_key(ANNA, "", NOW, desk))
    first = client.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    for named in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, headers={"if-none-match": named})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    with time_machine.travel(NOW + timedelta(hours=2)):
        assert client.get(path, headers={"if-none-match": tag}).status_code == 304
    move(desk, 1, 365, granted=NOW)
    assert client.get(path, headers={"if-none-match": tag}).status_code == 200


def test_a_revoked_key_ends_at_once_and_tells_nothing(desk, client):
    key = make_key(ANNA, "", NOW, desk)
    tag = client.get(path_of(key)).headers["etag"]
    revoke_key(ANNA, keys_in_force(desk)[0].digest, NOW, desk)
    revoked = client.get(path_of(key), headers={"if-none-match": tag})
    for path in ("/calendar/x.ics", "/calendar/.ics", f"/calendar/{'x' * 5000}.ics"):
        never = client.get(path)
        if path != "/calendar/.ics":
            assert never.text == revoked.text == "There is no such calendar.\n"
        assert never.status_code == revoked.status_code == 404
        assert "etag" not in never.headers


def test_only_the_whole_key_opens_a_feed_that_is_in_force(desk, client):
    key = make_key(ANNA, "", NOW, desk)
    for wrong in ("x" * 43, key[:-1], f"{key}A", key.swapcase(), keys_in_force(desk)[0].digest):
        assert client.get(path_of(wrong)).status_code == 404
    assert client.get(path_of(key)).status_code == 200


def test_the_key_itself_is_nowhere(desk, client):
    key = make_key(ANNA, "", NOW, desk)
    client.get(path_of(key))
    assert len(key) == 43
    with reading(desk) as connection:
        stored = connection.execute(select(schema.calendar_key)).all()
        trail = connection.execute(select(schema.audit_entry)).all()
    assert key not in repr(stored) + repr(trail)
    assert [each.act for each in trail] == ["make_calendar_key"]


def test_use_is_noted_at_most_once_an_hour(desk, client):
    path = path_of(make_key(ANNA, "", NOW, desk))
    assert keys_in_force(desk)[0].used_at is None
    for minutes, noted in ((0, 0), (59, 0), (61, 61), (100, 61)):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            client.get(path)
        assert keys_in_force(desk)[0].used_at == NOW + timedelta(minutes=noted)


def test_a_viewer_makes_and_revokes_no_key(desk):
    viewer = Actor("vera", Role.VIEWER)
    with pytest.raises(NotAllowed):
        make_key(viewer, "", NOW, desk)
    make_key(ANNA, "", NOW, desk)
    (known,) = keys_in_force(desk)
    with pytest.raises(NotAllowed):
        revoke_key(viewer, known.digest, NOW, desk)
    assert keys_in_force(desk) == [known]
    assert known.made_at == NOW.astimezone(UTC)


def test_the_feed_needs_no_login_and_its_key_stays_out_of_logs():
    assert is_open("/calendar/abc.ics")
    assert is_for_sellers("/calendar/abc.ics")
    assert "secret-key" not in scrubbed("GET /calendar/secret-key.ics HTTP/1.1")


def test_a_database_that_is_away_is_a_sentence(desk, client, at_desk):  # noqa: F811
    path = path_of(make_key(ANNA, "", NOW, desk))
    at_desk.setenv("DESK_DATABASE_URL", "sqlite:////nowhere/desk.sqlite")
    forget()
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"


def test_every_text_is_in_german():
    found = extract_from_file("python", calendar_feed.__file__, {"say": None, "count": (1, 2)})
    said = {each[1] for each in found}
    known = {message.id: message.string for message in catalogue(calendar_feed.LOCALE, "de")}
    assert {id_ for id_ in known if id_} == said
    assert all(known[id_] for id_ in said)
