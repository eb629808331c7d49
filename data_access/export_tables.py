"""The tables that can be exported: which columns, and the rows in batches.

Another table is another function of the same shape, with its columns, in TABLES.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import pandas as pd
from sqlalchemy import Engine

from data_access.account_list import ListedAccount, every_page
from data_access.assumptions import assumptions_in_force
from data_access.harm_list import harm_batches
from data_access.outbox_list import MESSAGE_COLUMNS, message_rows
from data_access.settings import settings
from data_access.sync_profiles import sync_columns
from data_access.workload import effort_in_force, workload
from rules.account_filter import AccountFilter
from rules.authorization import Status, blocked_jobs, days_left
from rules.harm import reasons_in

Value = str | int | float
Rows = Iterator[list[list[Value]]]
Item = TypeVar("Item")

FEW = 5
"""Rows that take about a millisecond."""


@dataclass(frozen=True)
class ExportTable:
    """columns: the head; rows: (filter, as_of, until, database) -> batches of rows."""

    title: str
    columns: Sequence[str]
    rows: Callable[[AccountFilter, datetime, datetime, Engine | None], Rows]


ACCOUNT_COLUMNS = (
    "account",
    "customer_number",
    "seller",
    "contact",
    "email",
    "phone",
    "language",
    "shop_url",
    "selling_partner_id",
    "region",
    "country",
    "marketplaces",
    "plan",
    "status",
    "granted_at",
    "expires_at",
    "expiry_source",
    "days_left",
    "blocked",
    "last_sync_at",
    "daily_value",
    "owner",
)


EFFECT_COLUMNS = (
    "rank",
    "account",
    "customer_number",
    "seller",
    "region",
    "marketplaces",
    "status",
    "blocked_from",
    "reasons",
    "score",
    "loss_per_day",
    "chance_not_renewing",
    "until",
    "blocked_days",
    "orders_not_imported",
    "orders_late",
    "orders_auto_cancelled",
    "orders_oversold",
    "money_unseen",
    "offers_stale_price",
    "offers_stale_stock",
    "late_mark_10_at",
    "late_mark_30_at",
    "cancellation_mark_at",
    "catch_up_minutes",
    "recoverable_until",
    "profile",
)


def giving_way(items: Iterable[Item]) -> Iterator[Item]:
    """The same items, letting other threads go on after every few.

    Who goes through a million rows would hold up each step of everybody's clicks until Python
    takes the turn away, five milliseconds each time.
    """
    for at, item in enumerate(items):
        if at % FEW == 0:
            time.sleep(0)
        yield item


def account_rows(
    wanted: AccountFilter, as_of: datetime, _until: datetime, of: Engine | None
) -> Rows:
    """The list of accounts, in its order."""
    # A frame of each page, taken apart again at once, would be half of the work.
    for page in every_page(wanted, as_of, settings().bands, of):
        yield [_account(account, as_of) for account in giving_way(page.accounts)]


def effect_rows(wanted: AccountFilter, as_of: datetime, until: datetime, of: Engine | None) -> Rows:
    """The accounts by the harm of their lapse; the figures if nobody renews by `until`."""
    columns = sync_columns(wanted, as_of, settings().bands, of)
    assumptions = assumptions_in_force(of).values
    for frame in harm_batches(columns, as_of, until, assumptions, settings().bands, of):
        yield [_effect(row, as_of, until) for row in giving_way(frame.itertuples())]


WORKLOAD_COLUMNS = ("week_from", "week_to", "accounts", "contacts", "hours", "people")


def workload_rows(
    _wanted: AccountFilter, as_of: datetime, _until: datetime, of: Engine | None
) -> Rows:
    """The expiries of each week of the year ahead; contacts, hours and people are estimates."""
    effort = effort_in_force(of)
    yield [
        [
            str(week.first),
            str(week.last),
            week.accounts,
            round(effort.contacts(week.accounts), 1),
            round(effort.hours(week.accounts), 1),
            round(effort.people(week.accounts), 2),
        ]
        for week in workload(as_of, settings().bands, of).weeks.itertuples()
    ]


TABLES = {
    "accounts": ExportTable("Accounts", ACCOUNT_COLUMNS, account_rows),
    "sync-effect": ExportTable("Sync effect (estimates)", EFFECT_COLUMNS, effect_rows),
    "workload": ExportTable("Workload (estimates)", WORKLOAD_COLUMNS, workload_rows),
    "messages": ExportTable("Messages", MESSAGE_COLUMNS, message_rows),
}


def _effect(row: Any, as_of: datetime, until: datetime) -> list[Value]:
    return [
        row.rank,
        row.id,
        row.customer_number,
        row.seller_name,
        row.region,
        row.marketplaces,
        row.status,
        _moment(row.blocked_from, as_of),
        " ".join(reason.name.lower() for reason in reasons_in(row.reasons)),
        round(row.score, 2),
        round(row.loss_per_day, 2),
        round(row.chance_not_renewing, 4),
        _moment(until, as_of),
        round(row.blocked_days, 3),
        round(row.orders_not_imported, 2),
        round(row.orders_late, 2),
        round(row.orders_auto_cancelled, 2),
        round(row.orders_oversold, 2),
        round(row.money_unseen, 2),
        round(row.offers_stale_price, 2),
        round(row.offers_stale_stock, 2),
        _moment(row.late_mark_10_at, as_of),
        _moment(row.late_mark_30_at, as_of),
        _moment(row.cancellation_mark_at, as_of),
        round(row.catch_up_minutes, 1),
        _moment(row.recoverable_until, as_of),
        "partly assumed" if row.assumed else "measured",
    ]


def _account(account: ListedAccount, as_of: datetime) -> list[Value]:
    expires = account.expires_at
    return [
        account.id,
        account.customer_number,
        account.seller_name,
        account.contact,
        account.email,
        account.phone,
        account.language,
        account.shop_url,
        account.selling_partner_id,
        account.region,
        account.country,
        account.marketplaces,
        account.plan,
        account.status,
        _moment(account.granted_at, as_of),
        _moment(expires, as_of),
        account.expiry_source if expires is not None else "",
        days_left(expires, as_of) if expires is not None else "",
        " ".join(job.value for job in blocked_jobs(Status(account.status))),
        _moment(account.last_sync_at, as_of),
        round(account.daily_value, 2),
        account.owner,
    ]


def _moment(at: datetime | None, as_of: datetime) -> str:
    if at is None or pd.isna(at):
        return ""
    return at.astimezone(as_of.tzinfo).isoformat(timespec="seconds")
