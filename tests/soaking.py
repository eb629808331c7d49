"""Sellers who renew while processes are killed and the database is restarted, and the count after.

Every seller opens their renew link a number of times and then renews, trying again after every
failure as a patient person would. Nobody is told a request was lost: who hears nothing asks again.
"""

import asyncio
import os
import random
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Engine, func, select, update

from data_access import audit_chain, keys, rollup, schema
from data_access.database import reading, writing
from data_access.links import renew_path
from data_access.records import AccountRecord, SellerRecord, insert_new
from data_access.settings import ROOT
from rules.authorization import expiry
from tests.serving import free_port, wait_until_served

TRIES = 400


@dataclass(frozen=True)
class Seller:
    """One account before it is renewed."""

    account: int
    selling_partner_id: str
    link: str


def make_sellers(engine: Engine, number: int, now: datetime) -> list[Seller]:
    """So many sellers whose authorization has lapsed."""
    granted_at = now.replace(microsecond=0) - timedelta(days=400)
    records = [
        AccountRecord(
            seller=SellerRecord(customer_number=f"S{n}", name=f"Seller {n}", language="en"),
            application_id="amzn1.sp.solution.00000000-demo",
            selling_partner_id=f"ASOAK{n}",
            region="EU",
            country="",
            marketplaces=("DE",),
            home_marketplace="DE",
            granted_at=granted_at,
            expires_at=expiry(granted_at),
            confirmed_at=granted_at,
        )
        for n in range(number)
    ]
    with writing(engine) as connection:
        ids = insert_new(connection, records, "soak")
        rollup.rebuild(connection)
    return [
        Seller(account, record.selling_partner_id, renew_path(account, granted_at, "soak"))
        for account, record in zip(ids, records, strict=True)
    ]


@dataclass
class Worker:
    """One process of the desk, which may be killed at any moment and comes back."""

    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it; it answers some seconds later."""
        command = [sys.executable, "-m", "uvicorn", "tests.soak_app:app", "--log-level", "warning"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def wait_until_served(self) -> None:
        """Returns when it answers; raises AssertionError where it does not."""
        wait_until_served(f"{self.url}/renew-assets/renew.css", self.process, self.log)

    def kill(self) -> None:
        """As if the power went."""
        self.process.kill()
        self.process.wait()


@contextmanager
def workers(number: int, environment: dict[str, str], home: Path) -> Iterator[list[Worker]]:
    """So many processes over one database, and the local Amazon beside them."""
    amazon = free_port()
    environment = {
        **os.environ,
        "DESK_MODE": "demo",
        "DESK_STAND_IN_URL": f"http://127.0.0.1:{amazon}",
        "DESK_RATE_PER_ADDRESS": "1000000/second",
        "DESK_RATE_PER_LINK": "1000000/second",
        **environment,
    }
    stand_in = subprocess.Popen(
        [sys.executable, "-m", "amazon_stand_in", "--port", str(amazon)]
        + ["--set", "rate_limits=false"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    made = [Worker(free_port(), environment, home / f"worker-{n}.log") for n in range(number)]
    try:
        for each in made:
            each.start()
        for each in made:
            each.wait_until_served()
        yield made
    finally:
        for each in made:
            each.kill()
        stand_in.terminate()
        stand_in.wait()


@dataclass
class Sellers:
    """Everybody at their browsers; what they saw is counted."""

    urls: list[str]
    seen: Counter = field(default_factory=Counter)
    came: list[Seller] = field(default_factory=list)

    async def live(
        self, sellers: list[Seller], openings: int, at_once: int, seconds: float
    ) -> None:
        """All of them, so many at once; when the time is up those who are not here stay away."""
        end = time.monotonic() + seconds
        gate = asyncio.Semaphore(at_once)
        limits = httpx.Limits(max_connections=4 * at_once, keepalive_expiry=2)
        async with httpx.AsyncClient(timeout=30, limits=limits, trust_env=False) as self.http:

            async def one(seller: Seller) -> None:
                async with gate:
                    if time.monotonic() > end:
                        return
                    self.came.append(seller)
                    for _ in range(openings):
                        await self._open(seller)
                    await self._renew(seller)

            async with asyncio.TaskGroup() as group:
                for seller in sellers:
                    group.create_task(one(seller))

    async def _open(self, seller: Seller) -> None:
        await self._until(lambda: self._ask("GET", seller.link, "opening"), lambda a: a == 200)
        self.seen["opened"] += 1

    async def _renew(self, seller: Seller) -> None:
        for _ in range(TRIES):
            callback = await self._consent(seller)
            if callback is None or await self._come_back(callback):
                self.seen["renewed"] += 1
                return
            self.seen["started again"] += 1
        raise AssertionError(f"{seller.selling_partner_id} could not renew")

    async def _consent(self, seller: Seller) -> tuple[str, str] | None:
        """The address that Amazon sends back to, and the cookie of the browser; None where the
        desk says that the account is renewed already: it has finished what was broken off."""
        cookie = secrets.token_urlsafe(32)
        found: list[str] = []

        async def press() -> int:
            answer = await self._send("POST", f"{seller.link}/authorize", cookie)
            if answer is not None and answer.status_code == 303:
                found.append(answer.headers["location"])
            return answer.status_code if answer is not None else 0

        await self._until(press, lambda status: status in (200, 303))
        if not found:
            self.seen["finished by the desk"] += 1
            return None
        form = {"step": "confirm", "agree": "on", "started": str(int(time.time()))}
        form["selling_partner_id"] = seller.selling_partner_id
        answer = await self.http.post(found[-1], data=form)
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}", cookie

    async def _come_back(self, callback: tuple[str, str]) -> bool:
        """Whether the renewal came to its end; False where it is to be begun again."""
        address, cookie = callback
        for _ in range(TRIES):
            answer = await self._send("GET", address, cookie)
            self.seen["callbacks sent"] += 1
            if answer is not None and answer.status_code == 303:
                page = await self._send("GET", answer.headers["location"], cookie)
                # Under way, or not to be seen just now: the same address leads there again.
                if page is not None and "refresh" not in page.headers:
                    if page.status_code == 200:
                        return True
                    if 'href="/renew/' in page.text:
                        return False
            self.seen["callbacks repeated"] += 1
            await asyncio.sleep(0.5)
        raise AssertionError("a callback came to no end")

    async def _until(self, attempt: Callable, good: Callable[[int], bool]) -> None:
        for _ in range(TRIES):
            if good(await attempt()):
                return
            await asyncio.sleep(0.25)
        raise AssertionError("no answer in the end")

    async def _ask(self, method: str, path: str, what: str) -> int:
        answer = await self._send(method, path, "")
        self.seen[f"{what}s sent"] += 1
        if answer is None:
            self.seen[f"{what}s unanswered"] += 1
        return answer.status_code if answer is not None else 0

    async def _send(self, method: str, path: str, cookie: str) -> httpx.Response | None:
        """An answer of whichever process is chosen; None where the connection breaks."""
        headers = {"cookie": f"renewal_browser={cookie}"} if cookie else {}
        url = random.choice(self.urls)
        try:
            answer = await self.http.request(method, f"{url}{path}", headers=headers)
        except httpx.HTTPError:
            self.seen["connections broken"] += 1
            return None
        self.seen[f"status {answer.status_code}"] += 1
        return answer


def come_to_rest(engine: Engine, seconds: float = 180) -> None:
    """Waits until no renewal is under way and every grant is verified.

    A check that was killed comes again after five minutes; here it is made due at once.
    """
    r = schema.renewal.c
    with writing(engine) as connection:
        connection.execute(
            update(schema.renewal)
            .where(r.next_check_at.is_not(None))
            .values(next_check_at=datetime.now(UTC))
        )
    unfinished = select(func.count()).where(schema.renewal.c.finished_at.is_(None))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with reading(engine) as connection:
            if connection.scalar(unfinished) == 0:
                return
        time.sleep(0.5)
    raise AssertionError("renewals are still under way")


def count(
    engine: Engine, sellers: list[Seller], openings: int, seen: Counter, began: datetime
) -> dict[str, bool]:
    """What must come out, each by its name."""
    e, f, r, a, c = (
        t.c
        for t in (
            schema.event,
            schema.funnel_step,
            schema.renewal,
            schema.authorization,
            schema.credential,
        )
    )
    number = len(sellers)
    with reading(engine) as connection:

        def one(statement) -> int:
            return connection.scalar(statement) or 0

        def steps(step: str) -> int:
            return one(select(func.count()).where(f.step == step))

        times = one(select(func.sum(f.times)).where(f.step == "opened"))
        granted = select(e.authorization_id).where(e.kind == "granted")
        attempts = one(select(func.count()).select_from(schema.renewal))
        failed = one(select(func.count()).where(r.step == "failed"))
        grants = one(select(func.count()).where(e.kind == "granted"))
        stored = [keys.decrypt(token) for token in connection.scalars(select(c.refresh_token))]
        return {
            "every seller opened, and renewed": seen["opened"] == number * openings
            and seen["renewed"] == number,
            "every opening answered is counted, and none more than were sent": number * openings
            <= times
            <= seen["openings sent"],
            "one row of openings a seller": steps("opened") == number,
            "every seller has a grant": one(
                select(func.count()).select_from(granted.distinct().subquery())
            )
            == number,
            "a grant for each attempt that did not fail": grants == attempts - failed,
            "a failure told for each that did": failed
            == one(select(func.count()).where(e.kind == "renewal_failed")),
            "one consent, one verification a seller": steps("consented") == number
            and steps("verified") == number,
            "every account has the new grant": one(
                select(func.count()).where(a.granted_at >= began.replace(microsecond=0))
            )
            == number,
            "every lapse is closed once": one(select(func.count()).select_from(schema.lapse))
            == number,
            "no code and no token is left with an attempt": one(
                select(func.count()).where(r.code.is_not(None) | r.refresh_token.is_not(None))
            )
            == 0,
            "a token of its own for everybody": len(set(stored)) == len(stored) == number,
            "the rollup says what the table says": rollup.drift(connection) == 0,
            "the audit chain is whole": audit_chain.examined(engine).broken is None,
        }
