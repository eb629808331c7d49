"""Counts, order and pages are those of one plain statement over the table, whatever the filter."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, bindparam, text

from data_access import account_walk, filtered
from data_access.account_list import LAST, account_page
from data_access.database import reading
from data_access.overview import overview
from data_access.schema import UtcDateTime
from rules.account_filter import PLANS, REGIONS, SORTS, AccountFilter
from rules.authorization import Status
from tests.conftest import NOW

ORDERS = {
    "urgency": "stretch, CASE WHEN stretch < 2 THEN -daily_value END,"
    " CASE WHEN stretch = 2 THEN expires_at END, CASE WHEN stretch < 2 THEN -id ELSE id END",
    "expiry": "expires_at IS NULL, expires_at, id",
    "-expiry": "expires_at IS NULL, expires_at DESC,"
    " CASE WHEN expires_at IS NULL THEN id ELSE -id END",
    "name": "seller_sort, id",
    "-name": "seller_sort DESC, id DESC",
    "-value": "daily_value DESC, id DESC",
    "last_sync": "last_sync_at IS NULL, last_sync_at, id",
    "-last_sync": "last_sync_at IS NULL, last_sync_at DESC,"
    " CASE WHEN last_sync_at IS NULL THEN id ELSE -id END",
}
PLAIN = """
SELECT *,
    CASE WHEN paused THEN 'paused'
        WHEN granted_at IS NULL OR granted_at > :now THEN 'not_authorized'
        WHEN expires_at <= :now THEN 'expired'
        WHEN refused_at <= :now THEN 'refused'
        WHEN granted_at > :an_hour_ago AND (confirmed_at IS NULL OR confirmed_at < granted_at)
            THEN 'verifying'
        WHEN expires_at < :in_31_days THEN 'expiring'
        ELSE 'active' END AS status,
    CASE WHEN paused THEN 4 WHEN expires_at <= :now THEN 0 WHEN refused_at <= :now THEN 1
        WHEN expires_at IS NOT NULL THEN 2 ELSE 3 END AS stretch
FROM "authorization"
"""
"""The accounts with their status, and where the order by urgency has them."""

days = st.none() | st.dates(date(2026, 6, 1), date(2027, 12, 31))
filters = st.builds(
    AccountFilter,
    statuses=st.lists(st.sampled_from(Status), unique=True, max_size=3).map(tuple),
    within=st.none() | st.integers(0, 400),
    beyond=st.none() | st.integers(0, 400),
    expires_from=days,
    expires_to=days,
    regions=st.lists(st.sampled_from(REGIONS), unique=True).map(tuple),
    marketplaces=st.lists(st.sampled_from(("DE", "FR", "US", "JP")), unique=True).map(tuple),
    languages=st.lists(st.sampled_from(("de", "en", "fr")), unique=True).map(tuple),
    plans=st.lists(st.sampled_from(PLANS), unique=True).map(tuple),
    text=st.sampled_from(("", "", "gmbh", "shop1", "example", "%", "'; --")),
    sort=st.sampled_from(SORTS),
)


def plainly(database, wanted: AccountFilter) -> list[Row]:
    """Every account that the filter means apart from its statuses, in its order, read the slow
    way."""
    starts, ends = wanted.window(NOW)
    midnight = NOW.replace(hour=0, minute=0)
    clauses = ["TRUE" if database.dialect.name == "postgresql" else "1"]
    for column in ("region", "language", "plan"):
        if values := getattr(wanted, f"{column}s"):
            clauses.append(f"{column} IN ({', '.join(repr(v) for v in values)})")
    if wanted.marketplaces:
        each = (f"',' || marketplaces || ',' LIKE '%,{m},%'" for m in wanted.marketplaces)
        clauses.append(f"({' OR '.join(each)})")
    moments = {
        "now": NOW,
        "an_hour_ago": NOW - timedelta(hours=1),
        "in_31_days": midnight + timedelta(days=31),
    }
    if starts is not None:
        clauses.append("expires_at >= :starts")
        moments["starts"] = starts
    if ends is not None:
        clauses.append("expires_at < :ends")
        moments["ends"] = ends
    statement = text(
        f"SELECT id, status, seller_sort, search_text FROM ({PLAIN}) AS plain "
        f"WHERE {' AND '.join(clauses)} ORDER BY {ORDERS[wanted.sort]}"
    )
    statement = statement.bindparams(*(bindparam(name, type_=UtcDateTime) for name in moments))
    with reading(database) as connection:
        rows = connection.execute(statement, moments).all()
    return [row for row in rows if wanted.text.casefold() in row.search_text]


@settings(max_examples=40)
@given(
    wanted=filters,
    near=st.sampled_from((3, 60, account_walk.NEAR)),
    few=st.sampled_from((3, filtered.FEW)),
)
def test_the_list_and_its_count_are_those_of_a_plain_statement(demo_database, wanted, near, few):
    with patch.object(account_walk, "NEAR", near), patch.object(filtered, "FEW", few):
        the_list_is_that_of_a_plain_statement(demo_database, wanted)


def the_list_is_that_of_a_plain_statement(demo_database, wanted):
    """Goes through all pages of a filter, there and back, and through what is counted of it."""
    of_any_status = plainly(demo_database, wanted)
    statuses = wanted.statuses or tuple(Status)
    expected = [row.id for row in of_any_status if row.status in statuses]
    page = account_page(wanted, NOW, size=37, of=demo_database)
    listed = [account.id for account in page.accounts]
    while page.after is not None:
        page = account_page(wanted, NOW, page.after, 37, of=demo_database)
        listed += [account.id for account in page.accounts]
    assert listed == expected
    listed, cursor = [], LAST
    while cursor is not None:
        page = account_page(wanted, NOW, cursor, 37, of=demo_database)
        listed = [account.id for account in page.accounts] + listed
        cursor = page.before
    assert listed == expected
    seen = overview(wanted, NOW, of=demo_database)
    assert (seen.total, seen.matching) == (len(of_any_status), len(expected))
    assert +Counter(seen.statuses) == Counter(Status(row.status) for row in of_any_status)


@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_of_any_size_are_cut_from_the_same_list(demo_database, size):
    wanted = replace(AccountFilter(within=60), sort="name")
    expected = [row.seller_sort for row in plainly(demo_database, wanted)]
    first = account_page(wanted, NOW, size=size, of=demo_database)
    assert len(first.rows) == min(size, len(expected))
