"""Lapses month by month."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import insert, update

from data_access import demo, schema
from data_access.database import writing
from data_access.lapse_months import lapse_months

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
A_YEAR = timedelta(days=365)


def at(month: int, day: int) -> datetime:
    """A day of this year."""
    return datetime(2026, month, day, tzinfo=UTC)


@pytest.fixture
def desk(database):
    """Three sellers with 10 orders a day: one works, one lapsed ten days ago, one is off-boarded.
    The first had lapsed from 21 September to 6 October; the third renewed in time in October."""
    demo.fill(3, 2, NOW, of=database)
    with writing(database) as connection:
        for table in (schema.lapse, schema.event, schema.sync_profile):
            connection.execute(table.delete())
        grants = {1: at(10, 6), 2: NOW - timedelta(days=375), 3: at(10, 20)}
        for account, granted in grants.items():
            connection.execute(
                update(schema.authorization)
                .where(schema.authorization.c.id == account)
                .values(granted_at=granted, expires_at=granted + A_YEAR, paused=account == 3)
            )
        connection.execute(
            insert(schema.lapse).values(authorization_id=1, began_at=at(9, 21), ended_at=at(10, 6))
        )
        connection.execute(
            insert(schema.event),
            [
                {"at": at(10, 6), "kind": "renewed", "authorization_id": 1, "details": "{}"},
                {
                    "at": at(10, 20),
                    "kind": "granted",
                    "authorization_id": 3,
                    "details": '{"previous_expiry": "2026-11-01 00:00:00+00:00"}',
                },
                {
                    "at": at(10, 21),
                    "kind": "granted",
                    "authorization_id": 2,
                    "details": '{"previous_expiry": null}',
                },
            ],
        )
    return database


def month(desk, number: int, now: datetime = NOW):
    """The row of a month of 2026."""
    found = lapse_months(now, of=desk)
    return found[found["month"] == date(2026, number, 1)].iloc[0]


def test_blocked_days_fall_into_their_months(desk):
    assert month(desk, 9).blocked_days == pytest.approx(10)
    assert month(desk, 10).blocked_days == pytest.approx(5)
    assert month(desk, 9).orders_delayed == pytest.approx(100)


def test_a_lapse_that_lasts_counts_until_now(desk):
    assert month(desk, 11).blocked_days == pytest.approx(10)
    assert month(desk, 11).lapses_begun == 1
    with writing(desk) as connection:
        connection.execute(update(schema.authorization).values(paused=True))
    assert month(desk, 11).blocked_days == 0


def test_the_share_is_of_the_expiries_that_were_due_in_the_month(desk):
    november = month(desk, 11)
    assert (november.renewed_in_time, november.lapses_begun, november.share_in_time) == (1, 1, 0.5)
    september = month(desk, 9)
    assert (september.renewed_in_time, september.share_in_time) == (0, 0)
    assert np.isnan(month(desk, 10).share_in_time)


def test_the_latest_month_stands_first_and_twelve_are_shown(desk):
    found = lapse_months(NOW, of=desk)
    assert found["month"].iloc[0] == date(2026, 11, 1)
    assert len(found) == 12


def test_an_empty_database_has_months_of_nothing(database):
    found = lapse_months(NOW, of=database)
    assert found["blocked_days"].sum() == 0
