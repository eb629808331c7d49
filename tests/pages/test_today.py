"""The Today screen: what is blocked, whom to call, what is agreed, and undoing it."""

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from data_access import casework, demo
from data_access.case_reading import cases_of, notes_of, owners
from data_access.database import engine, writing
from data_access.schema import authorization, seller, sync_profile
from pages.parts import formats, viewer
from rules.acts import Actor, Role
from tests.accounts import change
from tests.conftest import NOW, opened
from tests.forgetting import forget
from tests.pages.conftest import button_of, buttons_of, open_page, press

MARIA = Actor("Maria", Role.AGENT)
FRIDAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def _sixty(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    file = tmp_path_factory.mktemp("sixty") / "desk.sqlite"
    with opened(f"sqlite:///{shutil.copy(migrated_file, file)}") as database:
        demo.fill(60, 4, NOW, of=database)
        with writing(database) as connection:
            for account, expires in ((1, NOW + timedelta(days=3)), (2, NOW - timedelta(hours=1))):
                connection.execute(
                    update(authorization)
                    .where(authorization.c.id == account)
                    .values(
                        granted_at=expires - timedelta(days=365),
                        expires_at=expires,
                        refused_at=None,
                        paused=False,
                        daily_value=5_000.0,
                    )
                )
    return file


@pytest.fixture
def desk(at_desk: pytest.MonkeyPatch, _sixty: Path, tmp_path: Path) -> Engine:
    """Sixty accounts; account 1 expires in three days, account 2 expired an hour ago.

    On one kind of database: that both answer the same is tested where they are asked.
    """
    at_desk.setenv("DESK_DATABASE_URL", f"sqlite:///{shutil.copy(_sixty, tmp_path)}")
    forget()
    return engine()


def text_of(page) -> str:
    """Everything that is written on the page."""
    return "\n".join(
        each.value for kind in (page.markdown, page.caption, page.code, page.info) for each in kind
    )


def links(page) -> dict[str, str]:
    """The page links by their labels."""
    return {each.proto.label: each.proto.query_string for each in page.get("page_link")}


def follow_up(page, account: int, title: str = "Seller"):
    """Opens the dialog for an account, whether or not a list has it."""
    from pages.parts.chosen import Chosen

    page.session_state["plan_for"] = Chosen(1, NOW, (account,), title=title)
    return page.run()


def test_the_buttons_of_a_row_are_about_its_account(desk):
    page = open_page("today")
    name = page.dataframe[0].value["seller"].iloc[2]
    press(page, buttons_of(page, "plan"), 2)
    assert name in page.get("dialog")[0].proto.dialog.title
    page = open_page("today")
    press(page, buttons_of(page, "open"), 2)
    assert not page.exception and name in page.title[0].value


@pytest.mark.parametrize("column", ["plan", "write", "open"])
def test_a_row_that_is_not_there_opens_nothing(desk, column):
    page = open_page("today")
    press(page, buttons_of(page, column), 10_000)
    assert not page.exception and not page.get("dialog") and page.dataframe


def test_what_is_blocked_and_whom_to_call_stand_there_without_a_click(desk):
    page = open_page("today")
    labels = [metric.label for metric in page.metric]
    assert labels == [
        "Blocked now",
        "Blocked days",
        "Orders waiting ≈",
        "Money in them ≈",
    ]
    table = page.dataframe[0].value
    assert len(table) and "blocked now" in table["why"].iloc[0]
    assert "Data of demo" in text_of(page)


def test_the_list_says_how_many_it_leaves_out_and_shows_them_on_demand(desk):
    before = open_page("today").dataframe[0].value["seller"].tolist()
    casework.put_off(MARIA, [1, 2], FRIDAY, "on holiday", NOW, desk)
    page = open_page("today")
    assert len(page.dataframe[0].value) == len(before) - 2
    assert "2 more are snoozed." in text_of(page)
    snoozed = open_page("today", show="snoozed")
    assert len(snoozed.dataframe[0].value) == 2
    assert "snoozed until" in snoozed.dataframe[0].value["agreed"].iloc[0]


def test_each_group_has_a_link_with_its_number(desk):
    casework.promised(MARIA, [1], NOW.date(), NOW, desk)
    page = open_page("today")
    found = links(page)
    assert "show=promises" in found["Promises due **1**"]
    assert "show=expired" in next(q for label, q in found.items() if "Newly expired" in label)
    due = open_page("today", show="promises").dataframe[0].value
    assert due["agreed"].iloc[0].endswith(", due today")


def test_a_link_to_news_shows_a_colleague_the_same_moment(desk):
    two_hours_ago = str(int((NOW - timedelta(hours=2)).timestamp()))
    half_an_hour_ago = str(int((NOW - timedelta(minutes=30)).timestamp()))
    assert len(open_page("today", show="expired", since=two_hours_ago).dataframe[0].value) == 1
    later = open_page("today", show="expired", since=half_an_hour_ago)
    assert not later.dataframe and "Nothing is left to do here." in text_of(later)


@pytest.mark.parametrize("since", ["x", "-9", "9" * 30, "²"])
def test_an_address_that_makes_no_sense_is_as_usual(desk, since):
    open_page("today", show="bogus", since=since)


def test_a_promise_hides_the_account_until_its_day_and_makes_it_mine_and_undo_takes_it_back(desk):
    page = follow_up(open_page("today"), 2, "Some <b>seller</b>")
    page.text_area(key="plan_note").set_value("Renews on Friday")
    page.button(key="plan_day_3").click().run()
    assert not page.exception
    case = cases_of([2], NOW + timedelta(minutes=1), desk)[2]
    assert case.promised_for == FRIDAY and case.promised_by == "demo"
    assert case.snoozed_until.date() == FRIDAY and case.reason == "Renews on Friday"
    assert [note.text for note in notes_of(2, desk)] == ["Renews on Friday"]
    assert owners(desk) == ["demo"]
    assert "plan_for" not in page.session_state
    assert "Promised for Fri" in text_of(page)
    page.button(key="undo").click().run()
    assert cases_of([2], NOW + timedelta(minutes=1), desk) == {}
    assert notes_of(2, desk)[0].withdrawn_at is not None
    assert owners(desk) == []
    assert "Undone for 1 account." in text_of(page)


def test_a_snooze_without_a_reason_is_refused_in_the_dialog(desk):
    page = follow_up(open_page("today"), 1)
    page.button(key="plan_snooze").click().run()
    assert page.error[0].value == "Give a reason for the snooze."
    assert page.session_state["plan_for"].ids == (1,)
    assert cases_of([1], NOW, desk) == {}


def test_a_snooze_past_the_expiry_is_said_to_end_there(desk):
    page = follow_up(open_page("today"), 1)
    assert "Expires" in text_of(page) and "at the latest" in text_of(page)
    page.text_area(key="plan_note").set_value("On holiday")
    page.button(key="plan_snooze").click().run()
    assert "1 is back earlier, when it expires." in text_of(page)


def test_what_was_done_ends_in_one_full_stop_in_german_too(desk, at_desk):
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    page = follow_up(open_page("today"), 2)
    page.text_area(key="plan_note").set_value("Urlaub")
    page.button(key="plan_snooze").click().run()
    said = next(each.value for each in page.markdown if "Zurückgestellt bis" in each.value)
    assert said.endswith(".") and not said.endswith("..")


def test_the_accounts_of_a_colleague_are_taken_over(desk):
    casework.assign(MARIA, [1, 2, 3], "Maria", NOW, desk)
    page = open_page("today")
    page.button(key="take_over_Maria").click().run()
    assert owners(desk) == ["demo"]
    assert "3 accounts of Maria: now held by demo" in text_of(page)
    page.button(key="undo").click().run()
    assert owners(desk) == ["Maria"]


@pytest.mark.parametrize(
    ("orders_per_day", "said"), [(1e-4, "accounts, < 1 orders"), (900, "accounts, ≈ ")]
)
def test_the_orders_of_the_handover_card_are_an_estimate_with_one_sign(desk, orders_per_day, said):
    change(desk, sync_profile, orders_per_day=orders_per_day)
    assert said in open_page("today").code[-1].value


def test_the_handover_card_names_what_the_next_shift_has_to_know(desk):
    casework.promised(MARIA, [1], NOW.date(), NOW, desk)
    casework.assign(MARIA, [1, 2, 3], "Maria", NOW, desk)
    card = open_page("today").code[-1].value
    assert card.startswith("Handover by demo, ")
    assert "- Promises due: 1 http" in card and "show=promises" in card
    assert "- Newly expired: " in card and "since=" in card
    assert "Who holds what: Maria 3 (1 blocked)" in card


def test_an_empty_desk_says_how_to_fill_it(empty_desk):
    assert "python manage.py demo" in text_of(open_page("today"))


def test_a_note_is_data_and_no_markup(desk):
    casework.write_note(MARIA, [1], "**bold** <script>x</script>", NOW, desk)
    page = open_page("account", id="1")
    assert r"\*\*bold\*\* \<script\>x\</script\>" in text_of(page)


def test_the_account_s_screen_has_owner_notes_and_what_is_agreed(desk):
    casework.write_note(MARIA, [1], "Calls back", NOW, desk)
    casework.put_off(MARIA, [1], date(2026, 11, 25), "on holiday", NOW, desk)
    page = open_page("account", id="1")
    assert "Calls back" in text_of(page) and "by Maria: on holiday" in text_of(page)
    page.button(key="case_wake").click().run()
    assert cases_of([1], NOW + timedelta(minutes=1), desk) == {}
    number = notes_of(1, desk)[0].number
    page.button(key=f"withdraw_{number}").click().run()
    assert "Withdrawn" in text_of(page)
    page.selectbox(key="owner-1").set_value("demo").run()
    assert owners(desk) == ["demo"]


def test_an_owner_chosen_for_an_account_is_none_of_the_next_one(desk):
    """The screen of the first broke off before it was written."""
    page = open_page("account", id="2")
    page.session_state["owner_wanted"] = 1, "demo"
    page.run()
    assert owners(desk) == [] and "owner_wanted" not in page.session_state


def test_one_click_filters_to_those_nobody_has_contacted(desk):
    casework.write_note(MARIA, [1], "called", NOW, desk)
    page = open_page("accounts")
    page.button_group(key="f_case").set_value(["uncontacted"]).run()
    assert page.query_params["contacted"] == "no"
    assert "59 accounts" in text_of(page)


def test_all_accounts_of_a_filter_are_assigned_at_once(desk):
    page = open_page("accounts", status="expired")
    toggle = next(each for each in page.toggle if "of this filter" in each.label)
    toggle.set_value(True).run()
    button_of(page, "bulk_mine").click().run()
    mine = open_page("accounts", status="expired", owner="demo")
    assert "expired" in text_of(mine) and owners(desk) == ["demo"]


@pytest.mark.parametrize(
    ("locale", "amount", "said"),
    [
        ("de", 382_732.2, "382.732 €"),
        ("de", 2_812_000, "2,8 Mio. €"),
        ("en", 382_732.2, "€382.7K"),
        ("en", 0, "€0"),
    ],
)
def test_an_amount_without_a_short_form_is_said_whole(at_desk, locale, amount, said):
    somebody = viewer.Viewer("x", Role.AGENT, locale, locale, None)
    assert formats.short_money(somebody, amount).replace("\xa0", " ") == said


def test_a_viewer_sees_the_call_card_and_no_way_to_act(desk, monkeypatch):
    monkeypatch.setattr(viewer, "_who", lambda: Actor("vera", Role.VIEWER))
    page = open_page("today")
    drawn = json.loads(page.dataframe[0].proto.columns)
    assert drawn["write"]["label"] == "Call card"
    assert not {"plan", "renew"} & set(page.dataframe[0].proto.column_order)


def test_a_number_is_dialled_by_a_click_and_anything_else_leads_to_the_account(desk):
    with writing(desk) as connection:
        connection.execute(update(seller).values(phone="ask javascript:alert(1)"))
    (table,) = open_page("today").dataframe
    assert all(re.fullmatch(r"/account\?id=\d+", leads) for leads in table.value["phone"])
    with writing(desk) as connection:
        connection.execute(update(seller).values(phone="+49 (0)30 555012"))
    assert set(open_page("today").dataframe[0].value["phone"]) == {"tel:+49-30-555012"}
    with writing(desk) as connection:
        connection.execute(update(seller).values(phone=""))
    table = open_page("today").dataframe[0]
    assert table.value["phone"].isna().all()
    assert table.proto.placeholder == "–"


def test_a_list_without_any_agreement_has_no_column_for_it(desk):
    assert "agreed" not in open_page("today").dataframe[0].value
    casework.promised(MARIA, [1], FRIDAY, NOW, of=desk)
    assert "agreed" in open_page("today").dataframe[0].value
