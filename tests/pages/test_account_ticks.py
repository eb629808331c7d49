"""Which accounts are ticked in the table of their screen, and what is offered for these."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from data_access import demo, rollup
from data_access.case_reading import ids_of, owners
from data_access.database import writing
from data_access.schema import authorization
from rules.account_filter import AccountFilter
from tests.conftest import NOW
from tests.pages.conftest import button_of, given, in_table, listed, open_page, said, tick


def test_ticks_are_drawn_and_offered_with_their_links(demo_desk):
    page = open_page("accounts")
    two = listed(page).iloc[[4, 1]]
    tick(page, *two["id"])
    assert "2 accounts selected" in said(page)
    assert given(page)["ticked"] == two["id"].tolist()
    lines = page.code[0].value.split("\n")
    assert {line.split("\t")[0] for line in lines} == {*two["seller"]}
    assert {line[line.index("/renew/") :] for line in lines} == {*two["renew"]}


def test_no_sellers_name_makes_a_line_among_the_links_to_copy(empty_desk):
    demo.fill(2, 5, NOW, of=empty_desk)
    forged = "Nord GmbH\tEU DE\thttps://evil.example/1\r\nSüd GmbH\tEU DE\thttps://evil.example/2"
    with writing(empty_desk) as connection:
        connection.execute(update(authorization).values(seller_name=forged))
    page = open_page("accounts")
    tick(page, *listed(page)["id"])
    lines = page.code[0].value.splitlines()
    assert len(lines) == 2
    for line in lines:
        name, _, link = line.split("\t")
        assert name == " ".join(forged.split()) and "/renew/" in link


@pytest.mark.parametrize(
    "away",
    [
        lambda page: page.pills(key="f_expiry").set_value("90").run(),
        lambda page: page.text_input(key="f_text").set_value("a").run(),
        lambda page: page.button(key="next_page").click().run(),
        lambda page: page.button(key="last_page").click().run(),
        lambda page: in_table(page, "sorted", "seller"),
    ],
    ids=["a preset", "a search", "the next page", "the last page", "another order"],
)
def test_ticks_end_with_another_list_and_do_not_come_back_with_theirs(demo_desk, away):
    page = open_page("accounts")
    which = given(page)["list"]["which"]
    tick(page, *listed(page)["id"][:2])
    assert "2 accounts selected" in said(page)
    away(page)
    assert given(page)["list"]["which"] != which
    assert "selected" not in said(page) and given(page)["ticked"] == []
    page.query_params.clear()
    page.run()
    assert given(page)["list"]["which"] == which
    assert "selected" not in said(page) and given(page)["ticked"] == []
    # The same accounts can be ticked once more.
    assert "2 accounts selected" in said(tick(page, *listed(page)["id"][:2]))


def test_ticks_stay_with_their_accounts_while_the_same_list_changes(empty_desk):
    demo.fill(10, 5, NOW, of=empty_desk)
    page = open_page("accounts")
    before = listed(page)
    first, ticked, gone = before["id"].iloc[[0, 2, 4]].tolist()
    tick(page, ticked, gone)
    assert "2 accounts selected" in said(page)
    with writing(empty_desk) as connection:
        of = authorization.c.id
        connection.execute(update(authorization).where(of == first).values(paused=True))
        rollup.rebuild(connection)
    page.run()
    after = listed(page)
    assert after["id"].tolist() != before["id"].tolist()
    assert {*given(page)["ticked"]} == {ticked, gone}
    sellers = {line.split("\t")[0] for line in page.code[0].value.split("\n")}
    assert sellers == {*before["seller"].iloc[[2, 4]]}


def test_a_ticked_account_that_left_the_list_comes_back_without_its_tick(empty_desk):
    demo.fill(10, 5, NOW, of=empty_desk)

    def pause(account: int, paused: bool) -> None:
        with writing(empty_desk) as connection:
            of = authorization.c.id
            connection.execute(update(authorization).where(of == account).values(paused=paused))
            rollup.rebuild(connection)

    page = open_page("accounts", status="active")
    stays, leaves = listed(page)["id"].iloc[[0, 1]].tolist()
    tick(page, stays, leaves)
    pause(leaves, True)
    page.run()
    assert leaves not in listed(page)["id"].tolist()
    assert "1 account selected" in said(page)
    pause(leaves, False)
    page.run()
    assert leaves in listed(page)["id"].tolist()
    assert given(page)["ticked"] == [stays] and "1 account selected" in said(page)
    # It can be ticked once more.
    assert "2 accounts selected" in said(tick(page, stays, leaves))


def test_a_tick_means_nothing_while_its_account_is_not_listed(demo_desk):
    page = open_page("accounts", sort="name")
    first = listed(page)["id"].iloc[0]
    page.button(key="next_page").click().run()
    other = listed(page)["id"].iloc[0]
    tick(page, first, other)
    assert "1 account selected" in said(page)


RIGHT = "the list that is shown"
"""Stands for its name."""


@pytest.mark.parametrize(
    "told",
    [
        "x",
        7,
        ["which"],
        {},
        {"which": RIGHT},
        {"ids": [1]},
        {"which": RIGHT, "ids": ["1", None, [1], {}, 1.0]},
        {"which": RIGHT, "ids": "1"},
        {"which": RIGHT, "ids": None},
        {"which": RIGHT, "ids": 7},
        {"which": RIGHT, "ids": [10**30, -1, 0]},
        {"which": ["sort=name"], "ids": [1]},
        {"which": None, "ids": [1]},
    ],
    ids=str,
)
def test_what_no_table_says_ticks_nothing_and_breaks_nothing(demo_desk, told):
    page = open_page("accounts", sort="name")
    shown = given(page)["list"]
    if isinstance(told, dict) and told.get("which") == RIGHT:
        told = told | {"which": shown["which"]}
    elif isinstance(told, dict) and "ids" in told:
        told = told | {"ids": [row["id"] for row in shown["rows"]]}
    page.session_state["accounts"] = {"ticked": told}
    page.run()
    assert not page.exception
    assert "selected" not in said(page) and given(page)["list"]["which"] == shown["which"]


def paused(desk: Engine, account: int) -> None:
    """Lets an account leave the list."""
    with writing(desk) as connection:
        of = authorization.c.id
        connection.execute(update(authorization).where(of == account).values(paused=True))
        rollup.rebuild(connection)


@pytest.mark.parametrize("deed", ["bulk_mine", "bulk_plan", "bulk_wake"])
def test_what_is_pressed_for_ticks_that_are_no_more_is_refused_in_a_sentence(empty_desk, deed):
    """A row has left the list between the look and the press."""
    demo.fill(10, 5, NOW, of=empty_desk)
    page = open_page("accounts", status="active")
    stays, leaves = listed(page)["id"].iloc[[0, 1]].tolist()
    tick(page, stays, leaves)
    for_two = button_of(page, deed)
    paused(empty_desk, leaves)
    page.run()
    assert "1 account selected" in said(page)
    for_two.click().run()
    assert not page.exception and not page.get("dialog")
    assert page.warning[0].value.startswith("Nothing was done")
    assert owners(empty_desk) == []
    button_of(page, "bulk_mine").click().run()
    assert not page.warning and owners(empty_desk) == ["demo"]
    assert ids_of(AccountFilter(owners=("demo",)), NOW, of=empty_desk) == [stays]


def test_all_of_a_filter_that_are_others_by_now_are_left_alone(empty_desk):
    demo.fill(10, 5, NOW, of=empty_desk)
    page = open_page("accounts", status="active")
    next(each for each in page.toggle if "of this filter" in each.label).set_value(True).run()
    for_all = button_of(page, "bulk_mine")
    paused(empty_desk, int(listed(page)["id"].iloc[0]))
    for_all.click().run()
    assert page.warning[0].value.startswith("Nothing was done")
    assert owners(empty_desk) == []


def test_a_press_that_comes_with_another_list_is_refused_in_a_sentence(empty_desk):
    demo.fill(10, 5, NOW, of=empty_desk)
    page = open_page("accounts", status="active")
    tick(page, *listed(page)["id"])
    for_all = button_of(page, "bulk_mine")
    page.text_input(key="f_text").set_value("nobody is called like this")
    for_all.click().run()
    assert listed(page).empty and page.warning[0].value.startswith("Nothing was done")
    assert owners(empty_desk) == []


def test_what_a_browser_that_comes_back_says_is_ticked_is_drawn_as_it_is_meant(demo_desk):
    """The process was started anew, and the session with it."""
    page = open_page("accounts", sort="name")
    told = {"which": "sort=name", "ids": listed(page)["id"].iloc[[4, 1]].tolist(), "run": 7}
    tick(page, *told["ids"])
    again = AppTest.from_string(Path(page._script_path).read_text(), default_timeout=30)
    again.query_params["sort"] = "name"
    states = WidgetStates()
    states.widgets.add(
        id=page.get("bidi_component")[0].proto.id, json_value=json.dumps({"ticked": told})
    )
    again._run(states)
    assert not again.exception and "2 accounts selected" in said(again)
    assert (given(again)["ticked"], given(again)["heard"]) == (told["ids"], told)
