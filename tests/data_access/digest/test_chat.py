"""The chat is told each stage of an incident once, whatever the chat answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from data_access import incidents, schema
from data_access.chat import tell_in_turn
from data_access.database import writing
from data_access.digest import send_digests
from data_access.incidents import Kind
from tests.conftest import NOW
from tests.renewing import an_account, rows, set_up


@dataclass
class Room:
    """What a chat was told, and the status codes with which it answers next."""

    told: list[dict] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    port: int = 0


@contextmanager
def chat_room() -> Iterator[Room]:
    room = Room()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status = room.answers.pop(0) if room.answers else 200
            if status == 200:
                room.told.append(body)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    room.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield room
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def room(tmp_path) -> Iterator[Room]:
    with chat_room() as made:
        url = f"json://127.0.0.1:{made.port}/the-key-of-the-chat"
        with set_up({"DESK_CHAT_URLS": url, "DESK_LINK_KEY": "k" * 40}, tmp_path):
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


def test_the_key_of_the_chat_is_in_no_row(room, database):
    reported(database, 3)
    room.answers[:] = [500]
    tell(database)
    assert "the-key-of-the-chat" not in repr(rows(database, schema.announcement))
