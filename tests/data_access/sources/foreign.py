"""A database that nobody has seen before, and how it reads."""

from sqlalchemy import create_engine, text

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


def execute(url: str, *statements: str) -> None:
    """Runs statements in the database at a URL."""
    engine = create_engine(url.replace("mariadb://", "mariadb+pymysql://"))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement.replace(":", r"\:")))
    engine.dispose()


def make(url: str) -> None:
    """Makes it, in place of one that is there."""
    gone = [f"DROP TABLE IF EXISTS {table}" for table in ("connections", "merchants")]
    execute(url, *gone, *TABLES, *ROWS)
