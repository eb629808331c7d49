"""Accounts that agents work on, and what their work came to."""

from datetime import date, datetime, timedelta

from sqlalchemy import Engine, select, update

from data_access import demo
from data_access.case_conditions import is_among_snoozed, is_snoozed
from data_access.database import reading, writing
from data_access.schema import authorization
from rules.acts import Actor, Role
from tests.conftest import NOW

ANNA = Actor("anna", Role.AGENT)
BEN = Actor("ben", Role.AGENT)
FRIDAY = date(2026, 11, 27)
LATER = NOW + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


def twelve_accounts(database: Engine) -> Engine:
    """The database with twelve accounts in it, all granted a hundred days ago and none paused."""
    demo.fill(12, 4, NOW, of=database)
    granted = NOW - timedelta(days=100, microseconds=1)
    with writing(database) as connection:
        connection.execute(
            update(authorization).values(
                granted_at=granted, expires_at=NOW + timedelta(days=265), paused=False
            )
        )
    return database


def snoozed(desk: Engine, as_of: datetime) -> set[int]:
    """The accounts that are snoozed, by SQL; both ways of asking agree."""
    found = []
    for condition in (is_snoozed(as_of), is_among_snoozed(as_of)):
        with reading(desk) as connection:
            found.append(set(connection.scalars(select(authorization.c.id).where(condition))))
    assert found[0] == found[1]
    return found[0]


def owner_of(desk: Engine, account: int) -> str:
    """Who holds an account."""
    with reading(desk) as connection:
        return connection.scalar(select(authorization.c.owner).where(authorization.c.id == account))
