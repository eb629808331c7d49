"""A seller, a browser and the local Amazon: what tests of the renewal are made of."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy import Engine, Row, insert, select, update
from starlette.applications import Starlette
from starlette.types import ASGIApp

from data_access import amazon as amazon_module
from data_access import database as database_module
from data_access import health, keys, links, rollup, schema
from data_access import settings as settings_module
from data_access.amazon import Patience
from data_access.database import reading, writing
from data_access.records import AccountRecord, SellerRecord, insert_new
from rules.amazon_answers import Answer
from rules.authorization import expiry
from rules.renewal import LEASE
from tests.amazon_stand_in.running import RunningStandIn, running_stand_in
from tests.forgetting import forget

OLD_TOKEN = "Atzr|the-token-of-last-year"


@contextmanager
def set_up(values: dict[str, str], home: Path) -> Iterator[None]:
    """The desk with these settings and nobody else's, keys in a home of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings_module, "HOME", home)
        for name, value in values.items():
            patch.setenv(name, value)
        forget()
        yield
    forget()


def an_account(
    engine: Engine, now: datetime, granted_days_ago: float | None = 400, **fields: object
) -> int:
    """One seller's account, by default expired 35 days ago; returns its id."""
    granted_at = None if granted_days_ago is None else now - timedelta(days=granted_days_ago)
    with writing(engine) as connection:
        number = connection.scalar(select(schema.seller.c.id).order_by(schema.seller.c.id.desc()))
        seller = SellerRecord(
            customer_number=f"K{number or 0}",
            name="Müller & Söhne <GmbH>",
            language=str(fields.pop("language", "de")),
            time_zone="Europe/Berlin",
            shop="Shopware 6",
            shop_url="https://mueller.example",
        )
        values = {
            "application_id": "amzn1.sp.solution.00000000-demo",
            "selling_partner_id": f"A1SELLER{number or 0}",
            "region": "EU",
            "country": "",
            "marketplaces": ("DE", "FR"),
            "home_marketplace": "DE",
            "granted_at": granted_at,
            "expires_at": expiry(granted_at) if granted_at else None,
            "confirmed_at": granted_at,
        }
        with rollup.kept(connection, []) as inserted:
            inserted += insert_new(
                connection, [AccountRecord(seller=seller, **(values | fields))], "test"
            )
    return inserted[0]


def with_old_token(engine: Engine, account: int, now: datetime) -> None:
    """Gives the account the token of its last grant."""
    with writing(engine) as connection:
        connection.execute(
            insert(schema.credential).values(
                authorization_id=account,
                refresh_token=keys.encrypt(OLD_TOKEN),
                stored_at=now - timedelta(days=400),
            )
        )


def row_of(engine: Engine, account: int) -> Row:
    """The account as the database has it."""
    with reading(engine) as connection:
        return connection.execute(
            select(schema.authorization).where(schema.authorization.c.id == account)
        ).one()


def rows(engine: Engine, table) -> list[Row]:
    """Everything in a table, in the order of its key."""
    with reading(engine) as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def change(engine: Engine, table, **values: object) -> None:
    """Changes every row of a table."""
    with writing(engine) as connection:
        connection.execute(update(table).values(values))


def change_account(engine: Engine, account: int, **values: object) -> None:
    """Changes an account."""
    a = schema.authorization
    with writing(engine) as connection:
        connection.execute(update(a).where(a.c.id == account).values(values))


def change_seller(engine: Engine, account: int, **values: object) -> None:
    """Changes the seller of an account."""
    s, number = schema.seller, row_of(engine, account).seller_id
    with writing(engine) as connection:
        connection.execute(update(s).where(s.c.id == number).values(values))


def token_of(engine: Engine, account: int) -> str | None:
    """The refresh token in force, in clear."""
    with reading(engine) as connection:
        stored = connection.scalar(
            select(schema.credential.c.refresh_token).where(
                schema.credential.c.authorization_id == account
            )
        )
    return keys.decrypt(stored) if stored else None


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Waits until something is so; fails where it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        threading.Event().wait(0.02)


def kinds(engine: Engine) -> list[str]:
    """What the history tells, in order."""
    return [each.kind for each in rows(engine, schema.event)]


def left_during_the_exchange(engine: Engine, now: datetime) -> None:
    """Every renewal as a process leaves it that is killed while it exchanges the code."""
    change(
        engine,
        schema.renewal,
        step="exchanging",
        finished_at=None,
        stepped_at=now - LEASE - timedelta(seconds=1),
    )


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


def nothing_changed(engine: Engine, account: int, before: Row) -> bool:
    """Whether the account, its token and the rollup are as they were."""
    with reading(engine) as connection:
        drift = rollup.drift(connection)
    return (
        row_of(engine, account) == before
        and token_of(engine, account) == OLD_TOKEN
        and not rows(engine, schema.lapse)
        and drift == 0
    )


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
