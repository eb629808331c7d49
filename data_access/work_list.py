"""The groups of accounts that an agent works through, and what stands in their rows."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Engine, Select, and_, func, or_, select

from data_access.assumptions import assumptions_in_force
from data_access.case_conditions import (
    has_owner,
    is_snoozed,
    open_promises,
    round_in_force,
    snoozes_in_force,
)
from data_access.case_reading import cases_of
from data_access.database import reading
from data_access.harm_list import accounts_by_id
from data_access.news import RENEWALS
from data_access.schema import authorization, event, promise, snooze
from data_access.sync_profiles import sync_columns_of
from data_access.unindexed import unindexed
from rules.authorization import DEFAULT_BANDS
from rules.days import day_start
from rules.harm import rank_by_harm

MOST = 200
"""So many accounts of a group are listed; its number counts all."""

_a = authorization.c
_e = event.c
_p = promise.c
_s = snooze.c


class Group(StrEnum):
    """What an agent looks at, apart from the call list itself."""

    PROMISES = "promises"
    BACK = "back"
    EXPIRED = "expired"
    RENEWED = "renewed"
    REFUSED = "refused"
    SNOOZED = "snoozed"


NEWS = (Group.EXPIRED, Group.RENEWED, Group.REFUSED)
"""The groups that are about what happened since a moment."""


def counted(since: datetime, as_of: datetime, of: Engine | None = None) -> dict[Group, int]:
    """How many accounts there are in each group. Raises DatabaseAway."""
    with reading(of) as connection:
        return {
            group: connection.scalar(
                select(func.count()).select_from(_members(group, since, as_of).subquery())
            )
            for group in Group
        }


def members(
    group: Group,
    since: datetime,
    as_of: datetime,
    of: Engine | None = None,
    most: int = MOST,
) -> list[int]:
    """The accounts of a group, the most pressing first. Raises DatabaseAway."""
    with reading(of) as connection:
        statement = _members(group, since, as_of).limit(most)
        return [row[0] for row in connection.execute(statement)]


def snoozed_ids(as_of: datetime, of: Engine | None = None) -> np.ndarray:
    """The accounts that are snoozed now, to be left out of a ranking. Raises DatabaseAway."""
    statement = select(_s.authorization_id).join(authorization, _snoozes(as_of)).distinct()
    with reading(of) as connection:
        return np.array(list(connection.scalars(statement)), dtype=np.int64)


def held_ids(owner: str | None = None, of: Engine | None = None) -> np.ndarray:
    """The accounts that `owner` holds, or anybody where it is None. Raises DatabaseAway."""
    statement = select(_a.id).where(has_owner())
    if owner is not None:
        statement = statement.where(_a.owner == owner)
    with reading(of) as connection:
        return np.array(list(connection.scalars(statement)), dtype=np.int64)


def work_rows(
    ids: Sequence[int],
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
) -> pd.DataFrame:
    """Accounts in the order of `ids`, as they are now: the columns of the list, status, score,
    reasons and loss_per_day (see rules.harm), and case (a case_reading.Case or None). Accounts that
    are gone are left out. Raises DatabaseAway."""
    columns = sync_columns_of(ids, of)
    at = columns.at(as_of).authorizations
    ranked = rank_by_harm(columns.profile, at, as_of, assumptions_in_force(of).values)
    ranked = ranked[["score", "reasons", "loss_per_day"]].assign(id=columns.ids)
    cases = cases_of(ids, as_of, of)
    rows = accounts_by_id(ids, as_of, bands, of).merge(ranked, on="id", validate="one_to_one")
    rows["case"] = [cases.get(each) for each in rows["id"]]
    places = {each: place for place, each in enumerate(ids)}
    return rows.sort_values("id", key=lambda ids: ids.map(places)).reset_index(drop=True)


def names_of(ids: Collection[int], of: Engine | None = None) -> dict[int, str]:
    """The sellers of some accounts. Raises DatabaseAway."""
    with reading(of) as connection:
        rows = connection.execute(select(_a.id, _a.seller_name).where(_a.id.in_(list(ids))))
        return {account: name for account, name in rows}


def _snoozes(as_of: datetime) -> ColumnElement[bool]:
    return snoozes_in_force(as_of, number=unindexed(_s.authorization_id))


def _members(group: Group, since: datetime, as_of: datetime) -> Select:
    """The accounts of a group with what orders them."""
    match group:
        case Group.PROMISES:
            return _promises_due(as_of)
        case Group.BACK:
            return _back_today(as_of)
        case Group.SNOOZED:
            return _snoozed(as_of)
        case Group.EXPIRED:
            return _newly_expired(since, as_of)
        case Group.RENEWED:
            return _renewed(since, as_of)
        case Group.REFUSED:
            return _newly_refused(since, as_of)


def _promises_due(as_of: datetime) -> Select:
    return (
        select(_p.authorization_id, _p.due_on)
        .join(authorization, open_promises(number=unindexed(_p.authorization_id)))
        .where(_p.due_on <= as_of.date(), ~_a.paused)
        .order_by(_p.due_on, _a.daily_value.desc(), _a.id)
    )


def _back_today(as_of: datetime) -> Select:
    """Whose snooze ends on this day, or has ended on it."""
    today = as_of.date()
    starts = day_start(today, as_of.tzinfo)
    ends = day_start(today + timedelta(days=1), as_of.tzinfo)
    return (
        select(_s.authorization_id, func.min(_s.until).label("until"))
        .join(authorization, _a.id == unindexed(_s.authorization_id))
        .where(_s.until >= starts, _s.until < ends, _s.ended_at.is_(None), ~_a.paused)
        .where(_s.round == round_in_force())
        # One that is over may have been snoozed again since.
        .where(or_(_s.until > as_of, ~is_snoozed(as_of)))
        # Two snoozes of one account may end on one day.
        .group_by(_s.authorization_id, _a.id, _a.daily_value)
        .order_by(func.min(_s.until), _a.daily_value.desc(), _a.id)
    )


def _snoozed(as_of: datetime) -> Select:
    return (
        select(_s.authorization_id, _s.until)
        .join(authorization, _snoozes(as_of))
        .order_by(_s.until, _a.id)
    )


def _newly_expired(since: datetime, as_of: datetime) -> Select:
    return (
        select(_a.id, _a.daily_value)
        .where(
            _a.expires_at > since,
            _a.expires_at <= as_of,
            _a.granted_at.is_not(None),
            ~_a.paused,
        )
        .order_by(_a.daily_value.desc(), _a.id)
    )


def _renewed(since: datetime, as_of: datetime) -> Select:
    return (
        select(_e.authorization_id, func.max(_e.at).label("at"))
        .where(
            _e.authorization_id.is_not(None),
            # Each by its own index.
            or_(
                and_(_e.kind.in_(RENEWALS), _e.at > since, _e.at <= as_of),
                and_(_e.kind.in_(RENEWALS), _e.told_at > since, _e.told_at <= as_of),
            ),
        )
        .group_by(_e.authorization_id)
        .order_by(func.max(_e.at).desc(), _e.authorization_id)
    )


def _newly_refused(since: datetime, as_of: datetime) -> Select:
    return (
        select(_a.id, _a.daily_value)
        .where(
            _a.refused_at > since,
            _a.refused_at <= as_of,
            # Whoever has expired since is no longer refused: dates decide.
            or_(_a.expires_at.is_(None), _a.expires_at > as_of),
            _a.granted_at <= as_of,
            ~_a.paused,
        )
        .order_by(_a.daily_value.desc(), _a.id)
    )
