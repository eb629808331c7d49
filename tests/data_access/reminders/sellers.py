"""Sellers who are about to lapse, and what reached them."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, insert

from data_access import schema
from data_access.database import writing
from rules.casework import round_of
from tests.accounts import an_account, change_seller, row_of, rows
from tests.mailing import Postbox

DAY = timedelta(days=1)
TEN = datetime.fromisoformat("2026-11-23T10:00+01:00")
"""Ten o'clock in Berlin, where the sellers are."""


def a_seller(database: Engine, days_left: float) -> int:
    """An account with an address to write to, which expires so many days after TEN."""
    number = an_account(database, TEN, 365 - days_left)
    change_seller(database, number, email=f"seller{number}@shop.example")
    return number


def opt_out(database: Engine, number: int) -> None:
    """The seller wants no more reminders."""
    with writing(database) as connection:
        connection.execute(
            insert(schema.opt_out).values(authorization_id=number, at=TEN, by="seller")
        )


def snooze(database: Engine, number: int, until: datetime) -> None:
    """An agent puts the account off until then, in its present round."""
    with writing(database) as connection:
        connection.execute(
            insert(schema.snooze).values(
                authorization_id=number,
                round=round_of(row_of(database, number).granted_at),
                until=until,
                reason="promised",
                agent="anna",
                made_at=TEN - DAY,
            )
        )


def subjects(box: Postbox) -> list[str]:
    """The subject of each mail that arrived, in that order."""
    return [mail["Subject"] for mail in box.got]


def ledger(database: Engine) -> list[tuple[int, str, str]]:
    """Each reminder ever queued or left out: rung, state, and why it did not leave."""
    return [(m.rung, m.state, m.failure) for m in rows(database, schema.message)]
