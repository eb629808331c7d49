"""The chat is told each stage of an incident once, whatever the chat answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data_access import chat, incidents, schema
from data_access.chat import tell_in_turn
from data_access.database import writing
from data_access.digest import send_digests
from data_access.incidents import Kind
from tests.accounts import an_account, rows
from tests.conftest import NOW
from tests.forgetting import set_up
from tests.renewing import served


@dataclass
class Room:
    """What a chat was told, and the status codes with which it answers next."""

    told: list[dict] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def hear(self, request: Request) -> Response:
        """Takes a message, or answers as it was told to."""
        said = await request.json()
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.told.append(said)
        return Response(status_code=status)


@pytest.fixture
def room(tmp_path) -> Iterator[Room]:
    made = Room()
    app = Starlette(routes=[Route("/the-key-of-the-chat", made.hear, methods=["POST"])])
    with served(app) as url:
        address = f"json{url.removeprefix('http')}/the-key-of-the-chat"
        with set_up({"DESK_CHAT_URLS": address, "DESK_LINK_KEY": "k" * 40}, tmp_path):
            yield made


def tell(database, minutes: float = 0) -> int:
    return tell_in_turn(lambda: NOW + timedelta(minutes=minutes), database)


def reported(database, accounts: int) -> None:
    with writing(database) as connection:
        incidents.report(connection, Kind.OUR_CREDENTIALS, NOW, accounts)


def test_an_incident_is_told_opened_grown_tenfold_and_over_each_once(room, database):
    reported(database, 3)
    for minutes in range(3):
        tell(database, minutes)
    reported(database, 26)
    tell(database, 5)
    reported(database, 2)
    tell(database, 6)
    tell(database, 7)
    with writing(database) as connection:
        incidents.close(connection, Kind.OUR_CREDENTIALS, NOW + timedelta(minutes=8))
    tell(database, 9)
    tell(database, 10)
    assert [each["title"] for each in room.told] == [
        "Renewal Desk: incident",
        "Renewal Desk: incident grown tenfold",
        "Renewal Desk: incident over",
    ]


def test_a_chat_that_refuses_is_tried_again_and_told_once(room, database):
    room.answers[:] = [500, 429]
    reported(database, 3)
    assert [tell(database, minutes) for minutes in (0, 1, 3, 60)] == [0, 0, 1, 0]
    assert len(room.told) == 1
    (row,) = rows(database, schema.announcement)
    assert row.failure == "" and row.sent_at is not None


def test_what_a_clock_that_was_far_ahead_has_put_off_is_told_when_it_is_right_again(room, database):
    reported(database, 3)
    room.answers[:] = [500]
    assert tell(database, 400 * 24 * 60) == 0
    assert tell(database, 1) == 1 and len(room.told) == 1


def test_an_incident_that_was_over_before_anybody_heard_is_not_told(room, database):
    reported(database, 3)
    with writing(database) as connection:
        incidents.close(connection, Kind.OUR_CREDENTIALS, NOW)
    assert tell(database, 1) == 0 and room.told == []


def test_the_morning_is_told_once_in_numbers_and_without_a_seller(room, database):
    an_account(database, NOW)
    for _ in range(2):
        send_digests(lambda: NOW, database)
        tell(database)
    (said,) = room.told
    assert "1 account blocked" in said["title"] and "/today" in said["message"]
    assert "Müller" not in said["message"] + said["title"]


def test_every_room_hears_what_is_new_since_it_heard_last(database, monkeypatch, tmp_path):
    rooms = "json://127.0.0.1:9/a json://127.0.0.1:9/b"
    told = []
    monkeypatch.setattr(chat, "_send", lambda url, title, text: told.append(text) or "")
    with set_up({"DESK_CHAT_URLS": rooms, "DESK_LINK_KEY": "k" * 40}, tmp_path):
        account = an_account(database, NOW)
        lapsed = schema.authorization.update().where(schema.authorization.c.id == account)
        with writing(database) as connection:
            connection.execute(lapsed.values(expires_at=NOW - timedelta(hours=9)))
        send_digests(lambda: NOW, database)
        tell(database)
    assert len(told) == 2 and told[0] == told[1]


def test_a_digest_of_a_clock_that_was_far_ahead_hides_nothing_new(room, database):
    wrong = NOW + timedelta(days=364)
    send_digests(lambda: wrong, database)
    tell_in_turn(lambda: wrong, database)
    an_account(database, NOW, 365.5)
    send_digests(lambda: NOW, database)
    tell(database)
    first, second = (said["message"] for said in room.told)
    assert "newly expired: 0" in first and "newly expired: 1" in second


def test_the_key_of_the_chat_is_in_no_row(room, database):
    reported(database, 3)
    room.answers[:] = [500]
    tell(database)
    assert "the-key-of-the-chat" not in repr(rows(database, schema.announcement))
