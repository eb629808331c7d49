"""Whatever answers in Amazon's place, and however: each call ends in an Answer."""

import asyncio
import json
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from data_access.amazon import LARGEST, Amazon, Patience
from rules.amazon_answers import Answer, Verdict
from tests.forgetting import set_up


@pytest.fixture
def answering(tmp_path) -> Iterator[Callable[..., None]]:
    """The desk, with somebody in Amazon's place who answers 200 and what is given."""
    given = [b""]

    class Odd(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(200)
            self.end_headers()
            try:
                for part in given:
                    self.wfile.write(part)
            except ConnectionError:
                """They have heard enough."""

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    def give(content: bytes, times: int = 1) -> None:
        given[:] = [content] * times

    with ThreadingHTTPServer(("127.0.0.1", 0), Odd) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with set_up({"DESK_MODE": "demo", "DESK_STAND_IN_URL": url}, tmp_path):
            yield give
        server.shutdown()


def answers() -> list[Answer]:
    """What the exchange of a code, a refresh and a call end in."""

    async def all_three() -> list[Answer]:
        async with Amazon(Patience(tries=1)) as amazon:
            return [
                (await amazon.exchange("code", "https://desk.example/amazon/callback")).answer,
                (await amazon.refresh("Atzr|x")).answer,
                (await amazon.participations("Atza|x", "EU")).answer,
            ]

    return asyncio.run(all_three())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b'{"access_token": "Atza',
        b"[" * 100_000,
        b'{"error":' + b"[" * 100_000,
        '{"access_token": "ä"}'.encode("latin-1"),
        json.dumps({"access_token": "Atza|ä", "refresh_token": "Atzr|ä"}).encode(),
        json.dumps({"access_token": "Atza|\ud800", "refresh_token": "Atzr|\ud800"}).encode(),
        json.dumps({"access_token": "Atza|x\r\nhost: x", "refresh_token": "Atzr|x"}).encode(),
        json.dumps({"access_token": ["Atza|x"], "refresh_token": {}}).encode(),
        b'{"access_token": ' + b"1" * 5_000 + b"}",
    ],
    ids=range(11),
)
def test_what_cannot_be_read_is_no_answer(answering, content):
    answering(content)
    assert answers() == [Answer(Verdict.NO_ANSWER, "unreadable")] * 3


def test_no_more_is_read_of_an_answer_than_any_can_have(answering):
    answering(b" " * LARGEST, times=100)
    tracemalloc.start()
    assert answers() == [Answer(Verdict.NO_ANSWER, "unreadable")] * 3
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 30 * LARGEST
