"""The stand-in stands alone: nothing of the desk, and nobody but this machine."""

import ast
import asyncio
import sys
from pathlib import Path

import httpx
import pytest

import amazon_stand_in
from amazon_stand_in.__main__ import HOST, options
from amazon_stand_in.application import create_app

SOURCES = sorted(Path(amazon_stand_in.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_it_imports_only_itself_starlette_uvicorn_and_jinja(source):
    allowed = sys.stdlib_module_names | {"amazon_stand_in", "starlette", "uvicorn", "jinja2"}
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module]
        assert {name.split(".")[0] for name in names} <= allowed


def status_for(client: tuple[str, int] | None) -> int:
    async def ask() -> int:
        transport = httpx.ASGITransport(create_app(), client=client)
        async with httpx.AsyncClient(transport=transport, base_url="http://stand-in") as http:
            return (await http.get("/stand-in/switches")).status_code

    return asyncio.run(ask())


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_may_come_in(address):
    assert status_for((address, 1)) == 200


@pytest.mark.parametrize("address", ["192.168.1.7", "8.8.8.8", "2001:db8::1", "testclient", ""])
def test_nobody_else_may(address):
    assert status_for((address, 1)) == 403


def test_a_client_without_an_address_may_not():
    assert status_for(None) == 403


def test_it_binds_to_this_machine_and_takes_no_other_address():
    assert HOST == "127.0.0.1"
    with pytest.raises(SystemExit):
        options(["--host", "0.0.0.0"])  # noqa: S104 - refused is what it must be


def test_the_command_line_sets_switches():
    read = options(["--port", "9", "--set", "draft=1", "--set", "login_uri=http://a/?b=c"])
    assert read.port == 9
    assert read.settings == {"draft": "1", "login_uri": "http://a/?b=c"}
    assert create_app(**read.settings).state.stand_in.switches.draft is True


def test_uvicorn_finds_the_app():
    assert amazon_stand_in.app is amazon_stand_in.app
    assert amazon_stand_in.app.state.stand_in.switches.fail_next == 0
