"""Counts, order and pages are those of one plain statement over the table, whatever the filter."""

from dataclasses import replace
from datetime import date
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, text

from data_access import account_walk
from data_access.account_list import account_page
from data_access.database import reading
from data_access.overview import overview
from data_access.schema import UtcDateTime
from rules.account_filter import PLANS, REGIONS, AccountFilter
from tests.conftest import NOW

ORDERS = {
    "expiry": "expires_at IS NULL, expires_at",
    "name": "seller_sort",
    "-name": "seller_sort DESC",
    "-value": "daily_value DESC",
}

days = st.none() | st.dates(date(2026, 6, 1), date(2027, 12, 31))
filters = st.builds(
    AccountFilter,
    within=st.none() | st.integers(0, 400),
    beyond=st.none() | st.integers(0, 400),
    expires_from=days,
    expires_to=days,
    regions=st.lists(st.sampled_from(REGIONS), unique=True).map(tuple),
    marketplaces=st.lists(st.sampled_from(("DE", "FR", "US", "JP")), unique=True).map(tuple),
    languages=st.lists(st.sampled_from(("de", "en", "fr")), unique=True).map(tuple),
    plans=st.lists(st.sampled_from(PLANS), unique=True).map(tuple),
    text=st.sampled_from(("", "", "gmbh", "shop1", "example", "%", "'; --")),
    sort=st.sampled_from(tuple(ORDERS)),
)


def plainly(database, wanted: AccountFilter) -> list[tuple]:
    """Id and place in the order of every account that the filter means, read the slow way."""
    starts, ends = wanted.window(NOW)
    clauses = ["TRUE" if database.dialect.name == "postgresql" else "1"]
    for column in ("region", "language", "plan"):
        if values := getattr(wanted, f"{column}s"):
            clauses.append(f"{column} IN ({', '.join(repr(v) for v in values)})")
    if wanted.marketplaces:
        each = (f"',' || marketplaces || ',' LIKE '%,{m},%'" for m in wanted.marketplaces)
        clauses.append(f"({' OR '.join(each)})")
    moments = {}
    if starts is not None:
        clauses.append("expires_at >= :starts")
        moments["starts"] = starts
    if ends is not None:
        clauses.append("expires_at < :ends")
        moments["ends"] = ends
    statement = text(
        f'SELECT id, seller_sort, daily_value, expires_at, search_text FROM "authorization" '
        f"WHERE {' AND '.join(clauses)} ORDER BY {ORDERS[wanted.sort]}, id"
    )
    statement = statement.bindparams(*(bindparam(name, type_=UtcDateTime) for name in moments))
    with reading(database) as connection:
        rows = connection.execute(statement, moments).all()
    return [row for row in rows if wanted.text.casefold() in row.search_text]


@settings(max_examples=40)
@given(wanted=filters, near=st.sampled_from((3, 60, account_walk.NEAR)))
def test_the_list_and_its_count_are_those_of_a_plain_statement(demo_database, wanted, near):
    with patch.object(account_walk, "NEAR", near):
        the_list_is_that_of_a_plain_statement(demo_database, wanted)


def the_list_is_that_of_a_plain_statement(demo_database, wanted):
    """Goes through all pages of a filter, and through what is counted of it."""
    expected = plainly(demo_database, wanted)
    listed, cursor = [], None
    while True:
        page = account_page(wanted, NOW, cursor, 37, of=demo_database)
        listed += page.rows["id"].tolist() if len(page.rows) else []
        cursor = page.after
        if cursor is None:
            break
    assert sorted(listed) == sorted(row.id for row in expected)
    place = {
        row.id: {"expiry": row.expires_at, "-value": row.daily_value}.get(
            wanted.sort, row.seller_sort
        )
        for row in expected
    }
    assert [place[i] for i in listed] == [place[row.id] for row in expected]
    seen = overview(wanted, NOW, of=demo_database)
    assert seen.total == seen.matching == len(expected)


@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_of_any_size_are_cut_from_the_same_list(demo_database, size):
    wanted = replace(AccountFilter(within=60), sort="name")
    expected = [row.seller_sort for row in plainly(demo_database, wanted)]
    first = account_page(wanted, NOW, size=size, of=demo_database)
    assert len(first.rows) == min(size, len(expected))
