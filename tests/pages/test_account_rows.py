"""The table of the screen of accounts: clicks in it, and the rows that it shows ahead."""

from urllib.parse import quote

import pytest
import time_machine
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from pages.parts import opening, outreach
from pages.parts.account_table import SORTED_BY
from pages.parts.filter_casework import QUICK
from pages.parts.filter_presets import EXPIRY
from pages.parts.listed_page import PAGE_SIZE
from pages.parts.rows_answer import ROWS
from pages.parts.url import CURSOR
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import given, in_table, listed, open_page, said

FROM = {
    "all": {},
    "expired": {"status": "expired"},
    "a search within days": {"within": "30", "q": "gmbh"},
    "by name": {"sort": "name", "region": ["EU", "NA"]},
    "nobody's by the other order": {"sort": "-expiry", "owner": "-", "contacted": "no"},
    "days and statuses": {
        "from": "2026-10-01",
        "to": "2027-06-30",
        "status": ["expired", "active"],
    },
    "the third page": {"sort": "last_sync", CURSOR: 3},
    "the last page": {"within": "90", "sort": "-value", CURSOR: "last"},
}
"""Where a click begins."""

OF_PRESETS = ".st-key-f_expiry [role=radio]"
OF_QUICK_PILLS = ".st-key-f_case [role=toolbar] button"


@pytest.fixture(params=FROM.values(), ids=FROM)
def start(request, at_desk, _demo_sqlite):
    """Opens the screen there; all at one moment, as words and links tell of it. Over one kind of
    database: where a click leads is found out before any is asked."""
    at_desk.setenv("DESK_DATABASE_URL", str(_demo_sqlite.url))
    forget()
    query = dict(request.param)
    number = query.get(CURSOR)
    if number != "last":
        query.pop(CURSOR, None)

    def opened() -> AppTest:
        page = open_page("accounts", **query)
        for _ in range(1, number if isinstance(number, int) else 1):
            page.button(key="next_page").click().run()
        return page

    with time_machine.travel(NOW, tick=False):
        yield opened


def answered(page: AppTest, query: str):
    """What the desk answers when the table asks for rows ahead."""
    way = given(page)["way"]
    client = TestClient(Starlette(routes=ROWS))
    return client.get(f"{way['path']}?{query}&{way['viewer']}")


def promised(page: AppTest, selector: str) -> list[str]:
    """What clicks on the widgets that a selector finds are said to lead to."""
    return given(page)["list"]["ahead"]["widgets"][selector]


def led_to(page: AppTest, answer) -> bool:
    """Whether a screen shows what was answered ahead of it."""
    assert not page.exception
    assert answer.status_code == 200
    return given(page)["list"] == answer.json()


def test_what_is_shown_is_what_is_answered_for_its_name(start):
    page = start()
    assert len(listed(page))
    assert led_to(page, answered(page, given(page)["list"]["which"]))


def test_each_preset_leads_where_it_is_said_to(start):
    page = start()
    # A click on the one that is in force takes it back.
    for preset in (*EXPIRY, EXPIRY[-1]):
        pills, queries = page.pills(key="f_expiry"), promised(page, OF_PRESETS)
        assert len(pills.options) == len(queries) == len(EXPIRY)
        answer = answered(page, queries[EXPIRY.index(preset)])
        assert led_to(pills.set_value(None if pills.value == preset else preset).run(), answer)
    assert page.pills(key="f_expiry").value is None


def test_each_quick_pill_leads_where_it_is_said_to(start):
    page = start()
    for name in (QUICK[-1], *QUICK, QUICK[0]):
        pills, queries = page.pills(key="f_case"), promised(page, OF_QUICK_PILLS)
        assert len(pills.options) == len(queries) == len(QUICK)
        answer = answered(page, queries[QUICK.index(name)])
        assert led_to(pills.set_value([*{*pills.value} ^ {name}]).run(), answer)


def test_each_heading_leads_where_it_is_said_to(start):
    page = start()
    for column in (*SORTED_BY, *SORTED_BY, "seller", "seller"):
        headings = [each["name"] for each in given(page)["list"]["columns"] if each["sorts"]]
        queries = promised(page, ".account-rows thead button")
        assert len(queries) == len(headings)
        answer = answered(page, queries[headings.index(column)])
        assert led_to(in_table(page, "sorted", column), answer)
        # Of two that ask for one order the first says that it is in force.
        said_by = [each["name"] for each in given(page)["list"]["columns"] if each["sorted"]]
        assert said_by == ["expires" if column == "left" else column]


@pytest.mark.parametrize("key", ["first_page", "previous_page", "next_page", "last_page"])
def test_a_button_of_the_pager_leads_where_it_is_said_to(start, key):
    page = start()
    (query,) = promised(page, f".st-key-{key} button")
    answer, before = answered(page, query), listed(page)["id"].tolist()
    if not page.button(key=key).disabled:
        assert led_to(page.button(key=key).click().run(), answer)
        assert listed(page)["id"].tolist() != before


def test_clearing_the_filters_leads_where_it_is_said_to(start):
    page = start()
    (query,) = promised(page, ".st-key-clear button")
    answer = answered(page, query)
    if "`all accounts`" not in said(page):
        assert led_to(page.button(key="clear").click().run(), answer)
    assert "`all accounts`" in said(page)


def test_a_search_leads_where_it_is_said_to(start):
    page = start()
    for text in ("o", " GmbH & Co. ", "50 % + ü/#?", "g", "", "nobody at all"):
        search, field = given(page)["list"]["ahead"]["search"], page.text_input(key="f_text")
        # Where that text is searched for already, the table shows nothing ahead.
        assert search["selector"] == ".st-key-f_text input"
        assert search["text"] == field.value.strip()
        if text != field.value:
            answer = answered(page, f"{search['query']}&q={quote(text.strip(), safe='')}")
            assert led_to(field.set_value(text).run(), answer)
            assert page.query_params.get("q", "") == text.strip()


def test_every_page_of_a_list_leads_to_the_next_and_back(demo_desk):
    with time_machine.travel(NOW, tick=False):
        page = open_page("accounts", region="EU", sort="name")
        for key in ("next_page", "previous_page"):
            pages = 1
            while not page.button(key=key).disabled:
                (query,) = promised(page, f".st-key-{key} button")
                answer = answered(page, query)
                assert led_to(page.button(key=key).click().run(), answer)
                pages += 1
            assert pages > 3


@pytest.mark.parametrize("name", ["renew", "id", "", None, 7, ["seller"], {"seller": 1}])
def test_a_heading_that_nobody_knows_does_nothing(demo_desk, name):
    page = open_page("accounts", sort="name", region="EU")
    before, address = given(page)["list"], dict(page.query_params)
    in_table(page, "sorted", name)
    assert not page.exception
    assert (given(page)["list"]["which"], dict(page.query_params)) == (before["which"], address)


def test_a_heading_keeps_the_filter_and_ends_the_page(demo_desk):
    page = open_page("accounts", region="EU", within="90")
    page.button(key="next_page").click().run()
    in_table(page, "sorted", "seller")
    query = page.query_params
    assert (query["region"], query["within"], query["sort"]) == ("EU", "90", "name")
    assert CURSOR not in query and f"1–{PAGE_SIZE}" in said(page)
    in_table(page, "sorted", "seller")
    assert page.query_params["sort"] == "-name"


def test_open_in_a_row_leads_to_the_account_of_that_row(demo_desk):
    page = open_page("accounts")
    row = listed(page).iloc[3]
    in_table(page, "pressed", {"what": "open", "id": int(row["id"])})
    assert not page.exception and not page.get("bidi_component")
    assert page.query_params["id"] == str(row["id"])
    assert row["seller"] in page.title[0].value
    assert opening.ASKED not in page.session_state


def test_write_in_a_row_opens_the_dialog_for_the_account_of_that_row(demo_desk):
    page = open_page("accounts")
    row = listed(page).iloc[3]
    in_table(page, "pressed", {"what": "write", "id": int(row["id"])})
    assert not page.exception and given(page)
    assert page.session_state[outreach.ASKED] == row["id"]
    assert row["seller"] in page.get("dialog")[0].proto.dialog.title


@pytest.mark.parametrize("what", ["renew", "", "OPEN"])
def test_a_button_that_nobody_knows_does_nothing(demo_desk, what):
    page = open_page("accounts")
    before = given(page)["list"]["which"]
    in_table(page, "pressed", {"what": what, "id": int(listed(page)["id"].iloc[0])})
    assert not page.exception and given(page)["list"]["which"] == before
    assert opening.ASKED not in page.session_state
    assert outreach.ASKED not in page.session_state


NO_ID = (None, "x", "1", [1], True, 1.5, float("inf"), float("nan"), -1, 10**30)
NO_BUTTON = [
    *(None, 7, "open", ["open", 1], {}, {"what": "open"}, {"id": 1}),
    *({"what": what, "id": 1} for what in (None, 7, ["open"], {"open": 1})),
    *({"what": what, "id": each} for what in ("open", "write") for each in NO_ID),
]


def test_what_no_button_says_opens_nothing_and_breaks_nothing(demo_desk):
    page = open_page("accounts")
    before = given(page)["list"]["which"]
    for told in NO_BUTTON:
        in_table(page, "pressed", told)
        assert not page.exception, told
        assert given(page)["list"]["which"] == before and not page.get("dialog"), told
        assert opening.ASKED not in page.session_state, told
        assert outreach.ASKED not in page.session_state, told


def test_two_clicks_that_arrive_at_once_are_both_obeyed(demo_desk):
    page = open_page("accounts", region="EU")
    page.pills(key="f_expiry").set_value("30")
    in_table(page, "sorted", "seller")
    query = page.query_params
    assert (query["region"], query["within"], query["sort"]) == ("EU", "30", "name")
    # The heading asks for the other order where it is in force by then.
    page.selectbox(key="f_sort").set_value("expiry")
    in_table(page, "sorted", "expires")
    assert page.query_params["sort"] == "-expiry"


def test_a_page_of_one_list_is_none_of_another(demo_desk):
    page = open_page("accounts")
    page.pills(key="f_expiry").set_value("90")
    page.button(key="next_page").click().run()
    assert page.query_params["within"] == "90" and CURSOR not in page.query_params
    assert f"1–{PAGE_SIZE}" in said(page)
