"""A database nobody has seen before, on each engine, mapped with TOML alone."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from data_access.database import make_engine
from data_access.migrate import migrate
from data_access.sources import Mapping, MappingError, SourceAway, mapping_from, read_source
from tests.conftest import NOW
from tests.data_access.sources.conftest import rows_of

TABLES = (
    "CREATE TABLE merchants (no VARCHAR(9) PRIMARY KEY, tenant VARCHAR(9), title VARCHAR(80),"
    " mail VARCHAR(80), tel VARCHAR(40), culture VARCHAR(9), tz VARCHAR(40), gone CHAR(1))",
    "CREATE TABLE connections (id INTEGER PRIMARY KEY, merchant_no VARCHAR(9), kind VARCHAR(9),"
    " partner VARCHAR(40), shop_host VARCHAR(80), tier VARCHAR(20), consented VARCHAR(40),"
    " valid_ms BIGINT, secret_token VARCHAR(80), error_text VARCHAR(80), phase VARCHAR(20),"
    " last_ok TIMESTAMP NULL, monthly_orders DECIMAL(10,2), turnover DECIMAL(12,2), fba INTEGER)",
)
ROWS = (
    "INSERT INTO merchants VALUES ('7', 'eu1', 'Żółw 100% Ltd', NULL, '+48 22 1', 'pl_PL',"
    " 'Europe/Warsaw', 'N'), ('8', 'eu1', 'Old Co', 'o@old.example', NULL, 'en-GB', 'Mars/X', 'Y')",
    "INSERT INTO connections VALUES"
    " (1, '7', 'SC', 'A1POLAND', 'www.amazon.pl', 'pro', '2026-03-28T23:30:00+01:00',"
    "  1806273000000, 'Atzr|secret', NULL, 'OK', '2026-11-23 07:00:00', 60, 1200, 25),"
    " (2, '7', 'VC', 'V1POLAND', 'https://amazon.de/', 'pro', '2026-03-01T10:00:00Z',"
    "  NULL, 'Atzr|secret', 'MD1000', 'BROKEN', NULL, 0, 0, 0),"
    " (3, '8', 'SC', 'A1OLD', 'A1VC38T7YXB528', 'basic', NULL,"
    "  NULL, NULL, NULL, 'WAITING', NULL, NULL, NULL, NULL),"
    " (4, '8', 'SC', 'A1BAD', 'amazon.moon', 'basic', '2026-03-01T10:00:00Z',"
    "  NULL, NULL, NULL, 'OK', NULL, NULL, NULL, NULL)",
)
TOML = """
name = "foreign"
[sql]
key = "id"
query = '''
SELECT c.*, m.tenant, m.no, m.title, m.mail, m.tel, m.culture, m.tz, m.gone
FROM connections c JOIN merchants m ON m.no = c.merchant_no
WHERE m.title NOT LIKE ':nobody%';
'''
[fields]
customer_number = { columns = ["tenant", "no"], join = "/" }
name = "title"
email = "mail"
phone = "tel"
language = { column = "culture", pattern = '^(\\w\\w)' }
time_zone = "tz"
selling_partner_id = "partner"
partner_kind = { column = "kind", values = { SC = "seller", VC = "vendor" } }
marketplaces = "shop_host"
plan = { column = "tier", values = { pro = "professional", basic = "individual" } }
granted_at = "consented"
expires_at = { column = "valid_ms", formats = ["unix_ms"] }
last_sync_at = { column = "last_ok", zone = "UTC" }
state = { column = "phase", values = { OK = "granted", WAITING = "requested", BROKEN = "refused" } }
refusal = "error_text"
paused = { column = "gone", true = ["Y"] }
orders_per_day = { column = "monthly_orders", divide_by = 30 }
average_order_value = { column = "turnover", divide_by = "monthly_orders" }
seller_fulfilled_share = { column = "fba", divide_by = 100 }
application_id = { value = "amzn1.sp.solution.foreign" }
"""


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def foreign(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of the invented database, on each engine in turn."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'foreign.sqlite'}"
    else:
        fixture = {"postgresql": "postgresql_url", "mariadb": "mariadb"}[request.param]
        url = request.getfixturevalue(fixture)
    engine = create_engine(url.replace("mariadb://", "mariadb+pymysql://"))
    with engine.begin() as connection:
        for table in ("connections", "merchants"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
        for statement in (*TABLES, *ROWS):
            connection.execute(text(statement.replace(":", r"\:")))
    engine.dispose()
    return url


@pytest.fixture
def desk(tmp_path: Path) -> Engine:
    """A token database; that every kind of them works is tested elsewhere."""
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    migrate(engine)
    return engine


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
    assert {(p.place, p.reason) for p in result.problems} == {
        ("id=4", "unknown_marketplace"),
        ("id=3", "unknown_time_zone"),
    }


def test_a_second_reading_changes_nothing(foreign: str, desk: Engine, mapping: Mapping):
    read_source(foreign, mapping, of=desk, now=NOW)
    assert read_source(foreign, mapping, of=desk, now=NOW).counts.total == 0


def test_a_source_is_only_ever_read(foreign: str, desk: Engine):
    """Even a mapping that tries to write cannot."""
    spiteful = TOML.replace("FROM connections c", "FROM (DELETE FROM merchants) c")
    with pytest.raises(SourceAway):
        read_source(foreign, mapping_from(tomllib.loads(spiteful)), of=desk, now=NOW)
    engine = create_engine(foreign.replace("mariadb://", "mariadb+pymysql://"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM merchants")) == 2
    engine.dispose()


def test_tables_beside_each_other_do_without_a_query(foreign: str, desk: Engine):
    joined = TOML.replace(TOML[TOML.index("query") : TOML.index("[fields]")], "")
    data = tomllib.loads(joined)
    data["sql"] |= {
        "table": "connections",
        "as": "c",
        "joins": [{"table": "merchants", "as": "m", "on": "m.no = c.merchant_no"}],
        "where": "c.id < 3",
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
