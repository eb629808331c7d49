"""What is left to say after a lapse: from when until when, what it cost, who ended it.

Nobody writes these reports; each lapse that has ended has one. The profile is today's, which is
all that is kept, and the report says when it was measured.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, Engine, Row, select

from data_access import funnel
from data_access.account_rows import COLUMNS
from data_access.assumptions import InForce, assumptions_in_force
from data_access.database import reading
from data_access.lapse_story import LapseStory, lapse_story
from data_access.lapses import HAS_ENDED
from data_access.schema import authorization, event, lapse, seller
from data_access.signed import Signed, Tampered
from data_access.sync_profiles import sync_columns_of
from rules.authorization import amazon_reminders
from rules.day_numbers import moment

_LINK = Signed("lapse-report", lifetime=12 * 3_600)
_GRANTS = ("granted", "renewed")
_AROUND = timedelta(seconds=1)
_BEFORE = timedelta(days=60)
"""How long before a lapse a link may have been made for it."""

_a = authorization.c
_l = lapse.c


class ReportRefused(Exception):
    """There is no such report; the text says why."""


@dataclass(frozen=True)
class LapseReport:
    """One lapse that has ended.

    account     the columns of the list of accounts
    story       figures, and the catching up after the renewal, all estimated
    renewed_by  the actor of the grant that ended it; empty where nobody is known
    started_by  how that consent was begun, if it came through the desk: link, amazon
    notices     when Amazon's own notices went out, by its rule
    steps       how far our links came: step, first_at, times, agent
    synced      whether a sync has succeeded since
    assumed     what is assumed
    """

    account: Row
    story: LapseStory
    renewed_by: str
    started_by: str
    notices: tuple[datetime, ...]
    steps: tuple[dict, ...]
    synced: bool
    assumed: InForce


@dataclass(frozen=True)
class Asked:
    """What a signed address asks for: a lapse, and for whom it is written.

    agent  who may open the address
    """

    account_id: int
    began_at: datetime
    language: str
    zone: ZoneInfo
    agent: str


def report_path(account_id: int, began_at: datetime, language: str, zone: str, agent: str) -> str:
    """An address that shows the report to `agent`, for half a day."""
    asked = [account_id, began_at.isoformat(), language, zone, agent]
    return f"/lapse-report/{_LINK.write(asked)}"


def read_report_path(token: str) -> Asked:
    """What an address asks for. Raises ReportRefused."""
    try:
        account_id, began_at, language, zone, agent = _LINK.read(token)
        return Asked(account_id, datetime.fromisoformat(began_at), language, ZoneInfo(zone), agent)
    except (Tampered, ValueError, KeyError):
        raise ReportRefused(
            "This link is too old, or not one of ours. Open the report from the account again."
        ) from None


def lapse_report(account_id: int, began_at: datetime, of: Engine | None = None) -> LapseReport:
    """The report of one lapse. Raises ReportRefused where there is none, DatabaseAway."""
    with reading(of) as connection:
        row = connection.execute(
            select(*COLUMNS, _l.began_at, _l.ended_at)
            .join_from(authorization, seller, _a.seller_id == seller.c.id)
            .join(lapse, _l.authorization_id == _a.id)
            .where(
                _a.id == account_id,
                _l.began_at >= began_at - _AROUND,
                _l.began_at <= began_at + _AROUND,
            )
        ).first()
        if row is None:
            raise ReportRefused("That lapse is not in the token database any more.")
        renewed_by, started_by = _renewal(connection, account_id, row.ended_at)
        steps = _steps(connection, row)
    assumed = assumptions_in_force(of)
    columns = sync_columns_of([account_id], of)
    measured_at = moment(columns.moments["measured_at"][0])
    return LapseReport(
        account=row,
        story=lapse_story(columns.profile, row.began_at, row.ended_at, assumed.values, measured_at),
        renewed_by=renewed_by,
        started_by=started_by,
        notices=amazon_reminders(row.began_at, row.began_at),
        steps=steps,
        synced=row.last_sync_at is not None and row.last_sync_at >= row.ended_at,
        assumed=assumed,
    )


def ended_lapses(limit: int = 50, of: Engine | None = None) -> pd.DataFrame:
    """The lapses that ended last: account_id, seller_name, region, began_at, ended_at. Raises
    DatabaseAway."""
    names = ["account_id", "seller_name", "region", "began_at", "ended_at"]
    with reading(of) as connection:
        rows = connection.execute(
            select(_a.id, _a.seller_name, _a.region, _l.began_at, _l.ended_at)
            .join_from(lapse, authorization, _l.authorization_id == _a.id)
            .where(HAS_ENDED)
            .order_by(_l.ended_at.desc(), _l.id.desc())
            .limit(limit)
        ).all()
    return pd.DataFrame(rows, columns=names)


def _renewal(connection: Connection, account_id: int, ended_at: datetime) -> tuple[str, str]:
    e = event.c
    row = connection.execute(
        select(e.actor, e.details)
        .where(
            e.authorization_id == account_id,
            e.kind.in_(_GRANTS),
            e.at >= ended_at - _AROUND,
            e.at <= ended_at + _AROUND,
        )
        .order_by(e.id)
    ).first()
    if row is None:
        return "", ""
    details = json.loads(row.details or "{}")
    return row.actor, str(details.get("started_by") or "")


def _steps(connection: Connection, row: Row) -> tuple[dict, ...]:
    """The steps of the links that were for this lapse, in the order of time."""
    found: Sequence[dict] = funnel.of_account(connection, row.id)
    return tuple(
        sorted(
            (s for s in found if row.began_at - _BEFORE <= s["first_at"] <= row.ended_at),
            key=lambda step: step["first_at"],
        )
    )
