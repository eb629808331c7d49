"""A token database of invented sellers to try the desk on, with the history of each.

The same number, seed and moment always make the same database.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection, Engine, insert, select

from data_access import rollup, schema
from data_access.bulk import insert_rows
from data_access.database import reading, writing
from data_access.demo_accounts import invented
from data_access.first_load import indexes_at_the_end
from data_access.records import AccountRecord, insert_new

SOURCE = "demo"
BATCH = 5_000

Progress = Callable[[int, int], None]


def fill(
    accounts: int,
    seed: int,
    now: datetime,
    progress: Progress = lambda done, total: None,
    of: Engine | None = None,
) -> None:
    """Adds `accounts` demo accounts, granted and lapsed as seen from `now` (aware).

    One transaction: killed in the middle, nothing is there.
    """
    with writing(of) as connection:
        with indexes_at_the_end(connection):
            _insert(connection, accounts, seed, now, progress)
        rollup.rebuild(connection)
        connection.execute(
            insert(schema.source_run),
            {
                "source": SOURCE,
                "started_at": now,
                "finished_at": now,
                "rows_read": accounts,
                "rows_taken": accounts,
            },
        )


def _insert(
    connection: Connection, accounts: int, seed: int, now: datetime, progress: Progress
) -> None:
    batch: list[AccountRecord] = []
    for number, account in enumerate(invented(accounts, seed, now), start=1):
        batch.append(account)
        if len(batch) == BATCH or number == accounts:
            ids = insert_new(connection, batch, SOURCE)
            lapses = _lapses(batch, ids, Random(f"{seed} {number}"))
            insert_rows(connection, schema.lapse, lapses)
            insert_rows(connection, schema.event, _events(batch, ids, lapses))
            batch = []
            progress(number, accounts)


def is_empty(of: Engine | None = None) -> bool:
    """Whether the token database holds no account at all."""
    with reading(of) as connection:
        return connection.scalar(select(schema.authorization.c.id).limit(1)) is None


def _events(batch: list[AccountRecord], ids: list[int], lapses: list[dict]) -> list[dict]:
    """The grants. Most of them were renewals, in time unless there is a lapse."""
    expired = {each["authorization_id"]: each["began_at"] for each in lapses}
    return [
        {
            "at": account.granted_at,
            "kind": "granted",
            "authorization_id": identity,
            "actor": SOURCE,
            "details": _details(account.granted_at, identity, expired.get(identity)),
        }
        for account, identity in zip(batch, ids, strict=True)
        if account.granted_at is not None
    ]


def _details(granted_at: datetime, identity: int, expired_at: datetime | None) -> str:
    if expired_at is None and identity % 10 < 3:
        return "{}"
    previous = expired_at or granted_at + timedelta(days=1 + identity % 20)
    return json.dumps({"previous_expiry": str(previous), "started_by": "link"})


def _lapses(batch: list[AccountRecord], ids: list[int], random: Random) -> list[dict]:
    """Some sellers had lapsed before they renewed a year later."""
    return [
        {
            "authorization_id": identity,
            "began_at": account.granted_at - timedelta(days=1 + int(random.expovariate(1 / 12))),
            "ended_at": account.granted_at,
        }
        for account, identity in zip(batch, ids, strict=True)
        if account.granted_at is not None and random.random() < 0.06
    ]
