"""On PostgreSQL several write at once; nobody of them waits in a ring, which would end one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Engine, select

from data_access import demo, erasure, health, outreach
from data_access.database import reading, writing
from data_access.harm_list import accounts_by_id
from data_access.schema import authorization, message, seller
from rules.acts import Actor, Role
from rules.amazon_answers import Answer, Verdict
from tests.accounts import rows
from tests.conftest import NOW

ADMIN = Actor("ada", Role.ADMIN)
A_WHILE = 1
"""Seconds in which two meet; who is kept waiting by the other goes on after them."""


@pytest.fixture
def desk(on_postgresql: Engine) -> Engine:
    """Sellers, one of whom has several accounts."""
    demo.fill(300, 3, NOW, of=on_postgresql)
    return on_postgresql


def accounts_of_one(desk: Engine) -> tuple[str, list[int]]:
    """A customer number with several accounts, and these."""
    a = authorization.c
    with reading(desk) as connection:
        found = connection.execute(
            select(seller.c.customer_number, a.id).join_from(authorization, seller).order_by(a.id)
        ).all()
    of_all: dict[str, list[int]] = {}
    for number, account in found:
        of_all.setdefault(number, []).append(account)
    return max(of_all.items(), key=lambda each: len(each[1]))


def meet(first: Event, other: Event, step: Callable) -> Callable:
    """`step`, after which somebody waits for the other to have come as far."""

    def met(*arguments):
        done = step(*arguments)
        first.set()
        other.wait(A_WHILE)
        return done

    return met


def write_to(desk: Engine, ids: list[int]) -> str:
    """Queues a message for each account, in this order."""
    accounts = accounts_by_id(ids, NOW, of=desk).set_index("id", drop=False).loc[ids]
    return outreach.send_many(ADMIN, accounts, NOW, desk)


def test_a_seller_is_erased_while_they_are_written_to(desk, monkeypatch):
    number, ids = accounts_of_one(desk)
    queued, renamed = Event(), Event()
    monkeypatch.setattr(outreach, "queue", meet(queued, renamed, outreach.queue))
    monkeypatch.setattr(erasure, "folded", meet(renamed, queued, erasure.folded))
    with ThreadPoolExecutor() as both:
        batch = both.submit(write_to, desk, ids[::-1])
        erased = both.submit(erasure.erase, number, None, ADMIN, NOW, desk)
        assert erased.result().accounts == tuple(ids)
        batch.result()
    left = [row for row in rows(desk, message) if row.authorization_id in ids]
    assert {row.state for row in left} <= {"left_out"}


def test_accounts_are_probed_while_they_are_written_to(desk, monkeypatch):
    ids = accounts_of_one(desk)[1]
    queued, judged = Event(), Event()
    with reading(desk) as connection:
        known = connection.execute(
            select(*health.ACCOUNT).where(authorization.c.id.in_(ids)).order_by(authorization.c.id)
        ).all()

    def judge() -> None:
        for one in known:
            with writing(desk) as connection:
                health.record(connection, [(one, Answer(Verdict.FINE))], NOW)

    monkeypatch.setattr(outreach, "queue", meet(queued, judged, outreach.queue))
    with ThreadPoolExecutor() as both:
        batch = both.submit(write_to, desk, ids[::-1])
        assert queued.wait(A_WHILE * 10)
        both.submit(judge).result(A_WHILE)
        judged.set()
        assert batch.result()
