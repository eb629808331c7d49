"""Tries the three jobs of one account without changing anything, and shows Amazon's own answers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, Row, select

from data_access import credentials, health
from data_access.amazon import Amazon, Called
from data_access.audit import acting
from data_access.clock import utc_now
from data_access.database import reading, writing
from data_access.marketplaces import marketplaces
from data_access.schema import authorization
from rules.acts import Act, Actor, check
from rules.amazon_answers import Answer, Verdict
from rules.authorization import Job

TRIAL_SKU = "renewal-desk-trial"
"""A sku that no seller has: what matters is whether Amazon lets us ask, not what it finds."""

_a = authorization.c


@dataclass(frozen=True, slots=True)
class JobTrial:
    """What Amazon said to one job.

    passed  Amazon let the call through; whether it liked the invented sku plays no part, unless it
            says the same of orders, which have none
    status  the HTTP status, 0 where there was no answer
    words   Amazon's own words, or what it answered in a few
    """

    job: Job
    passed: bool
    status: int
    reason: str
    words: str


class NothingToTry(Exception):
    """The account has no grant, or its token is not with us."""


async def try_jobs(
    authorization_id: int, actor: Actor, of: Engine | None = None
) -> tuple[JobTrial, ...]:
    """Price and stock as a VALIDATION_PREVIEW, orders as a search of the last hour.

    A refresh that fails counts as a probe that failed; one that works confirms nothing, as no call
    of a probe has followed it. Raises NotAllowed before anybody is asked, NothingToTry,
    DatabaseAway, KeyLost.
    Model: https://github.com/amzn/selling-partner-api-models (listingsItems_2021-08-01)
    """
    check(actor, Act.TRY_JOBS)
    account, token = await asyncio.to_thread(_account, of, authorization_id)
    async with Amazon() as session:
        refreshed = await session.refresh(token)
        if refreshed.answer.verdict is Verdict.FINE:
            trials = await _try_all(session, account, refreshed.access_token)
        else:
            trials = tuple(_trial(job, Called(refreshed.answer, 0)) for job in Job)
    # Only what LWA says against it: a job may lack a role while the authorization is fine.
    if refreshed.answer.verdict is not Verdict.FINE:
        await asyncio.to_thread(_record, of, account, refreshed.answer)
    await asyncio.to_thread(_note, of, authorization_id, actor, trials)
    return trials


async def _try_all(amazon: Amazon, account: Row, access_token: str) -> tuple[JobTrial, ...]:
    marketplace_id = marketplaces()[account.home_marketplace].marketplace_id

    async def patch(attribute: str) -> Called:
        return await amazon.call(
            access_token,
            account.region,
            "PATCH",
            f"/listings/2021-08-01/items/{account.selling_partner_id}/{TRIAL_SKU}",
            params={"marketplaceIds": marketplace_id, "mode": "VALIDATION_PREVIEW"},
            json={
                "productType": "PRODUCT",
                "patches": [{"op": "replace", "path": f"/attributes/{attribute}", "value": []}],
            },
        )

    created_after = (utc_now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    orders = amazon.call(
        access_token,
        account.region,
        "GET",
        "/orders/2026-01-01/orders",
        params={
            "createdAfter": created_after,
            "marketplaceIds": marketplace_id,
            "maxResultsPerPage": 1,
        },
    )
    price, stock, searched = await asyncio.gather(
        patch("purchasable_offer"), patch("fulfillment_availability"), orders
    )
    # A 400 or 404 about the invented sku is an answer to an authorized call. A search of orders
    # names none: its 400 is the account's trouble, as dormancy is, which every job meets.
    # Source: https://developer-docs.amazon.com/sp-api/docs/resolving-400-errors
    of_the_sku = (404,) if searched.status == 400 else (400, 404)
    return (
        _trial(Job.PRICE, price, of_the_sku),
        _trial(Job.STOCK, stock, of_the_sku),
        _trial(Job.ORDERS, searched),
    )


def _trial(job: Job, called: Called, also_good: Sequence[int] = ()) -> JobTrial:
    answer = called.answer
    passed = answer.verdict is Verdict.FINE or called.status in also_good
    said = called.body.get("status", "") if isinstance(called.body, dict) else ""
    return JobTrial(job, passed, called.status, answer.reason, answer.words or str(said)[:40])


def _account(of: Engine | None, authorization_id: int) -> tuple[Row, str]:
    with reading(of) as connection:
        account = connection.execute(
            select(*health.ACCOUNT, _a.home_marketplace).where(_a.id == authorization_id)
        ).one_or_none()
        token = credentials.refresh_token(connection, account) if account else None
    if account is None or token is None:
        raise NothingToTry("There is no token of this account here to try anything with.")
    return account, token


def _record(of: Engine | None, account: Row, answer: Answer) -> None:
    with writing(of) as connection:
        health.record(connection, [(account, answer)], utc_now())


def _note(
    of: Engine | None, authorization_id: int, actor: Actor, trials: tuple[JobTrial, ...]
) -> None:
    with acting(actor, Act.TRY_JOBS, utc_now(), of) as deed:
        deed.note(authorization_id, passed={each.job.value: each.passed for each in trials})
