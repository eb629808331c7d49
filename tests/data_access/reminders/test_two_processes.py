"""Several processes at once: each seller gets one mail, and cron's command says what came of it."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, update

from data_access import jobs, reminding, schema
from data_access.database import writing
from data_access.reminding import remind
from data_access.settings import ROOT
from tests.accounts import an_account, rows
from tests.forgetting import set_up
from tests.mailing import Postbox, mail_settings, postbox

SELLERS = 12


@pytest.fixture
def box():
    with postbox() as server:
        yield server


@pytest.fixture
def due(database: Engine) -> Engine:
    """A dozen sellers whose reminder is due now."""
    for _ in range(SELLERS):
        an_account(database, datetime.now(UTC), 360)
    with writing(database) as connection:
        s = schema.seller
        connection.execute(update(s).values(email="seller" + s.c.customer_number + "@shop.example"))
    return database


def environment(database: Engine, box: Postbox) -> dict[str, str]:
    return {
        **mail_settings(box, DESK_REMIND_HOURS="0-24", DESK_LINK_KEY="k" * 40),
        "DESK_DATABASE_URL": database.url.render_as_string(hide_password=False),
    }


def start(database: Engine, box: Postbox, *more: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", "remind", "--json", *more],
        cwd=ROOT,
        env=os.environ | environment(database, box),
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen) -> dict:
    """What the command printed; its log goes elsewhere."""
    text, _ = process.communicate(timeout=150)
    assert process.returncode == 0, text
    return json.loads(text)


def everybody_got_one(box: Postbox) -> bool:
    return len(box.got) == len({mail["To"] for mail in box.got}) == SELLERS


def test_of_two_real_processes_exactly_one_sends_each_mail(due, box):
    if due.dialect.name != "postgresql":
        pytest.skip("several processes share a PostgreSQL")
    reports = [said(each) for each in [start(due, box), start(due, box)]]
    assert everybody_got_one(box)
    assert sum(each["sent"] for each in reports) == SELLERS
    assert said(start(due, box, "--dry-run"))["due"] == {}


def test_even_without_the_lease_nothing_is_doubled(due, box, tmp_path, monkeypatch):
    @contextmanager
    def everybody_may(*_args, **_more):
        yield True

    everybody_has_planned, plan = threading.Barrier(3), reminding._due_batches

    def planned_before_anybody_queues(*given):
        batches = list(plan(*given))
        everybody_has_planned.wait(60)
        yield from batches

    monkeypatch.setattr(jobs, "lease", everybody_may)
    monkeypatch.setattr(reminding, "_due_batches", planned_before_anybody_queues)
    with set_up(environment(due, box), tmp_path), ThreadPoolExecutor(3) as many:
        list(many.map(lambda _: remind(of=due), range(3)))
    assert everybody_got_one(box)
    assert [m.state for m in rows(due, schema.message)] == ["sent"] * SELLERS
