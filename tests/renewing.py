"""A seller, a browser and the local Amazon: what tests of the renewal are made of."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.types import ASGIApp

from data_access import amazon as amazon_module
from data_access import database as database_module
from data_access import health, links
from data_access.amazon import Patience
from rules.amazon_answers import Answer
from tests.accounts import an_account, row_of, with_old_token
from tests.amazon_stand_in.running import RunningStandIn, running_stand_in
from tests.forgetting import set_up


def renew_while_asked(patch: pytest.MonkeyPatch, browser: "Browser", account: int) -> None:
    """Lets the seller renew after Amazon's answer about the token of before, and before anybody
    has written it down."""
    ask = health.ask

    async def asked(*arguments) -> Answer:
        answer = await ask(*arguments)
        await asyncio.to_thread(browser.renew, account)
        return answer

    patch.setattr(health, "ask", asked)


@dataclass
class Browser:
    """A seller's browser: cookies, no script, and every redirect seen."""

    desk_url: str
    amazon: RunningStandIn
    engine: Engine

    def __post_init__(self) -> None:
        # Loading certificates for every client would take longer than most tests.
        trust = amazon_module._trust()
        self.http = httpx.Client(base_url=self.desk_url, timeout=30, verify=trust)
        self.elsewhere = httpx.Client(timeout=30, verify=trust)
        self.seen: list[str] = []

    def link(self, account: int, agent: str = "anna") -> str:
        """The account's renew link as it stands on its row now."""
        return links.renew_path(account, row_of(self.engine, account).granted_at, agent)

    def get(self, path: str, **more) -> httpx.Response:
        """Opens a page, without following anything."""
        answer = self.http.get(path, **more)
        self.seen.append(answer.text)
        return answer

    def press_ok(self, link: str, language: str = "") -> httpx.Response:
        """The answer to OK: a redirect to Amazon."""
        return self.http.post(f"{link}/authorize{f'?lang={language}' if language else ''}")

    def consent(self, account: int, signed_in_as: str = "") -> str:
        """From the renew page through Amazon; the address that Amazon sends one back to."""
        answer = self.press_ok(self.link(account))
        assert answer.status_code == 303, answer.text
        seller = signed_in_as or row_of(self.engine, account).selling_partner_id
        return self.agree(answer.headers["location"], seller)

    def agree(self, consent_url: str, seller: str) -> str:
        """Ticks the box and confirms at Amazon; the address that one is sent back to."""
        form = {
            "step": "confirm",
            "agree": "on",
            "selling_partner_id": seller,
            "started": str(self.amazon.now()),
        }
        answer = self.elsewhere.post(consent_url, data=form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def come_back(self, callback: str) -> httpx.Response:
        """The page on which one ends after Amazon's redirect."""
        answer = self.get(callback)
        if answer.status_code == 303:
            return self.get(answer.headers["location"])
        return answer

    def renew(self, account: int, signed_in_as: str = "") -> httpx.Response:
        """The whole way."""
        return self.come_back(self.consent(account, signed_in_as))


@contextmanager
def served(app: ASGIApp, lifespan: str = "off") -> Iterator[str]:
    """Serves an application over real HTTP; gives its address."""
    ready = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets=None) -> None:
            await super().startup(sockets)
            ready.set()

    server = Server(
        uvicorn.Config(app, log_level="warning", lifespan=lifespan, proxy_headers=False)
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="served", daemon=True
        )
        thread.start()
        assert ready.wait(20)
        yield url
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def _stand_in() -> Iterator[RunningStandIn]:
    with running_stand_in() as amazon:
        yield amazon


@pytest.fixture(scope="session")
def _desk_url() -> Iterator[str]:
    from web.middleware import MIDDLEWARE
    from web.routes import ROUTES

    with served(Starlette(routes=ROUTES, middleware=MIDDLEWARE)) as url:
        yield url


@pytest.fixture
def amazon(_stand_in: RunningStandIn) -> Iterator[RunningStandIn]:
    """The local Amazon over real HTTP, as newly started."""
    _stand_in.reset()
    yield _stand_in
    _stand_in.reset()


@pytest.fixture
def live_now() -> datetime:
    """This very moment: the local Amazon's codes live by the real clock."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def configured(
    _desk_url: str, amazon: RunningStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Demo mode with the local Amazon, served at the test's own address; no long waits."""
    monkeypatch.setattr(amazon_module, "PATIENCE", Patience(3, 0.01))
    values = {
        "DESK_MODE": "demo",
        "DESK_PUBLIC_URL": _desk_url,
        "DESK_STAND_IN_URL": amazon.base_url,
        "DESK_AMAZON_TIMEOUT_SECONDS": "1",
        "DESK_SUPPORT_EMAIL": "help@vendor.example",
        # All tests come from one address.
        "DESK_RATE_PER_ADDRESS": "1000000/minute",
    }
    with set_up(values, tmp_path):
        yield


@pytest.fixture
def expired(database: Engine, live_now: datetime, configured: None) -> int:
    """An account that expired 35 days ago, with the token of its last grant."""
    account = an_account(database, live_now)
    with_old_token(database, account, live_now)
    return account


@pytest.fixture
def browser(
    configured: None,
    _desk_url: str,
    amazon: RunningStandIn,
    database: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Browser]:
    """A seller's browser in front of the desk, which keeps its data in `database`."""
    monkeypatch.setattr(database_module, "engine", lambda: database)
    made = Browser(_desk_url, amazon, database)
    yield made
    made.http.close()
    made.elsewhere.close()
