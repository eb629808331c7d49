"""The pages of the list: forth and back, from the end, and pages that are no more."""

from data_access import demo
from data_access.account_list import account_page, every_account
from data_access.overview import overview
from pages.parts.listed_page import PAGE_SIZE
from pages.parts.url import CURSOR
from rules.account_filter import AccountFilter
from tests.conftest import NOW
from tests.pages.conftest import listed, open_page, said


def test_the_next_page_goes_on_where_this_one_ends(demo_desk):
    page = open_page("accounts", sort="name")
    first = list(listed(page)["seller"])
    page.button(key="next_page").click().run()
    second = list(listed(page)["seller"])
    frames = every_account(AccountFilter(sort="name"), NOW, of=demo_desk, batch=2 * PAGE_SIZE)
    assert first + second == list(next(frames)["seller_name"])
    assert f"{PAGE_SIZE + 1}–{2 * PAGE_SIZE}" in said(page)


def test_the_last_page_is_counted_from_the_end_and_so_is_the_one_before(demo_desk):
    frames = every_account(AccountFilter(sort="name"), NOW, of=demo_desk, batch=1_000)
    names = list(next(frames)["seller_name"])
    page = open_page("accounts", sort="name")
    page.button(key="last_page").click().run()
    assert list(listed(page)["seller"]) == names[-PAGE_SIZE:]
    assert f"{len(names) - PAGE_SIZE + 1}–{len(names)}" in said(page)
    assert page.button(key="last_page").disabled
    page.button(key="previous_page").click().run()
    assert list(listed(page)["seller"]) == names[-2 * PAGE_SIZE : -PAGE_SIZE]
    assert f"{len(names) - 2 * PAGE_SIZE + 1}–{len(names) - PAGE_SIZE}" in said(page)


def test_a_page_of_another_order_is_the_first_page_and_says_so(demo_desk):
    page = open_page("accounts", page="bm90IGEgY3Vyc29y")
    assert "first" in page.info[0].value
    assert len(listed(page)) == PAGE_SIZE


def test_from_a_short_last_page_one_comes_back_to_whole_pages(empty_desk):
    demo.fill(2 * PAGE_SIZE + 7, 1, NOW, of=empty_desk)
    page = open_page("accounts", sort="name")
    for _ in range(2):
        page.button(key="next_page").click().run()
    assert f"{2 * PAGE_SIZE + 1}–{2 * PAGE_SIZE + 7}" in said(page)
    page.button(key="previous_page").click().run()
    assert f"{PAGE_SIZE + 1}–{2 * PAGE_SIZE} " in said(page)
    page.button(key="previous_page").click().run()
    assert f"1–{PAGE_SIZE} " in said(page)


def test_a_page_whose_accounts_have_gone_from_the_list_is_the_first_one(demo_desk):
    by_name = AccountFilter(sort="name")
    total = overview(by_name, NOW, of=demo_desk).total
    nearly_all = account_page(by_name, NOW, size=total - 1, of=demo_desk)
    (last,) = account_page(by_name, NOW, nearly_all.after, of=demo_desk).accounts
    name = next(a.seller_name for a in nearly_all.accounts if a.seller_name != last.seller_name)
    page = open_page("accounts", q=name, sort="name", **{CURSOR: nearly_all.after})
    assert page.info[0].value == "That page of the list is no more; this is the first one."
    assert set(listed(page)["seller"]) == {name}
