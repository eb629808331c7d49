"""A plugin's own database of any size, in the shape of sources/examples/plugin_tokens.toml."""

import csv
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random

from data_access import sources
from data_access.sources import Mapping, read_mapping

DAY = 86_400

TABLES = """
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, company TEXT, contact_mail TEXT,
    shop_system TEXT, shop_url TEXT, lang_iso3 TEXT, deleted INTEGER, updated_at INTEGER);
CREATE TABLE amazon_auth (auth_id INTEGER PRIMARY KEY, customer_id INTEGER, app_id TEXT,
    merchant_id TEXT, site TEXT, token_created INTEGER, token_expires INTEGER, token_state INTEGER,
    last_call INTEGER, last_http INTEGER, updated_at INTEGER);
CREATE TABLE sync_stats (auth_id INTEGER PRIMARY KEY, orders_30d INTEGER, revenue_30d REAL,
    price_updates_30d INTEGER, stock_updates_30d INTEGER, offers INTEGER, updated_at INTEGER);
"""
EXPORT = """
name = "bench_export"
[csv]
delimiter = ";"
[fields]
customer_number = "number"
name = "company"
email = "mail"
selling_partner_id = "merchant"
region = "region"
marketplaces = { column = "site", split = "," }
granted_at = { column = "granted", formats = ["unix"] }
"""
SHOPS = ("Shopware 6", "WooCommerce", "Gambio", "PrestaShop")
SITES = ("eu:de", "eu:de,fr", "eu:uk", "eu:it,es", "na:us", "na:us,ca", "fe:jp", "eu:pl")
LANGUAGES = ("deu", "eng", "fra", "ita", "pol", "spa")


def mapping(told: bool = False) -> Mapping:
    """How these tables read. told: their times of change say which rows have changed."""
    read = read_mapping(Path(sources.__file__).parent / "examples" / "plugin_tokens.toml")
    if not told:
        return read
    assert read.sql is not None
    changed = tuple(f"{table}.updated_at" for table in ("auth", "customer", "stats"))
    return read.model_copy(update={"sql": read.sql.model_copy(update={"changed": changed})})


def write(path: Path, rows: int, now: datetime) -> None:
    """Makes the database: `rows` grants of as many customers, clean ones."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(TABLES)
    random, end = Random(rows), int(now.timestamp())
    connection.executemany(
        "INSERT INTO customers VALUES (?,?,?,?,?,?,?,0)", _customers(random, rows)
    )
    connection.executemany(
        "INSERT INTO amazon_auth VALUES (?,?,?,?,?,?,?,?,?,?,0)", _grants(random, rows, end)
    )
    connection.executemany("INSERT INTO sync_stats VALUES (?,?,?,?,?,?,0)", _stats(random, rows))
    connection.commit()
    connection.close()


def export(path: Path, rows: int, now: datetime) -> Mapping:
    """Writes a CSV of as many clean accounts; how it reads."""
    random, end = Random(rows), int(now.timestamp())
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(("number", "company", "mail", "merchant", "region", "site", "granted"))
        for customer, grant in zip(
            _customers(random, rows), _grants(random, rows, end), strict=True
        ):
            number, company, mail = customer[:3]
            region, site = grant[4].split(":")
            lines.writerow((number, company, mail, grant[3], region.upper(), site, grant[5]))
    described = path.with_suffix(".toml")
    described.write_text(EXPORT, "utf-8")
    return read_mapping(described)


def change(path: Path, rows: int) -> None:
    """Renews so many grants, spread over the whole table."""
    connection = sqlite3.connect(path)
    count = connection.execute("SELECT count(*) FROM amazon_auth").fetchone()[0]
    connection.execute(
        "UPDATE amazon_auth SET token_created = token_created + 60, "
        "token_expires = token_expires + 60, updated_at = updated_at + 1 WHERE auth_id % ? = 1",
        (count // rows,),
    )
    connection.commit()
    connection.close()


def _customers(random: Random, rows: int) -> Iterator[tuple]:
    for number in range(1, rows + 1):
        shop = f"shop{number}.example"
        yield (
            number,
            f"Müller Handel {number}" if number % 3 else f"Nord Trading {number}",
            f"kontakt@{shop}",
            random.choice(SHOPS),
            f"https://{shop}",
            random.choice(LANGUAGES),
            int(number % 70 == 0),
        )


def _grants(random: Random, rows: int, end: int) -> Iterator[tuple]:
    for number in range(1, rows + 1):
        granted = end - random.randrange(1_000, 400 * DAY)
        yield (
            number,
            number,
            "amzn1.sp.solution.plugin",
            f"A{number:013d}",
            random.choice(SITES),
            granted,
            granted + 365 * DAY,
            1,
            min(granted + 365 * DAY, end) - 300,
            200,
        )


def _stats(random: Random, rows: int) -> Iterator[tuple]:
    for number in range(1, rows + 1):
        orders = int(random.paretovariate(0.9) * 30)
        yield (number, orders, orders * 31.5, orders * 2, orders * 3, orders + 10)
