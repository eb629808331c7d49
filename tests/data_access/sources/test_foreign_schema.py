"""A database nobody has seen before, on each engine, mapped with TOML alone."""

import socket
import tomllib
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine, text

from data_access.sources import (
    Mapping,
    MappingError,
    SourceAway,
    SourceUnreadable,
    mapping_from,
    read_source,
    sql_connection,
)
from tests.conftest import NOW
from tests.data_access.sources.conftest import paused, reasons, rows_of
from tests.data_access.sources.foreign import TOML, execute


@pytest.fixture
def mapping() -> Mapping:
    return mapping_from(tomllib.loads(TOML))


def test_every_field_comes_through(foreign: str, desk: Engine, mapping: Mapping):
    result = read_source(foreign, mapping, of=desk, now=NOW)
    assert (result.rows_read, result.rows_taken, result.rows_rejected) == (4, 3, 1)
    columns = (
        "selling_partner_id, partner_kind, region, country, home_marketplace, plan, language,"
        " paused, refusal, seller_name, application_id"
    )
    found = rows_of(desk, f'SELECT {columns} FROM "authorization" ORDER BY id')
    app = "amzn1.sp.solution.foreign"
    name, refusal = "Żółw 100% Ltd", "reported by foreign: MD1000"
    assert found == [
        ("A1POLAND", "seller", "EU", "", "PL", "professional", "pl", 0, "", name, app),
        ("V1POLAND", "vendor", "EU", "", "DE", "professional", "pl", 0, refusal, name, app),
        ("A1OLD", "seller", "FE", "JP", "JP", "individual", "en", 1, "", "Old Co", app),
    ]
    sellers = rows_of(desk, "SELECT customer_number, phone, time_zone FROM seller ORDER BY id")
    assert sellers == [("eu1/7", "+48 22 1", "Europe/Warsaw"), ("eu1/8", "", "")]


def test_dates_and_numbers_come_through(foreign: str, desk: Engine, mapping: Mapping):
    read_source(foreign, mapping, of=desk, now=NOW)
    found = rows_of(
        desk,
        "SELECT granted_at, last_sync_at, orders_per_day, average_order_value,"
        ' seller_fulfilled_share FROM "authorization" a'
        " JOIN sync_profile p ON p.authorization_id = a.id ORDER BY a.id",
    )
    granted = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
    assert str(found[0][0])[:16] == f"{granted:%Y-%m-%d %H:%M}"
    assert str(found[0][1])[:16] == "2026-11-23 07:00"
    assert found[0][2:] == (2.0, 20.0, 0.25)
    # Nothing divided by nothing is not known, not an error.
    assert found[1][2:] == (0.0, None, 0.0)


def test_the_report_names_rows_by_their_key(foreign: str, desk: Engine, mapping: Mapping):
    result = read_source(foreign, mapping, of=desk, now=NOW)
    assert reasons(result) == {
        ("id=4", "unknown_marketplace"),
        ("id=3", "unknown_time_zone"),
    }


def test_a_second_reading_changes_nothing(foreign: str, desk: Engine, mapping: Mapping):
    read_source(foreign, mapping, of=desk, now=NOW)
    assert read_source(foreign, mapping, of=desk, now=NOW).counts.total == 0


def test_a_source_is_only_ever_read(foreign: str, desk: Engine):
    """Even a mapping that tries to write cannot."""
    spiteful = TOML.replace("FROM connections c", "FROM (DELETE FROM merchants) c")
    with pytest.raises(SourceUnreadable, match="does not take what the mapping asks"):
        read_source(foreign, mapping_from(tomllib.loads(spiteful)), of=desk, now=NOW)
    engine = create_engine(foreign.replace("mariadb://", "mariadb+pymysql://"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM merchants")) == 2
    engine.dispose()


@pytest.mark.parametrize("comment", ["", " -- the shop's"])
def test_tables_beside_each_other_do_without_a_query(foreign: str, desk: Engine, comment: str):
    joined = TOML.replace(TOML[TOML.index("query") : TOML.index("[fields]")], "")
    data = tomllib.loads(joined)
    data["sql"] |= {
        "table": "connections",
        "as": "c",
        "joins": [{"table": "merchants", "as": "m", "on": f"m.no = c.merchant_no{comment}"}],
        "where": f"c.id < 3{comment}",
    }
    assert read_source(foreign, mapping_from(data), of=desk, now=NOW).rows_taken == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"table": "conections"}, "The source has no table “conections”"),
        ({"table": "connections"}, "names the column “tenant”, which the source does not have"),
    ],
)
def test_what_is_not_there_is_said(foreign: str, desk: Engine, change: dict, says: str):
    data = tomllib.loads(TOML)
    data["sql"] = {"key": "id"} | change
    with pytest.raises(MappingError, match=says):
        read_source(foreign, mapping_from(data), of=desk, now=NOW)


def test_a_server_that_is_away_is_said_without_the_password(desk: Engine, mapping: Mapping):
    url = "postgresql://reader:hush@127.0.0.1:1/shop"
    with pytest.raises(SourceAway) as away:
        read_source(url, mapping, of=desk, now=NOW)
    assert "hush" not in str(away.value)


def test_a_mariadb_that_says_nothing_is_away_in_the_end(desk, mapping, monkeypatch):
    monkeypatch.setattr(sql_connection, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"mariadb://reader:hush@127.0.0.1:{silent.getsockname()[1]}/shop"
        with pytest.raises(SourceAway, match="does not answer"):
            read_source(url, mapping, of=desk, now=NOW)


def test_a_column_is_read_though_a_percent_sign_is_in_its_name(foreign: str, desk: Engine):
    mark = "`" if foreign.startswith("mariadb") else '"'
    column = f"{mark}own %{mark}"
    execute(
        foreign,
        f"ALTER TABLE connections ADD COLUMN {column} INTEGER",
        f"UPDATE connections SET {column} = fba",
    )
    data = tomllib.loads(TOML)
    data["fields"]["seller_fulfilled_share"]["column"] = "own %"
    read_source(foreign, mapping_from(data), of=desk, now=NOW)
    shares = "SELECT seller_fulfilled_share FROM sync_profile ORDER BY authorization_id"
    assert rows_of(desk, shares) == [(0.25,), (0.0,), (None,)]


def test_a_flag_in_a_bit_of_mariadb_is_a_number(mariadb: str, desk: Engine):
    execute(
        mariadb,
        "DROP TABLE IF EXISTS flagged",
        "CREATE TABLE flagged (seller VARCHAR(9), granted VARCHAR(20), active BIT(1))",
        "INSERT INTO flagged VALUES"
        " ('A1', '2026-03-01T10:00Z', b'1'), ('A2', '2026-03-01T10:00Z', b'0')",
    )
    fields = {
        "selling_partner_id": "seller",
        "marketplaces": {"value": "DE"},
        "granted_at": "granted",
        "paused": {"column": "active", "false": [1]},
    }
    table = {"table": "flagged", "key": "seller"}
    mapping = mapping_from({"name": "flags", "sql": table, "fields": fields})
    read_source(mariadb, mapping, of=desk, now=NOW)
    assert paused(desk) == [("A2", "paused in source")]
