"""Trying the three jobs of one account at Amazon."""

import asyncio

import pytest

from data_access.amazon import Amazon, Called
from data_access.job_trial import NothingToTry, try_jobs
from rules.acts import Actor, Role
from rules.amazon_answers import judge_sp_api
from rules.authorization import Job
from tests.accounts import an_account
from tests.renewing import Browser

ANNA = Actor("anna", Role.AGENT)


@pytest.fixture
def working(browser: Browser, database, live_now) -> int:
    """An account that works; the local Amazon knows its grant."""
    return an_account(database, live_now, 100)


def test_the_three_jobs_are_tried_without_changing_anything(working, database, amazon):
    trials = asyncio.run(try_jobs(working, ANNA, database))
    assert [(each.job, each.passed, each.status) for each in trials] == [
        (Job.PRICE, True, 200),
        (Job.STOCK, True, 200),
        (Job.ORDERS, True, 200),
    ]
    assert not amazon.written


def test_a_job_that_amazon_refuses_shows_amazons_own_words(working, database, amazon):
    amazon.set(applies_to="sp_api", fail_rate=1.0, fail_status=403)
    trials = asyncio.run(try_jobs(working, ANNA, database))
    assert not any(each.passed for each in trials)
    assert {(each.status, each.reason) for each in trials} == {(403, "Unauthorized")}


@pytest.mark.parametrize("orders", [200, 400])
def test_a_400_of_price_and_stock_is_meant_for_the_sku_unless_orders_get_one_too(
    working, database, monkeypatch, orders
):
    """A dormant account gets a 400 whatever it asks for."""

    async def call(_self, _token, _region, method, _path, **_) -> Called:
        status = orders if method == "GET" else 400
        error = {"code": "InvalidInput", "message": "No."}
        body = {"orders": []} if status == 200 else {"errors": [error]}
        return Called(judge_sp_api(status, body), status, body)

    monkeypatch.setattr(Amazon, "call", call)
    trials = asyncio.run(try_jobs(working, ANNA, database))
    assert [each.passed for each in trials] == [orders == 200] * 3


def test_a_vendor_of_the_demo_is_one_for_the_local_amazon_too(browser, database, live_now):
    account = an_account(database, live_now, 100, partner_kind="vendor")
    trials = asyncio.run(try_jobs(account, ANNA, database))
    assert [(each.passed, each.status) for each in trials] == [
        (True, 200),
        (True, 200),
        (False, 403),
    ]


def test_an_account_without_a_grant_has_nothing_to_try(browser, database, live_now):
    account = an_account(database, live_now, None)
    with pytest.raises(NothingToTry):
        asyncio.run(try_jobs(account, ANNA, database))
