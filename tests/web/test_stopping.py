"""A desk that is told to stop finishes what it has begun, and leaves nobody behind."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from data_access import schema
from data_access.database import make_engine
from data_access.migrate import migrate
from data_access.settings import ROOT
from tests.accounts import an_account, kinds, row_of, rows
from tests.forgetting import set_up
from tests.serving import answers_at, free_port, wait_until_served
from tests.waiting import wait_until


def children(of: int) -> list[int]:
    """The processes that a process has started."""
    tasks = Path(f"/proc/{of}/task/{of}/children").read_text()
    return [int(each) for each in tasks.split()]


def lives(process: int) -> bool:
    """Whether it is there and no zombie."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    return False


@pytest.fixture
def served(tmp_path, sqlite_url):
    """`manage.py serve` over one expired account: its process, address, engine and account."""
    port = free_port()
    values = {
        "DESK_DATABASE_URL": sqlite_url,
        "DESK_LINK_KEY": "k" * 40,
        "DESK_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DESK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DESK_STAND_IN_URL": f"http://127.0.0.1:{port + 1}",
    }
    with set_up(values, tmp_path):
        engine = make_engine(sqlite_url)
        migrate(engine)
        account = an_account(engine, datetime.now(UTC))
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **values})
        try:
            wait_until_served(f"http://127.0.0.1:{port}/_stcore/health", process)
            wait_until(lambda: answers_at(port + 1), 60)
            yield process, f"http://127.0.0.1:{port}", engine, account
        finally:
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            engine.dispose()


def consent(url: str, engine, account: int) -> tuple[str, str]:
    """Up to the address that Amazon sends back to, and the browser's cookie."""
    from data_access.links import renew_path

    row = row_of(engine, account)
    link = renew_path(account, row.granted_at, "anna")
    with httpx.Client(base_url=url, trust_env=False) as browser:
        asked = browser.post(f"{link}/authorize")
        form = {
            "step": "confirm",
            "agree": "on",
            "started": str(int(datetime.now(UTC).timestamp())),
        }
        form["selling_partner_id"] = row.selling_partner_id
        back = httpx.post(asked.headers["location"], data=form, trust_env=False)
        return back.headers["location"], asked.cookies["renewal_browser"]


def switch(url: str, **values: object) -> None:
    """Sets switches of the local Amazon beside the desk."""
    port = int(url.rpartition(":")[2]) + 1
    httpx.post(f"http://127.0.0.1:{port}/stand-in/switches", json=values, trust_env=False)


def test_a_callback_under_way_is_finished_and_its_browser_gets_a_page(served):
    process, url, engine, account = served
    started = children(process.pid)
    callback, cookie = consent(url, engine, account)
    switch(url, latency_seconds=1.5)
    answers: list[httpx.Response] = []

    def come_back() -> None:
        cookies = {"cookie": f"renewal_browser={cookie}"}
        answers.append(httpx.get(callback, headers=cookies, timeout=60, trust_env=False))

    browser = threading.Thread(target=come_back)
    browser.start()
    wait_until(lambda: [each.step for each in rows(engine, schema.renewal)] == ["exchanging"])
    process.send_signal(signal.SIGTERM)
    browser.join(60)
    assert process.wait(60) == 0
    assert answers[0].status_code == 200
    assert "hergestellt" in answers[0].text or "established" in answers[0].text
    assert "granted" in kinds(engine)
    assert len(started) == 2 and not any(lives(each) for each in started)
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_a_second_signal_ends_at_once_and_the_next_start_takes_it_up(served):
    process, url, engine, account = served
    started = children(process.pid)
    callback, cookie = consent(url, engine, account)
    switch(url, hang_seconds=60)

    def come_back() -> None:
        with suppress(httpx.HTTPError):
            httpx.get(
                callback,
                headers={"cookie": f"renewal_browser={cookie}"},
                timeout=60,
                trust_env=False,
            )

    browser = threading.Thread(target=come_back)
    browser.start()
    wait_until(lambda: [each.step for each in rows(engine, schema.renewal)] == ["exchanging"])
    before = row_of(engine, account)
    process.send_signal(signal.SIGINT)
    wait_until(lambda: _refuses(url))
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    browser.join(10)
    assert not any(lives(each) for each in started)
    assert row_of(engine, account) == before


def _refuses(url: str) -> bool:
    try:
        httpx.get(url, trust_env=False)
    except httpx.HTTPError:
        return True
    return False
