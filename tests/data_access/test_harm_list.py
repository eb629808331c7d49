"""Whom to call first, out of the token database."""

from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import select, update

from data_access.account_list import account_page
from data_access.database import reading, writing
from data_access.demo import fill
from data_access.harm_list import harm_batches, harm_rows, ranking, reasons_of
from data_access.records import OF_VALUE, ProfileRecord, daily_value
from data_access.schema import authorization, sync_profile
from data_access.sync_profiles import sync_columns
from rules.account_filter import AccountFilter
from rules.assumptions import Assumptions, filled
from rules.harm import HarmModel, Reason, loss_per_day
from tests.conftest import NOW


def test_the_ranking_has_every_account_that_can_lapse_once(demo_database):
    columns = sync_columns(AccountFilter(), NOW, of=demo_database)
    at = columns.at(NOW)
    ranked = ranking(columns, at, NOW, Assumptions())
    assert len(ranked) == at.counted
    assert ranked["place"].is_unique
    assert ranked["score"].is_monotonic_decreasing


def test_rows_have_the_figures_and_the_account_of_their_place(demo_database):
    columns = sync_columns(AccountFilter(), NOW, of=demo_database)
    at = columns.at(NOW)
    ranked = ranking(columns, at, NOW, Assumptions()).head(20)
    until = NOW + timedelta(days=10)
    rows = harm_rows(columns, at, ranked, NOW, until, Assumptions(), of=demo_database)
    assert rows["id"].tolist() == columns.ids[ranked["place"]].tolist()
    with reading(demo_database) as connection:
        expiries = dict(
            connection.execute(select(authorization.c.id, authorization.c.expires_at)).all()
        )
    for row in rows[rows["status"] == "expired"].itertuples():
        assert abs(row.blocked_from - expiries[row.id]) < timedelta(seconds=1)
        assert row.blocked_days == pytest.approx((until - expiries[row.id]).total_seconds() / 86400)


def test_sellers_who_share_a_cap_take_as_long_in_a_short_list_as_in_the_export(demo_database):
    capped = Assumptions(application_calls_per_second=1)
    columns = sync_columns(AccountFilter(), NOW, of=demo_database)
    at, until = columns.at(NOW), NOW + timedelta(days=10)
    ranked = ranking(columns, at, NOW, capped).head(20)
    shown = harm_rows(columns, at, ranked, NOW, until, capped, of=demo_database)
    exported = pd.concat(harm_batches(columns, NOW, until, capped, of=demo_database, batch=7))
    minutes = exported.set_index("id")["catch_up_minutes"]
    assert shown["catch_up_minutes"].tolist() == minutes[shown["id"]].tolist()
    alone = harm_rows(columns, at, ranked, NOW, until, Assumptions(), of=demo_database)
    assert (shown["catch_up_minutes"] > alone["catch_up_minutes"]).any()


def test_the_stored_order_is_the_loss_of_a_day(demo_database):
    """What the list orders by in SQL is what the engine says, where it was measured."""
    with reading(demo_database) as connection:
        rows = connection.execute(
            select(authorization.c.daily_value, sync_profile)
            .join_from(authorization, sync_profile)
            .where(sync_profile.c.orders_per_day.is_not(None))
        ).all()
    for row in rows:
        profile = {name: [value] for name, value in row._asdict().items() if name in OF_VALUE}
        expected = loss_per_day(filled(profile, Assumptions()), Assumptions(), HarmModel())[0]
        assert row.daily_value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("profile", "value"),
    [
        (ProfileRecord(), 0),
        (ProfileRecord(orders_per_day=10), 0),
        (ProfileRecord(orders_per_day=10, average_order_value=20, seller_fulfilled_share=1), 200),
        (ProfileRecord(orders_per_day=10, average_order_value=20, seller_fulfilled_share=0), 20),
        (ProfileRecord(orders_per_day=10, average_order_value=20), 200 * 0.73),
    ],
)
def test_what_amazon_ships_is_a_tenth_of_the_risk(profile, value):
    assert daily_value(*(getattr(profile, name) for name in OF_VALUE)) == pytest.approx(value)


def test_an_account_of_a_page_of_the_list_has_its_reasons(database):
    fill(20, 4, NOW, of=database)
    first = account_page(AccountFilter(), NOW, size=1, of=database).rows["id"].iloc[0]
    with writing(database) as connection:
        connection.execute(
            update(authorization)
            .where(authorization.c.id == int(first))
            .values(expires_at=NOW - timedelta(days=2), granted_at=NOW - timedelta(days=367))
        )
        connection.execute(
            update(sync_profile).values(
                orders_per_day=500, average_order_value=20, seller_fulfilled_share=1
            )
        )
    found = reasons_of([int(first)], NOW, database)
    assert set(found) == {first}
    wanted = {Reason.BLOCKED_NOW, Reason.LARGE_LOSS_PER_DAY, Reason.SHIPS_ITSELF}
    assert wanted <= set(found[first])


def test_a_paused_account_has_no_reason(database):
    fill(3, 4, NOW, of=database)
    with writing(database) as connection:
        connection.execute(update(authorization).values(paused=True))
    assert set(reasons_of([1, 2, 3], NOW, database).values()) <= {()}
