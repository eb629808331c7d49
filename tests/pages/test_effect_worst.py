"""Whom to call first: a row for each account that loses most, and the export of all."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select, update

from data_access import demo
from data_access.database import reading, writing
from data_access.export import write_csv, write_excel
from data_access.links import read_link
from data_access.schema import authorization, seller, sync_profile
from data_access.simulation import simulation
from tests.accounts import change_account
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import open_page
from tests.pages.effect import MIDNIGHT, TODAY, compared, exports, number


def test_each_of_the_worst_says_why_and_has_its_own_renew_link(demo_desk):
    page = open_page("sync_effect")
    drawn = page.dataframe[0].value
    assert len(drawn) == 50
    assert drawn["why"].iloc[0].startswith(("blocked now", "expires within", "large loss"))
    with reading(demo_desk) as connection:
        names = dict(
            connection.execute(select(authorization.c.id, authorization.c.seller_name)).all()
        )
    for row in drawn.itertuples():
        link = read_link(row.renew.removeprefix("/renew/"), NOW)
        assert names[link.authorization_id] == row.seller


def test_who_has_not_lapsed_by_the_day_has_nothing_to_catch_up(empty_desk):
    demo.fill(1, 2, NOW, of=empty_desk)
    known = {"paused": False, "refused_at": None, "granted_at": NOW}
    change_account(empty_desk, 1, **known, expires_at=NOW + timedelta(days=10))
    for days, is_blocked in ((9, False), (12, True)):
        page = open_page("sync_effect", until=(NOW + timedelta(days=days)).date().isoformat())
        assert (page.dataframe[0].value["back"].iloc[0] != "–") is is_blocked


def test_the_figures_of_one_account_agree_though_the_clocks_change_meanwhile(empty_desk, at_desk):
    at_desk.setenv("DESK_TIME_ZONE", "Europe/Berlin")
    forget()
    demo.fill(1, 2, NOW, of=empty_desk)
    expires_at = NOW + timedelta(days=10)
    here = {"paused": False, "refused_at": None, "granted_at": NOW, "expires_at": expires_at}
    change_account(empty_desk, 1, **here)
    with writing(empty_desk) as connection:
        connection.execute(sync_profile.delete())
        busy = {"authorization_id": 1, "orders_per_day": 2_400.0, "measured_at": NOW}
        connection.execute(sync_profile.insert().values(busy))
    page = open_page("sync_effect", as_of="2027-03-20", until="2027-04-19")
    waiting = compared(page).loc["Orders waiting", "Nobody renews"]
    assert number(waiting) == number(page.dataframe[0].value["orders"].iloc[0])
    exported = b"".join(write_csv(exports(page)["csv"], empty_desk)).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(exported, newline="")))
    assert round(float(row["orders_not_imported"])) == number(waiting)


def test_the_export_has_all_accounts_in_the_order_of_the_table(empty_desk, tmp_path):
    demo.fill(300, 3, NOW, of=empty_desk)
    page = open_page("sync_effect", as_of=TODAY)
    shown = list(page.dataframe[0].value["seller"])
    asked = exports(page)
    text = b"".join(write_csv(asked["csv"], empty_desk)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["seller"].removeprefix("'") for row in rows[:50]] == shown
    everybody = simulation("nobody", MIDNIGHT, MIDNIGHT + timedelta(days=30), of=empty_desk)
    assert len(rows) == everybody.simulated.counted
    waiting = sum(float(row["orders_not_imported"]) for row in rows)
    assert waiting == pytest.approx(everybody.last.orders_waiting, rel=1e-3)
    assert rows[0]["reasons"]
    write_excel(asked["xlsx"], tmp_path / "effect.xlsx", empty_desk)
    sheet = openpyxl.load_workbook(tmp_path / "effect.xlsx").active
    assert sheet.max_row == len(rows) + 1
    assert [cell.value for cell in sheet[1]] == list(rows[0])


def test_a_hostile_name_is_a_text_in_table_and_export(empty_desk):
    demo.fill(1, 4, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        connection.execute(update(authorization).values(seller_name="=1+1", paused=False))
        connection.execute(update(seller).values(name="=1+1"))
    page = open_page("sync_effect")
    assert page.dataframe[0].value["seller"].iloc[0] == "=1+1"
    text = b"".join(write_csv(exports(page)["csv"], empty_desk)).decode()
    assert ",'=1+1," in text
