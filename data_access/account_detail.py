"""One account with its profile and history, for its own screen."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Engine, Row, Select, select

from data_access.account_rows import COLUMNS
from data_access.database import reading
from data_access.history import CASEWORK, Numbers, open_numbers
from data_access.lapses import HAS_ENDED
from data_access.schema import authorization, event, lapse, seller, sync_profile

SHOWN_EVENTS = 200


@dataclass(frozen=True)
class AccountDetail:
    """What is known of one account.

    account  a row with account_rows.COLUMNS, claimed_expires_at and seller_source
    profile  a row of sync_profile, None where nothing was measured
    lapses   columns began_at, ended_at; the latest first; a lapse that lasts is not among them
    events   columns at, kind, actor, details; the latest first, SHOWN_EVENTS at most
    siblings other authorizations of the same seller: id, region, country, marketplaces, expires_at
    """

    account: Row
    profile: Row | None
    lapses: pd.DataFrame
    events: pd.DataFrame
    siblings: pd.DataFrame


class NoSuchAccount(Exception):
    """No account has that id; it may have been removed, or the address is wrong."""


def account_detail(account_id: int, of: Engine | None = None) -> AccountDetail:
    """Everything about one account but its tokens. Raises NoSuchAccount, DatabaseAway."""
    a = authorization.c
    if not 0 < account_id < 2**63:
        raise NoSuchAccount(account_id)
    with reading(of) as connection:
        account = connection.execute(
            select(*COLUMNS, a.claimed_expires_at, seller.c.source.label("seller_source"))
            .join_from(authorization, seller, a.seller_id == seller.c.id)
            .where(a.id == account_id)
        ).one_or_none()
        if account is None:
            raise NoSuchAccount(account_id)
        profile = connection.execute(
            select(sync_profile).where(sync_profile.c.authorization_id == account_id)
        ).one_or_none()
        lapses = (
            select(lapse.c.began_at, lapse.c.ended_at)
            .join_from(lapse, authorization, lapse.c.authorization_id == a.id)
            .where(a.id == account_id, HAS_ENDED)
            .order_by(lapse.c.began_at.desc())
        )
        events = (
            select(event.c.at, event.c.kind, event.c.actor, event.c.details)
            .where(event.c.authorization_id == account_id)
            .order_by(event.c.id.desc())
            .limit(SHOWN_EVENTS)
        )
        siblings = (
            select(a.id, a.region, a.country, a.marketplaces, a.expires_at)
            .where(a.seller_id == account.seller_id, a.id != account_id)
            .order_by(a.region, a.country)
        )
        frames = (_frame(connection, each) for each in (lapses, events, siblings))
        return AccountDetail(account, profile, *frames)


def _frame(connection: Connection, found: Select) -> pd.DataFrame:
    return pd.DataFrame(connection.execute(found).all(), columns=found.selected_columns.keys())


def version(of: Engine | None = None) -> tuple[int, datetime | None, Numbers]:
    """The last event, its time, and the numbers before it that may still come: what was worked out
    from the accounts holds until these change.

    Casework is passed over: no figure of an account depends on it.
    """
    with reading(of) as connection:
        row = connection.execute(
            select(event.c.id, event.c.at)
            # The bound makes it a walk along the key, from its end.
            .where(event.c.id > 0, event.c.kind.not_in(CASEWORK))
            .order_by(event.c.id.desc())
            .limit(1)
        ).one_or_none()
        return (row.id, row.at, open_numbers(connection, row.id)) if row else (0, None, ())
