"""Exactly the accounts of a filter, in its order, as CSV or Excel: no secrets, formulas defused.

What a table holds stands in data_access.export_tables.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

import xlsxwriter
from sqlalchemy import Engine, insert

from data_access.audit import acting
from data_access.clock import utc_now
from data_access.database import writing
from data_access.export_links import LIFETIME_SECONDS, ExportRefused, check_reader, readable
from data_access.export_tables import TABLES, Rows, giving_way
from data_access.schema import event
from data_access.signed import Signed
from data_access.spreadsheets import BYTE_ORDER_MARK, csv_lines
from rules.account_filter import AccountFilter, from_query
from rules.acts import Act, Actor

_LINK = Signed("export", lifetime=LIFETIME_SECONDS)
EXCEL_ROWS = 1_048_575


class NobodyWaits(Exception):
    """Whoever asked for the export has gone."""


@dataclass(frozen=True)
class Export:
    """What a signed export address asks for: the table of TABLES, as a file of a kind.

    kind: "csv" or "xlsx"
    until: for tables that look ahead; the others do not read it
    """

    kind: str
    wanted: AccountFilter
    as_of: datetime
    agent: str
    table: str
    until: datetime

    @property
    def filename(self) -> str:
        """A name that sorts by day."""
        return f"{self.table}-{self.as_of:%Y-%m-%d}.{self.kind}"


def export_path(
    kind: str,
    wanted: AccountFilter,
    as_of: datetime,
    agent: str,
    table: str = "accounts",
    until: datetime | None = None,
) -> str:
    """An address that gives the export to `agent` for an hour."""
    zone = str(getattr(as_of.tzinfo, "key", "UTC"))
    moments = [as_of.isoformat(), (until or as_of).isoformat()]
    token = _LINK.write([kind, table, urlencode(wanted.to_query()), moments, zone, agent])
    return f"/export/{token}"


def read_export(token: str) -> Export:
    """What the address asks for. Raises ExportRefused."""
    with readable("the list"):
        kind, table, query, moments, zone, agent = _LINK.read(token)
    as_of, until = (datetime.fromisoformat(each).astimezone(ZoneInfo(zone)) for each in moments)
    return Export(kind, from_query(parse_qs(query))[0], as_of, agent, table, until)


def begin_export(export: Export, actor: Actor, of: Engine | None = None) -> None:
    """Writes into the trail who takes what, before the first row leaves.

    Raises ExportRefused for an address that was made for somebody else, NotAllowed, DatabaseAway.
    """
    check_reader(export.agent, actor)
    # What was searched for may be a seller's name.
    wanted = urlencode(replace(export.wanted, text="").to_query())
    searched = bool(export.wanted.text)
    with acting(actor, Act.EXPORT, utc_now(), of) as deed:
        deed.note(table=export.table, kind=export.kind, filter=wanted, searched=searched)


def write_csv(export: Export, of: Engine | None = None) -> Iterator[bytes]:
    """The rows as UTF-8 CSV with a byte order mark, batch by batch. Raises DatabaseAway."""
    yield BYTE_ORDER_MARK
    yield csv_lines([TABLES[export.table].columns])
    count = 0
    for rows in _batches(export, of):
        yield csv_lines(giving_way(rows))
        count += len(rows)
    _note(export, count, of)


def write_excel(
    export: Export,
    path: Path,
    of: Engine | None = None,
    is_waited_for: Callable[[], bool] = lambda: True,
) -> None:
    """The rows as an Excel sheet at `path`; every text is written as text, so none is a formula.

    is_waited_for  asked before each batch of rows: a sheet is of no use until it is whole
    Raises ExportRefused beyond EXCEL_ROWS, NobodyWaits, DatabaseAway.
    """
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        table = TABLES[export.table]
        sheet = book.add_worksheet(table.title)
        bold = book.add_format({"bold": True})
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 0)
        line = 0
        for rows in _batches(export, of):
            if not is_waited_for():
                raise NobodyWaits
            for row in giving_way(rows):
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


def _batches(export: Export, of: Engine | None) -> Rows:
    return TABLES[export.table].rows(export.wanted, export.as_of, export.until, of)


def _note(export: Export, count: int, of: Engine | None) -> None:
    details = json.dumps({"accounts": count, "kind": export.kind, "table": export.table})
    with writing(of) as connection:
        connection.execute(
            insert(event).values(
                at=export.as_of, kind="exported", actor=export.agent, details=details
            )
        )
