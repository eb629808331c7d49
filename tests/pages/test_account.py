"""The screen of one account."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from data_access import demo
from data_access.account_list import account_page
from data_access.account_rows import facts
from data_access.database import writing
from data_access.job_trial import JobTrial
from data_access.links import read_link
from data_access.schema import authorization, event, seller, sync_profile
from pages.parts import account_renewal, viewer
from rules.account_filter import AccountFilter
from rules.acts import Actor, Role
from rules.authorization import GRANT_LIFETIME, Job, Status, status
from tests.accounts import an_account, change, change_account, rows
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import listed, open_page, said


def accounts_of(engine, of: Status) -> list:
    """The accounts of that status."""
    return [row for row in rows(engine, authorization) if status(facts(row), NOW) is of]


@pytest.mark.parametrize("of", list(Status))
def test_it_says_status_cause_and_what_is_blocked(demo_desk, of):
    for account in accounts_of(demo_desk, of)[:1]:
        page = open_page("account", id=str(account.id))
        blocked = of in (Status.EXPIRED, Status.REFUSED, Status.NOT_AUTHORIZED)
        assert ("✖ Orders" in said(page)) is blocked
        assert ("● Orders" in said(page)) is not blocked


def test_the_link_to_copy_renews_this_account(demo_desk):
    account = accounts_of(demo_desk, Status.EXPIRED)[0]
    page = open_page("account", id=str(account.id))
    link = page.code[0].value
    assert link.startswith("http://127.0.0.1:8501/renew/")
    assert read_link(link.rpartition("/")[2], NOW).authorization_id == account.id


def test_an_account_of_another_application_says_why_it_has_no_link(empty_desk):
    demo.fill(1, 4, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        connection.execute(authorization.update().values(application_id="amzn1.sp.solution.x"))
    page = open_page("account", id="1")
    assert any("another application" in each.value for each in page.info)
    assert not any("/renew/" in each.value for each in page.code)
    for screen in ("accounts", "today", "sync_effect"):
        assert not open_page(screen).exception
    assert listed(open_page("accounts"))["renew"].isna().all()


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        ("+49 (0)30 555", "[\\+49 \\(0\\)30 555](tel:+49-30-555)"),
        ("555) [x](https://evil.example", "**555\\) \\[x\\]\\(https\\://evil\\.example**"),
    ],
)
def test_a_number_to_call_is_dialled_by_a_click_and_anything_else_is_text(empty_desk, phone, told):
    demo.fill(1, 4, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        connection.execute(seller.update().values(phone=phone))
    assert told in said(open_page("account", id="1"))


def test_an_hour_is_told_only_of_sellers_whose_time_zone_is_known(empty_desk):
    demo.fill(1, 4, NOW, of=empty_desk)
    assert "office hours" in said(open_page("account", id="1"))
    with writing(empty_desk) as connection:
        connection.execute(seller.update().values(time_zone=""))
    screen = said(open_page("account", id="1"))
    assert "office hours" not in screen and "Nobody knows what time it is there." in screen


def test_a_lapse_that_lasts_stands_in_the_history(demo_desk):
    account = accounts_of(demo_desk, Status.EXPIRED)[0]
    assert "not renewed yet" in said(open_page("account", id=str(account.id)))


def test_history_shows_the_latest_first(empty_desk):
    demo.fill(1, 4, NOW, of=empty_desk)
    account = rows(empty_desk, authorization)[0]
    with writing(empty_desk) as connection:
        connection.execute(
            insert(event),
            [
                {"at": NOW, "kind": "renewed", "authorization_id": account.id, "actor": "seller"},
                {
                    "at": NOW - timedelta(days=365 * 2),
                    "kind": "granted",
                    "authorization_id": account.id,
                    "actor": "seller",
                },
            ],
        )
    page = open_page("account", id=str(account.id))
    text = said(page)
    assert text.index("Renewed") < text.rindex("Granted")


@pytest.mark.parametrize("asked", ["", "0", "99999999", "abc", "-1", "9" * 40, "1; DROP TABLE"])
def test_an_account_that_is_not_there_is_a_sentence(demo_desk, asked):
    page = open_page("account", id=asked)
    assert "no such account" in page.error[0].value


def test_what_a_seller_calls_himself_is_no_markdown(empty_desk):
    demo.fill(1, 4, NOW, of=empty_desk)
    hostile = "<script>alert(1)</script> **bold** [x](javascript:alert(1)) :red[r] $x$ | a"
    with writing(empty_desk) as connection:
        connection.execute(authorization.update().values(seller_name=hostile))
        connection.execute(seller.update().values(contact=hostile, email=hostile))
    page = open_page("account", id="1")
    assert page.title[0].value.startswith("\\<script\\>")
    assert "**bold**" not in said(page)
    assert " | a |" not in said(page)


def shown_table(page, column: str):
    """The table that has that column."""
    return next(table.value for table in page.table if column in table.value.columns)


def test_it_tells_what_waits_and_what_happens_on_which_day(demo_desk):
    account = accounts_of(demo_desk, Status.EXPIRED)[0]
    page = open_page("account", id=str(account.id))
    assert re.search(r"✖ Orders\]: blocked since .* · ≈ [\d,]+ orders wait", said(page))
    days = shown_table(page, "What happens")
    assert days["Day"].iloc[0].startswith("✔\N{NO-BREAK SPACE}")
    assert days["What happens"].iloc[0].startswith("Prices, stock and orders stop")
    assert "Everything is up to date about" in said(page)


def test_a_shop_that_sells_little_does_not_read_as_one_that_sells_nothing(empty_desk):
    demo.fill(30, 2, NOW, of=empty_desk)
    account = accounts_of(empty_desk, Status.EXPIRED)[0].id
    ends_at = NOW - timedelta(days=10)
    change_account(empty_desk, account, expires_at=ends_at, granted_at=ends_at - GRANT_LIFETIME)
    change(empty_desk, sync_profile, orders_per_day=0.04)
    page = open_page("account", id=str(account))
    assert "· < 1 order waits" in said(page)
    days = shown_table(page, "What happens")
    assert days["What happens"].iloc[0].replace("\\", "").endswith(": 0.04.")
    assert "< 1" in days["Orders waiting"].tolist()


def test_one_order_that_waits_is_told_of_as_one(empty_desk):
    demo.fill(30, 2, NOW, of=empty_desk)
    account = accounts_of(empty_desk, Status.EXPIRED)[0].id
    ends_at = NOW - timedelta(days=10)
    change_account(empty_desk, account, expires_at=ends_at, granted_at=ends_at - GRANT_LIFETIME)
    change(empty_desk, sync_profile, orders_per_day=0.1)
    assert "· ≈ 1 order waits" in said(open_page("account", id=str(account)))


def test_when_each_job_is_through_is_told_with_its_zone_and_the_day_once(demo_desk):
    account = accounts_of(demo_desk, Status.EXPIRED)[0]
    told = said(open_page("account", id=str(account.id)))
    until = re.search(r"Stock until (.*) · Orders until (.*) · Prices until (.*)", told)
    assert until and until[1].endswith(" UTC")
    assert "2026" in until[1] and "2026" not in until[2] + until[3]


def test_what_amazon_says_to_all_three_jobs_is_said_once(demo_desk, monkeypatch):
    async def refused(*_arguments):
        return tuple(JobTrial(job, False, 403, "", "Access is denied") for job in Job)

    monkeypatch.setattr(account_renewal, "try_jobs", refused)
    page = open_page("account", id="1")
    page.button(key="trial").click().run()
    told = [each.value for each in page.markdown if "Access is denied" in each.value]
    assert told == [":red[✖ Prices, Stock, Orders] :gray[403] Access is denied"]


def test_an_account_that_will_lapse_tells_what_is_to_come(demo_desk):
    account = accounts_of(demo_desk, Status.EXPIRING)[0]
    days = shown_table(open_page("account", id=str(account.id)), "What happens")
    assert all(day.startswith("▷\N{NO-BREAK SPACE}") for day in days["Day"])


def test_a_paused_account_costs_nothing(demo_desk):
    account = accounts_of(demo_desk, Status.PAUSED)[0]
    page = open_page("account", id=str(account.id))
    assert not any("What happens" in table.value.columns for table in page.table)
    assert "≈" not in said(page)


def test_an_admin_erases_a_seller_by_typing_the_number(empty_desk):
    demo.fill(3, 2, NOW, of=empty_desk)
    account = account_page(AccountFilter(), NOW, of=empty_desk).rows.iloc[0]
    page = open_page("account", id=str(account.id))
    page.button(key="erase").click().run()
    asked = page.get("dialog")[0].proto.dialog.title
    assert asked.replace("\\", "") == f"Erase {account.seller_name}"
    assert page.button(key="erase_now").disabled
    page.text_input(key="erase_number").input("something else").run()
    assert page.button(key="erase_now").disabled
    page.text_input(key="erase_number").input(account.customer_number).run()
    page.button(key="erase_now").click().run()
    assert not page.exception
    assert page.title[0].value.startswith("Erased seller")
    assert account.seller_name not in " ".join(each.value for each in page.markdown)
    assert "erase" not in {button.key for button in page.button}


def test_others_than_admins_are_not_offered_to_erase(demo_desk, monkeypatch):
    monkeypatch.setattr(viewer, "_who", lambda: Actor("anna", Role.AGENT))
    page = open_page("account", id="1")
    assert "erase" not in {button.key for button in page.button}


def test_the_plan_and_the_marketplaces_read_as_they_do_in_the_list(empty_desk, at_desk):
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    account = an_account(empty_desk, NOW, plan="individual")
    page = open_page("account", id=str(account))
    pairs = (table.value["value"] for table in page.table if "value" in table.value)
    said = {name: value for each in pairs for name, value in each.items()}
    assert said[":gray[Tarif]"] == "Einzelanbieter"
    assert said[":gray[Region · Marktplätze]"] == "EU · DE FR"
