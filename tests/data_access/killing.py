"""What processes do that are killed in the middle of it, by themselves or by a test."""

import asyncio
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from alembic import op
from sqlalchemy import insert

from data_access import funnel, renewals, schema
from data_access.database import make_engine, writing
from data_access.migrate import migrate
from rules.renewal_steps import Callback
from tests.forgetting import set_up


def die() -> None:
    """As if the power went."""
    os.kill(os.getpid(), signal.SIGKILL)


def finish(
    database_url: str,
    settings: dict[str, str],
    home: str,
    callback: tuple[str, str, str],
    cookie: str,
    die_before: str,
) -> None:
    """Finishes a renewal, unless the step named `die_before` comes first.

    "the grant's commit" dies within the transaction of the grant; "" lives to the end.
    """
    with set_up(settings, Path(home)):
        if die_before == "the grant's commit":
            funnel.record = lambda *_: die()

        class Mortal(renewals.Renewals):
            async def _perform(self, step):
                if type(step).__name__ == die_before:
                    die()
                return await super()._perform(step)

        engine = make_engine(database_url)
        asyncio.run(Mortal(engine).finish(Callback(*callback), cookie))


def migrate_until(database_url: str, table: int) -> None:
    """Migrates, and dies before it makes the table of that number, counted from 1."""
    create, made = op.create_table, 0

    def counted(*arguments, **more):
        nonlocal made
        made += 1
        if made == table:
            die()
        return create(*arguments, **more)

    op.create_table = counted
    migrate(make_engine(database_url))


def write_pairs(database_url: str) -> None:
    """Two notes in each transaction, until somebody ends it."""
    engine = make_engine(database_url)
    while True:
        with writing(engine) as connection:
            for _ in range(2):
                connection.execute(
                    insert(schema.note).values(
                        authorization_id=1, at=datetime.now(UTC), agent="x", text="x" * 500
                    )
                )
