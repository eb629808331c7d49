"""A database of which some columns tell which rows have changed: only those are read whole."""

import tomllib
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, inspect

from data_access import rollup
from data_access.database import make_engine
from data_access.migrate import migrate
from data_access.sources import Mapping, mapping_from, read_source
from tests.bench import plugin
from tests.conftest import NOW
from tests.data_access.sources.conftest import rows_of
from tests.data_access.sources.foreign import TOML, execute

LATER = NOW + timedelta(days=1)


def told_by(key: object, changed: object, query: bool) -> Mapping:
    """The mapping with columns that tell which rows have changed."""
    data = tomllib.loads(TOML)
    if not query:
        merchants = {"table": "merchants", "as": "m", "on": "m.no = c.merchant_no"}
        data["sql"] = {"table": "connections", "as": "c", "joins": [merchants], "where": "1 = 1"}
    data["sql"] |= {"key": key, "changed": changed}
    return mapping_from(data)


KEYS = ("id", ["id", "kind"], "tenant", "error_text")
PAIRS = [
    pytest.param(
        kind, key, (m + n) % 2 == 0, id=f"{kind}-{key}-{'tables' if (m + n) % 2 else 'query'}"
    )
    for m, kind in enumerate(("sqlite", "postgresql", "mariadb"))
    for n, key in enumerate(KEYS)
]
"""Each database with each key and with both ways to name its rows, and each key with both."""


@pytest.mark.parametrize(("foreign", "key", "query"), PAIRS, indirect=["foreign"])
def test_what_has_changed_is_told_by_the_columns_that_are_named_for_it(
    foreign: str, desk: Engine, key: object, query: bool
):
    """Whatever the key: one that names several rows, or none, costs time and no row."""
    mapping = told_by(key, ["last_ok", "fba"], query)
    first = read_source(foreign, mapping, of=desk, now=NOW)
    execute(
        foreign,
        "UPDATE connections SET tier = 'basic', fba = 26 WHERE id = 1",
        "INSERT INTO connections SELECT 5, merchant_no, kind, 'A1NEW', shop_host, tier, consented,"
        " valid_ms, secret_token, error_text, phase, last_ok, monthly_orders, turnover, 7"
        " FROM connections WHERE id = 1",
        "DELETE FROM connections WHERE id = 2",
    )
    result = read_source(foreign, mapping, of=desk, now=LATER, allow_removals=True)
    assert (result.rows_read, result.rows_taken, result.rows_rejected) == (4, 3, 1)
    counts = result.counts
    assert (counts.granted, counts.renewed, counts.changed, counts.removed) == (1, 0, 1, 1)
    assert [p for p in result.problems if not p.taken] == [p for p in first.problems if not p.taken]
    assert rows_of(desk, 'SELECT selling_partner_id, plan, paused FROM "authorization"') == [
        ("A1POLAND", "individual", 0),
        ("V1POLAND", "professional", 1),
        ("A1OLD", "individual", 1),
        ("A1NEW", "individual", 0),
    ]


def test_what_the_named_columns_do_not_tell_is_seen_when_all_is_read(foreign: str, desk: Engine):
    mapping = told_by("id", ["last_ok", "fba"], query=False)
    read_source(foreign, mapping, of=desk, now=NOW)
    execute(foreign, "UPDATE connections SET tier = 'basic' WHERE id = 1")
    assert read_source(foreign, mapping, of=desk, now=LATER).counts.total == 0
    assert read_source(foreign, mapping, of=desk, now=LATER, whole=True).counts.changed == 1


@pytest.mark.parametrize("some", [1, 3])
def test_each_row_is_counted_once_where_all_are_read_after_all(
    foreign: str, desk: Engine, monkeypatch: pytest.MonkeyPatch, some: int
):
    """Whether the first batch of marks shows that so much has changed, or a later one."""
    monkeypatch.setattr("data_access.sources.sifting.FEW", 0)
    monkeypatch.setattr("data_access.sources.sql_reader.BATCH", 2)
    mapping = told_by("id", ["fba"], query=False)
    read_source(foreign, mapping, of=desk, now=NOW)
    execute(foreign, f"UPDATE connections SET fba = 50 WHERE id >= {some}")
    result = read_source(foreign, mapping, of=desk, now=LATER)
    assert result.rows_read == 4
    assert result.rows_read == result.rows_taken + result.rows_rejected + result.rows_merged


def test_an_empty_condition_is_none(foreign: str, desk: Engine):
    fields = {
        "selling_partner_id": "partner",
        "marketplaces": "shop_host",
        "granted_at": "consented",
        "plan": {"column": "tier", "values": {"pro": "professional", "basic": "individual"}},
    }
    table = {"table": "connections", "where": "", "key": "id", "changed": ["fba"]}
    mapping = mapping_from({"name": "foreign", "sql": table, "fields": fields})
    read_source(foreign, mapping, of=desk, now=NOW)
    execute(foreign, "UPDATE connections SET tier = 'basic', fba = 26 WHERE id = 1")
    assert read_source(foreign, mapping, of=desk, now=LATER).counts.changed == 1


@pytest.mark.parametrize("few", [0, 1_000])
def test_readings_of_what_has_changed_end_where_readings_of_all_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
):
    """Also where so much has changed that all is read after all."""
    monkeypatch.setattr("data_access.sources.sifting.FEW", few)
    source, random = tmp_path / "plugin.sqlite", Random(few)
    plugin.write(source, 90, NOW)
    desks = {}
    for name in ("told", "all"):
        desks[name] = make_engine(f"sqlite:///{tmp_path / name}.sqlite")
        migrate(desks[name])
    asked = (
        "SELECT a.selling_partner_id, a.granted_at, a.expires_at, a.paused, s.name, p.offers"
        ' FROM "authorization" a JOIN seller s ON s.id = a.seller_id'
        " JOIN sync_profile p ON p.authorization_id = a.id ORDER BY 1"
    )
    for turn in range(12):
        some = ", ".join(str(random.randrange(1, 91)) for _ in range(random.choice((0, 1, 3, 30))))
        execute(
            f"sqlite:///{source}",
            f"UPDATE customers SET company = 'C{turn}', updated_at = {turn}"
            f" WHERE customer_id IN ({some})",
            f"UPDATE sync_stats SET offers = {turn}, updated_at = {turn}"
            f" WHERE auth_id % 9 = {turn}",
            f"DELETE FROM amazon_auth WHERE auth_id = {turn * 7 + 1}",
        )
        for name, engine in desks.items():
            mapping, now = plugin.mapping(told=name == "told"), NOW + timedelta(hours=turn)
            result = read_source(
                f"sqlite:///{source}", mapping, of=engine, now=now, allow_removals=True
            )
            taken = result.rows_taken + result.rows_merged + result.rows_rejected
            assert result.rows_read == taken
            with engine.connect() as connection:
                assert rollup.drift(connection) == 0
        assert rows_of(desks["told"], asked) == rows_of(desks["all"], asked)


def test_of_two_rows_that_nothing_tells_apart_the_one_that_is_gone_is_paused(
    foreign: str, desk: Engine
):
    execute(foreign, "UPDATE connections SET fba = 25, last_ok = '2026-11-23 07:00:00'")
    mapping = told_by("tenant", ["fba", "last_ok"], query=True)
    read_source(foreign, mapping, of=desk, now=NOW)
    digests = "SELECT count(DISTINCT digest), count(*) FROM source_row"
    assert rows_of(desk, digests) == [(1, 2)]
    execute(foreign, "DELETE FROM connections WHERE id = 1")
    read_source(foreign, mapping, of=desk, now=LATER, allow_removals=True)
    gone = "paused_reason = 'removed from source'"
    removed = rows_of(desk, f'SELECT selling_partner_id FROM "authorization" WHERE {gone}')
    assert removed == [("A1POLAND",)]


def test_a_first_reading_of_very_many_remembers_its_rows_and_leaves_what_points_at_accounts(
    foreign: str, database: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("data_access.sources.apply.FEW", 0)
    before = inspect(database).get_foreign_keys("source_row")
    mapping = told_by("id", ["last_ok", "fba"], True)
    read_source(foreign, mapping, of=database, now=NOW)
    remembered = rows_of(database, "SELECT count(*) FROM source_row")
    again = read_source(foreign, mapping, of=database, now=LATER)
    assert remembered[0][0] > 0 and again.counts.total == 0
    assert rows_of(database, "SELECT count(*) FROM source_row") == remembered
    assert before and inspect(database).get_foreign_keys("source_row") == before
