"""The export holds exactly the list, and nothing that a spreadsheet would run."""

import csv
import io
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from data_access import demo, export_tables
from data_access.account_list import every_account
from data_access.database import writing
from data_access.export import (
    Export,
    export_path,
    read_export,
    write_csv,
    write_excel,
)
from data_access.export_links import ExportRefused
from data_access.schema import authorization, event, message, seller
from data_access.spreadsheets import csv_lines, defused
from rules.account_filter import AccountFilter
from tests.accounts import an_account, change
from tests.conftest import NOW
from tests.pages.conftest import at_desk, empty_desk  # noqa: F401 - fixtures

IN_BERLIN = NOW.astimezone(ZoneInfo("Europe/Berlin"))
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", " =1", '=HYPERLINK("http://x")')


@pytest.fixture
def hostile_desk(empty_desk):  # noqa: F811
    """Sellers who call themselves what a spreadsheet would run."""
    demo.fill(40, 5, NOW, of=empty_desk)
    with empty_desk.begin() as connection:
        for number, name in enumerate(HOSTILE, start=1):
            connection.execute(
                authorization.update()
                .where(authorization.c.search_text.contains(f"d000000{number}"))
                .values(seller_name=name)
            )
    return empty_desk


def asked(wanted: AccountFilter, kind: str = "csv"):
    """An export as its address says it."""
    return read_export(export_path(kind, wanted, NOW, "maria").removeprefix("/export/"))


def lines(wanted: AccountFilter, of) -> list[dict]:
    """The CSV of a filter, read back."""
    content = b"".join(write_csv(asked(wanted), of)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


@pytest.mark.parametrize("wanted", [AccountFilter(), AccountFilter(within=90, sort="-value")])
def test_it_holds_exactly_the_list_in_its_order(hostile_desk, wanted):
    exported = [int(line["account"]) for line in lines(wanted, hostile_desk)]
    frames = every_account(wanted, NOW, of=hostile_desk)
    assert exported == [i for frame in frames for i in frame["id"]]


def in_berlin(table: str, of) -> list[dict]:
    """The CSV of a table that somebody in Berlin takes, read back."""
    asked = Export("csv", AccountFilter(), IN_BERLIN, "maria", table, IN_BERLIN)
    content = b"".join(write_csv(asked, of)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_each_column_of_an_account_holds_what_it_is_called(database, tmp_path):
    path = tmp_path / "accounts.xlsx"
    one = an_account(
        database,
        NOW,
        400,
        region="FE",
        country="JP",
        marketplaces=("JP",),
        plan="professional",
        last_sync_at=NOW - timedelta(hours=1),
        owner="anna",
    )
    who = {"contact": "Ada", "email": "ada@shop.example", "phone": "+49 30 1"}
    change(database, seller, **who)
    change(database, authorization, daily_value=12.345)
    (line,) = in_berlin("accounts", database)
    assert line == {
        "account": str(one),
        "customer_number": "K0",
        "seller": "Müller & Söhne <GmbH>",
        **who,
        "phone": "'+49 30 1",
        "language": "de",
        "shop_url": "https://mueller.example",
        "selling_partner_id": "A1SELLER0",
        "region": "FE",
        "country": "JP",
        "marketplaces": "JP",
        "plan": "professional",
        "status": "expired",
        "granted_at": "2025-10-19T10:30:00+02:00",
        "expires_at": "2026-10-19T10:30:00+02:00",
        "expiry_source": "computed",
        "days_left": "-35",
        "blocked": "price stock orders",
        "last_sync_at": "2026-11-23T08:30:00+01:00",
        "daily_value": "12.35",
        "owner": "anna",
    }
    write_excel(
        Export("xlsx", AccountFilter(), IN_BERLIN, "maria", "accounts", NOW), path, database
    )
    head, cells = load_workbook(path).active.iter_rows(values_only=True)
    assert dict(zip(head, map(str, cells), strict=True)) == line | {"phone": who["phone"]}
    assert [type(each) for each in cells].count(str) == len(cells) - 3


def test_each_column_of_a_message_holds_what_it_is_called(database):
    one = an_account(database, NOW)
    sent = {"state": "sent", "sent_at": NOW, "agent": "anna", "failure": ""}
    with writing(database) as connection:
        for at, more in ((NOW, sent), (NOW - timedelta(seconds=1), {"state": "waiting"})):
            values = {"kind": "offer", "recipient": "a@shop.example", "language": "de"}
            values |= {"authorization_id": one, "message_id": f"<{at}>", "created_at": at} | more
            connection.execute(message.insert().values(values))
    assert in_berlin("messages", database) == [
        {
            "account": str(one),
            "seller": "Müller & Söhne <GmbH>",
            "recipient": "a@shop.example",
            "language": "de",
            "state": "sent",
            "reason": "",
            "agent": "anna",
            "sent_at": "2026-11-23T09:30:00+01:00",
        }
    ]


def test_no_cell_of_the_csv_is_a_formula_and_numbers_stay_numbers(hostile_desk):
    for line in lines(AccountFilter(), hostile_desk):
        for column, value in line.items():
            if column not in ("days_left", "daily_value"):
                assert not value.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")), column
        assert line["days_left"] == "" or int(line["days_left"]) is not None


def test_no_cell_of_the_excel_sheet_is_a_formula(hostile_desk, tmp_path):
    path = tmp_path / "accounts.xlsx"
    write_excel(asked(AccountFilter(), "xlsx"), path, hostile_desk)
    sheet = load_workbook(path).active
    assert sheet.max_row == 41
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_what_an_excel_sheet_cannot_hold_is_refused_and_what_it_can_is_not(
    hostile_desk, tmp_path, monkeypatch
):
    monkeypatch.setattr("data_access.export.EXCEL_ROWS", 40)
    write_excel(asked(AccountFilter(), "xlsx"), tmp_path / "all.xlsx", hostile_desk)
    monkeypatch.setattr("data_access.export.EXCEL_ROWS", 39)
    with pytest.raises(ExportRefused, match="holds 39 rows"):
        write_excel(asked(AccountFilter(), "xlsx"), tmp_path / "more.xlsx", hostile_desk)


def test_it_is_noted_who_took_how_many(hostile_desk):
    lines(AccountFilter(), hostile_desk)
    with hostile_desk.connect() as connection:
        row = connection.execute(event.select().where(event.c.kind == "exported")).one()
    assert row.actor == "maria"
    assert '"accounts": 40' in row.details


def test_its_address_lives_an_hour(at_desk):  # noqa: F811
    path = export_path("csv", AccountFilter(), NOW, "maria").removeprefix("/export/")
    with time_machine.travel(NOW + timedelta(minutes=59)):
        assert read_export(path).agent == "maria"
    with (
        time_machine.travel(NOW + timedelta(minutes=61)),
        pytest.raises(ExportRefused, match="older than an hour"),
    ):
        read_export(path)


@given(st.text())
def test_an_address_that_is_not_ours_is_refused(token):
    with pytest.raises(ExportRefused):
        read_export(token)


@pytest.mark.parametrize("text", ['Shop;"=1+1;"', 'Shop\n"=1+1\n"', 'a;;" "@x', "a;\t=1"])
def test_what_reads_our_csv_by_semicolons_finds_nothing_that_runs(text):
    line = csv_lines([["1", text, "x"]]).decode()
    for row in csv.reader(io.StringIO(line), delimiter=";"):
        assert not [cell for cell in row if cell.lstrip(' "').startswith(("=", "+", "-", "@"))]


def test_where_the_semicolon_separates_no_cell_begins_with_what_runs():
    text = str(defused('Shop;=1+1;\t@SUM(A1)\n-1; Fine - and "quoted"; +49 30'))
    cells = [cell.strip(" ") for line in text.splitlines() for cell in re.split("[;\t]", line)]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert text.replace("'", "") == 'Shop;=1+1;\t@SUM(A1)\n-1; Fine - and "quoted"; +49 30'


@given(st.text())
def test_what_is_defused_begins_with_nothing_that_runs(text):
    assert not str(defused(text)).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_an_export_lets_others_go_on_between_its_rows(database, monkeypatch):
    demo.fill(100, 3, NOW, of=database)
    given_way = []
    monkeypatch.setattr(export_tables.time, "sleep", given_way.append)
    asked = Export("csv", AccountFilter(), NOW, "demo", "accounts", NOW)
    lines = b"".join(write_csv(asked, database)).count(b"\r\n") - 1
    # Once where a row is made, once where it is written.
    assert len(given_way) >= 2 * lines // export_tables.FEW > 30
    assert set(given_way) == {0}
