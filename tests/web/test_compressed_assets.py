"""Streamlit's scripts and styles go out compressed, once made, and are otherwise as they are."""

import gzip

import brotli
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from web import compressed_assets
from web.compressed_assets import CompressedAssets, assets_folder

SCRIPT = min(name for name in compressed_assets._names() if name.endswith(".js"))


@pytest.fixture
def client() -> TestClient:
    """An application whose own answer is "as it is"."""
    plain = Route("/{path:path}", lambda _: PlainTextResponse("as it is"))
    app = Starlette(routes=[plain])
    app.add_middleware(CompressedAssets)
    return TestClient(app)


@pytest.mark.parametrize(
    ("takes", "encoding", "undone"),
    [
        ("gzip, deflate", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.8", "gzip", gzip.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
    ],
)
def test_a_script_is_the_very_script_in_fewer_bytes(client, takes, encoding, undone):
    with client.stream("GET", f"/static/{SCRIPT}", headers={"accept-encoding": takes}) as answer:
        raw = b"".join(answer.iter_raw())
    there = (assets_folder() / SCRIPT).read_bytes()
    assert undone(raw) == there
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["vary"] == "accept-encoding"
    assert "javascript" in answer.headers["content-type"]
    assert "immutable" in answer.headers["cache-control"]
    assert int(answer.headers["content-length"]) == len(raw)


@pytest.mark.parametrize("encoding", compressed_assets.ENCODINGS)
def test_the_whole_of_them_is_less_than_a_third(encoding):
    names = compressed_assets._names()
    biggest = sorted(names, key=lambda n: -(assets_folder() / n).stat().st_size)[:3]
    for name in biggest:
        whole = (assets_folder() / name).stat().st_size
        assert len(compressed_assets._compressed(name, encoding)) < whole / 2.5


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"/static/{SCRIPT}", {"accept-encoding": "identity"}),
        (f"/static/{SCRIPT}", {"accept-encoding": "gzip;q=0, identity"}),
        (f"/static/{SCRIPT}", {"accept-encoding": "gzip", "range": "bytes=0-9"}),
        ("/static/nothing.js", {"accept-encoding": "gzip"}),
        ("/static/../index.html", {"accept-encoding": "gzip"}),
        ("/static/%2e%2e/%2e%2e/file_util.py", {"accept-encoding": "gzip"}),
        (f"/{SCRIPT}", {"accept-encoding": "gzip"}),
    ],
)
def test_everything_else_is_answered_by_who_answers_it_anyway(client, path, headers):
    assert client.get(path, headers=headers).text == "as it is"


def test_nobody_gets_a_script_by_writing(client):
    answer = client.post(f"/static/{SCRIPT}", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers


def test_asking_for_the_head_sends_no_body(client):
    answer = client.head(f"/static/{SCRIPT}", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200 and answer.content == b""
