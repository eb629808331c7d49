"""An Excel sheet that nobody waits for any more is not made to its end."""

import asyncio
import tempfile
import time

import pytest
from starlette.applications import Starlette

from data_access import demo
from data_access.account_list import every_page
from data_access.export import export_path
from data_access.export_tables import TABLES, ExportTable
from rules.account_filter import AccountFilter
from tests.conftest import NOW
from tests.pages.conftest import at_desk, empty_desk  # noqa: F401 - fixtures
from web import export
from web.routes import ROUTES


def ask(path: str, is_gone) -> list[dict]:
    """What the desk answers to somebody who is gone as soon as `is_gone` says so."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "headers": [],
        "query_string": b"",
    }
    sent: list[dict] = []

    async def receive() -> dict:
        while not is_gone():
            await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(Starlette(routes=ROUTES)(scope, receive, send))
    return sent


@pytest.fixture
def made(empty_desk, monkeypatch) -> list[int]:  # noqa: F811
    """How many rows each batch of an export has; each takes a moment."""
    demo.fill(100, 3, NOW, of=empty_desk)
    monkeypatch.setattr(export, "LOOK_EVERY", 0.01)
    sizes: list[int] = []

    def rows(wanted, as_of, _until, of):
        for page in every_page(wanted, as_of, of=of, batch=20):
            sizes.append(len(page.accounts))
            time.sleep(0.1)
            yield [[account.id] for account in page.accounts]

    monkeypatch.setitem(TABLES, "accounts", ExportTable("Accounts", ["account"], rows))
    return sizes


def test_a_sheet_that_nobody_waits_for_is_not_made_to_its_end(made, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = export_path("xlsx", AccountFilter(), NOW, "demo")
    answer = ask(path, is_gone=lambda: len(made) >= 2)
    assert len(made) <= 3
    assert answer[0]["status"] == export.GONE
    assert list(tmp_path.iterdir()) == []
    made.clear()
    answer = ask(path, is_gone=lambda: False)
    assert answer[0]["status"] == 200
    assert sum(made) == 100 and list(tmp_path.iterdir()) == []
