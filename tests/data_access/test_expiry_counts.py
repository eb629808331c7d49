"""Accounts between any moments are those that one finds between them, counted one by one."""

from bisect import bisect_right
from collections import Counter
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data_access.database import reading
from data_access.expiry_counts import NO_EXPIRY, expiry_counts
from data_access.schema import authorization
from rules.account_filter import AccountFilter
from rules.authorization import VERIFYING_FOR
from tests.conftest import NOW

FILTERS = (
    AccountFilter(),
    AccountFilter(regions=("EU",)),
    AccountFilter(marketplaces=("DE",)),
    AccountFilter(languages=("de",)),
    AccountFilter(text="gmbh"),
)
moments = st.datetimes(datetime(2026, 9, 1), datetime(2027, 12, 1), timezones=st.just(UTC))


def means(wanted: AccountFilter, row) -> bool:
    return (
        (not wanted.regions or row.region in wanted.regions)
        and (not wanted.marketplaces or "DE" in row.marketplaces.split(","))
        and (not wanted.languages or row.language in wanted.languages)
        and wanted.text in row.search_text
    )


def state(row, as_of: datetime) -> str:
    """What the account is at a moment apart from its expiry."""
    if row.paused:
        return "paused"
    if row.granted_at is None or row.granted_at > as_of:
        return "none"
    if row.refused_at is not None and row.refused_at <= as_of:
        return "refused"
    unconfirmed = row.confirmed_at is None or row.confirmed_at < row.granted_at
    return "verifying" if unconfirmed and row.granted_at > as_of - VERIFYING_FOR else "live"


@settings(max_examples=60)
@given(
    wanted=st.sampled_from(FILTERS),
    boundaries=st.lists(moments, min_size=1, max_size=40, unique=True).map(sorted),
    as_of=moments.filter(lambda moment: moment > NOW - timedelta(days=30)),
    few=st.sampled_from([0, 1_000]),
)
@example(AccountFilter(), [NOW.replace(hour=hour, minute=59) for hour in range(24)], NOW, 0)
def test_accounts_are_counted_on_the_right_side_of_every_boundary(
    demo_database, wanted, boundaries, as_of, few
):
    with reading(demo_database) as connection, patch("data_access.expiry_counts.FEW", few):
        found = expiry_counts(connection, wanted, as_of).between(connection, boundaries)
        rows = connection.execute(select(authorization)).all()
    expected: Counter[tuple] = Counter()
    for row in rows:
        if means(wanted, row):
            # A boundary itself belongs to what comes after it.
            number = NO_EXPIRY
            if row.expires_at is not None:
                number = bisect_right(boundaries, row.expires_at)
            expected[number, state(row, as_of), row.region] += 1
    assert found == expected
