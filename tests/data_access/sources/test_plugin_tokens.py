"""The plugin's own database, against figures worked out with sqlite3 alone."""

import sqlite3
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from data_access.sources import Mapping, Result, read_source
from tests.conftest import NOW
from tests.data_access.sources.conftest import DATA, rows_of


@pytest.fixture(scope="module")
def result(shared: Engine, tokens_mapping: Mapping) -> Result:
    source = f"sqlite:///{DATA / 'plugin_tokens.sqlite'}"
    return read_source(source, tokens_mapping, of=shared, now=NOW)


def asked(path: str, sql: str) -> list[tuple]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_every_row_is_taken_or_rejected(tokens: str, result: Result):
    (grants,) = asked(tokens, "SELECT count(*) FROM amazon_auth")[0]
    (unknown,) = asked(tokens, "SELECT count(*) FROM amazon_auth WHERE site LIKE '%zz%'")[0]
    assert (result.rows_read, result.rows_rejected) == (grants, unknown) == (385, 1)
    assert (result.rows_taken, result.rows_merged) == (384, 0)


def test_remarks_are_as_many_as_the_source_has(tokens: str, result: Result):
    seconds = int(NOW.timestamp()) + 300
    future = asked(
        tokens,
        f"SELECT count(*) FROM amazon_auth WHERE last_call > {seconds} AND last_http = 200"
        " AND site <> 'eu:zz'",
    )[0][0]
    silent = asked(
        tokens,
        "SELECT count(*) FROM amazon_auth a JOIN customers c USING (customer_id)"
        " WHERE coalesce(c.contact_mail, '') = '' AND a.site NOT LIKE '%zz%'",
    )[0][0]
    assert result.reasons == {
        ("unknown_marketplace", False): 1,
        ("future_sync", True): future,
        ("no_contact", True): silent,
        ("milliseconds", True): 1,
        ("orphan", True): 1,
    }


def test_milliseconds_are_recognised(shared: Engine, result: Result):
    found = rows_of(
        shared,
        "SELECT granted_at FROM \"authorization\" WHERE selling_partner_id = 'AR9GV28Z2T5EG3'",
    )
    moment = datetime.fromisoformat(str(found[0][0])).replace(tzinfo=UTC)
    assert moment == datetime.fromtimestamp(1776300783, UTC)


def test_states_and_codes_are_translated(tokens: str, shared: Engine, result: Result):
    count = 'SELECT count(*) FROM "authorization" WHERE {}'
    states = dict(asked(tokens, "SELECT token_state, count(*) FROM amazon_auth GROUP BY 1"))
    assert rows_of(shared, count.format("granted_at IS NULL")) == [(states[0],)]
    assert rows_of(shared, count.format("refused_at IS NOT NULL")) == [(states[9],)]
    deleted = asked(
        tokens,
        "SELECT count(*) FROM amazon_auth JOIN customers USING (customer_id) WHERE deleted = 1",
    )
    assert rows_of(shared, count.format("paused")) == deleted
    sites = asked(tokens, "SELECT count(*) FROM amazon_auth WHERE site = 'eu:uk,de'")
    united = "marketplaces = 'DE,UK' AND home_marketplace = 'UK' AND region = 'EU'"
    assert rows_of(shared, count.format(united)) == sites
    japan = asked(tokens, "SELECT count(*) FROM amazon_auth WHERE site = 'fe:jp'")
    assert rows_of(shared, count.format("region = 'FE' AND country = 'JP'")) == japan


def test_a_refusal_is_never_later_than_now(shared: Engine, result: Result):
    refused = rows_of(shared, 'SELECT refused_at FROM "authorization" WHERE refused_at IS NOT NULL')
    now = NOW.replace(tzinfo=None)
    assert all(datetime.fromisoformat(str(at)).replace(tzinfo=None) <= now for (at,) in refused)


def test_sums_of_thirty_days_become_days(tokens: str, shared: Engine, result: Result):
    expected = asked(
        tokens,
        "SELECT s.orders_30d / 30.0, s.revenue_30d / s.orders_30d FROM sync_stats s"
        " JOIN amazon_auth USING (auth_id) WHERE site <> 'eu:zz' ORDER BY 1, 2",
    )
    found = rows_of(
        shared,
        "SELECT orders_per_day, average_order_value FROM sync_profile ORDER BY 1, 2",
    )
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other)


def test_no_refresh_token_is_anywhere(shared: Engine, result: Result):
    for (table,) in rows_of(shared, _TABLES[shared.dialect.name]):
        for found in rows_of(shared, f'SELECT * FROM "{table}"'):
            assert "secret-" not in repr(found)
    assert all("secret-" not in repr(problem) for problem in result.problems)


_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


def test_a_second_reading_changes_nothing(
    shared: Engine, result: Result, tokens: str, tokens_mapping: Mapping
):
    again = read_source(tokens, tokens_mapping, of=shared, now=NOW)
    assert again.counts.total == 0
    assert again.rows_taken == 384
