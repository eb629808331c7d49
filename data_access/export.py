"""Exactly the accounts of a filter, in its order, as CSV or Excel: no secrets, formulas defused."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

import pandas as pd
import xlsxwriter
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import Engine, insert

from data_access.account_list import every_account
from data_access.database import writing
from data_access.keys import link_key
from data_access.schema import event
from data_access.settings import settings
from rules.account_filter import AccountFilter, from_query
from rules.authorization import Status, blocked_jobs, days_left

KINDS = ("csv", "xlsx")
LIFETIME_SECONDS = 3_600
EXCEL_ROWS = 1_048_575

COLUMNS = (
    "account",
    "customer_number",
    "seller",
    "contact",
    "email",
    "phone",
    "language",
    "shop_url",
    "selling_partner_id",
    "region",
    "country",
    "marketplaces",
    "plan",
    "status",
    "granted_at",
    "expires_at",
    "expiry_source",
    "days_left",
    "blocked",
    "last_sync_at",
    "daily_value",
    "owner",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class ExportRefused(Exception):
    """The export cannot be made; the text says why and what to do."""


@dataclass(frozen=True)
class Export:
    """What a signed export address asks for."""

    kind: str
    wanted: AccountFilter
    as_of: datetime
    agent: str

    @property
    def filename(self) -> str:
        """A name that sorts by day."""
        return f"accounts-{self.as_of:%Y-%m-%d}.{self.kind}"


def export_path(kind: str, wanted: AccountFilter, as_of: datetime, agent: str) -> str:
    """An address that gives the export to whoever holds it for an hour: made in a page, where the
    viewer is known, for a route, which does not know them."""
    zone = str(getattr(as_of.tzinfo, "key", "UTC"))
    token = _signer().dumps([kind, urlencode(wanted.to_query()), as_of.isoformat(), zone, agent])
    return f"/export/{token}"


def read_export(token: str) -> Export:
    """What the address asks for. Raises ExportRefused."""
    try:
        kind, query, as_of, zone, agent = _signer().loads(token, max_age=LIFETIME_SECONDS)
    except SignatureExpired:
        raise ExportRefused(
            "This export link is older than an hour. Go back to the list and take a new one."
        ) from None
    except BadData:
        raise ExportRefused("This export link is not one of ours, or was cut short.") from None
    moment = datetime.fromisoformat(as_of).astimezone(ZoneInfo(zone))
    return Export(kind, from_query(parse_qs(query))[0], moment, agent)


def write_csv(export: Export, of: Engine | None = None) -> Iterator[bytes]:
    """The rows as UTF-8 CSV with a byte order mark, batch by batch. Raises DatabaseAway."""
    yield "\ufeff".encode()
    yield _csv_lines([COLUMNS])
    count = 0
    for frame in every_account(export.wanted, export.as_of, settings().bands, of):
        yield _csv_lines([[_defused(v) for v in row] for row in _rows(frame, export.as_of)])
        count += len(frame)
    _note(export, count, of)


def write_excel(export: Export, path: Path, of: Engine | None = None) -> None:
    """The rows as an Excel sheet at `path`; every text is written as text, so none is a formula.

    Raises ExportRefused beyond EXCEL_ROWS, DatabaseAway.
    """
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet("Accounts")
        bold = book.add_format({"bold": True})
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 0)
        line = 0
        for frame in every_account(export.wanted, export.as_of, settings().bands, of):
            for row in _rows(frame, export.as_of):
                line += 1
                if line > EXCEL_ROWS:
                    raise ExportRefused(
                        f"An Excel sheet holds {EXCEL_ROWS:,} rows; take CSV or filter further."
                    )
                for column, value in enumerate(row):
                    if isinstance(value, int | float):
                        sheet.write_number(line, column, value)
                    elif value != "":
                        sheet.write_string(line, column, value)
    _note(export, line, of)


def _rows(frame: pd.DataFrame, as_of: datetime) -> Iterator[list[str | int | float]]:
    for row in frame.itertuples():
        expires = None if pd.isna(row.expires_at) else row.expires_at
        yield [
            row.id,
            row.customer_number,
            row.seller_name,
            row.contact,
            row.email,
            row.phone,
            row.language,
            row.shop_url,
            row.selling_partner_id,
            row.region,
            row.country,
            row.marketplaces,
            row.plan,
            row.status,
            _moment(row.granted_at, as_of),
            _moment(expires, as_of),
            row.expiry_source if expires is not None else "",
            days_left(expires, as_of) if expires is not None else "",
            " ".join(job.value for job in blocked_jobs(Status(row.status))),
            _moment(row.last_sync_at, as_of),
            round(row.daily_value, 2),
            row.owner,
        ]


def _moment(at: datetime | None, as_of: datetime) -> str:
    if at is None or pd.isna(at):
        return ""
    return at.astimezone(as_of.tzinfo).isoformat(timespec="seconds")


def _defused(value: str | int | float) -> str | int | float:
    """A text that a spreadsheet would run gets an apostrophe; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return "'" + value
    return value


def _csv_lines(rows: list) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _note(export: Export, count: int, of: Engine | None) -> None:
    details = f'{{"accounts": {count}, "kind": "{export.kind}"}}'
    with writing(of) as connection:
        connection.execute(
            insert(event).values(
                at=export.as_of, kind="exported", actor=export.agent, details=details
            )
        )


@cache
def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(link_key(), salt="export")
