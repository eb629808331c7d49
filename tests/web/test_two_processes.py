"""Two processes behind one address over one PostgreSQL: whichever answers, it is one desk."""

import asyncio
import itertools
from datetime import UTC, datetime

import httpx
import pytest
from cryptography.fernet import Fernet
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data_access import schema
from data_access.database import make_engine, reading
from data_access.jobs import lease
from data_access.migrate import migrate
from data_access.news import news_since
from tests.accounts import kinds
from tests.forgetting import set_up
from tests.renewing import served
from tests.soaking import Sellers, make_sellers, workers
from tests.waiting import wait_until

KEY = "m" * 40
RENEWALS = 3


class Proxy:
    """A reverse proxy that gives each request to the next process; it remembers to which."""

    def __init__(self, urls: list[str]) -> None:
        self._next = itertools.cycle(urls)
        self.answered: list[tuple[str, str]] = []

    async def __call__(self, request: Request) -> Response:
        """Passes a request on as it is, and its answer back."""
        url = next(self._next)
        self.answered.append((url, request.url.path.split("/")[1]))
        asked = f"{url}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
        kept = ("cookie", "content-type", "authorization")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.request(
                request.method, asked, headers=headers, content=await request.body()
            )
        passed = {"content-type", "location", "refresh", "set-cookie"}
        return Response(
            answer.content,
            answer.status_code,
            {name: value for name, value in answer.headers.items() if name in passed},
        )


@pytest.fixture
def desk(postgresql_url, tmp_path):
    """Engine, sellers, the two processes' addresses, and the proxy before them with its own."""
    values = {
        "DESK_DATABASE_URL": postgresql_url,
        "DESK_LINK_KEY": "k" * 40,
        "DESK_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "DESK_METRICS_KEY": KEY,
    }
    with set_up(values, tmp_path):
        engine = make_engine(postgresql_url)
        migrate(engine)
        sellers = make_sellers(engine, RENEWALS, datetime.now(UTC))
        with workers(2, values, tmp_path) as processes:
            urls = [each.url for each in processes]
            proxy = Proxy(urls)
            routes = [Route("/{path:path}", proxy.__call__, methods=["GET", "POST"])]
            with served(Starlette(routes=routes)) as address:
                yield engine, sellers, urls, proxy, address
        engine.dispose()


def active(url: str) -> dict[str, float]:
    """The accounts of each status, as one process says."""
    answer = httpx.get(f"{url}/metrics?key={KEY}", trust_env=False)
    return {
        sample.labels["status"]: sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == "desk_authorizations"
    }


def test_a_renewal_goes_through_both_and_is_granted_and_verified_once(desk):
    engine, sellers, urls, proxy, address = desk
    before = news_since(None, engine).version
    live = Sellers([address])
    asyncio.run(live.live(sellers, openings=1, at_once=1, seconds=120))
    assert live.seen["renewed"] == RENEWALS and live.seen["connections broken"] == 0
    # One after the other, each step of a renewal was answered by the other process.
    steps = [step for step in proxy.answered if step[1] in ("renew", "amazon", "renewed")]
    assert all(a[0] != b[0] for a, b in itertools.pairwise(steps))
    assert {url for url, word in steps if word == "amazon"} <= set(urls)
    wait_until(lambda: kinds(engine).count("verified") == RENEWALS)
    assert sorted(kinds(engine)) == ["granted"] * RENEWALS + ["verified"] * RENEWALS
    with reading(engine) as connection:
        checks = connection.scalars(select(schema.renewal.c.checks)).all()
    assert checks == [1] * RENEWALS
    # What open tabs of either follow, and what either counts.
    assert len(news_since(before, engine).renewals) == RENEWALS
    seen = [active(url) for url in urls]
    assert seen[0] == seen[1] and seen[0]["active"] + seen[0]["verifying"] == RENEWALS
    assert {httpx.get(f"{u}/healthz", trust_env=False).json()["status"] for u in urls} == {"ok"}


def test_of_two_processes_one_runs_a_job(postgresql_url):
    one, other = make_engine(postgresql_url), make_engine(postgresql_url)
    migrate(one)
    with lease("remind", of=one) as first, lease("remind", of=other) as second:
        assert (first, second) == (True, False)
    with lease("remind", of=other) as now:
        assert now
    one.dispose()
    other.dispose()
