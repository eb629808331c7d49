"""The engine's columns out of the token database: what each account carries, and when it lapses.

Read as plain numbers, without a Python object per moment, so that 100,000 accounts take a fraction
of a second. They say nothing of now.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import numpy as np
import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Engine,
    Select,
    and_,
    bindparam,
    case,
    cast,
    extract,
    func,
    or_,
    select,
)

from data_access import filtering
from data_access.account_columns import MOMENTS, SyncColumns, places
from data_access.bulk import batches
from data_access.database import reading
from data_access.funnel import Step
from data_access.lapses import HAS_ENDED
from data_access.outbox import SENT
from data_access.schema import authorization, funnel_step, lapse, message, sync_profile
from rules.account_filter import AccountFilter
from rules.assumptions import PROFILE_COLUMNS
from rules.authorization import DEFAULT_BANDS
from rules.day_numbers import SECONDS_PER_DAY, Floats

_a = authorization.c
_p = sync_profile.c
_PAGE = 500
_JULIAN_DAY_OF_1970 = 2_440_587.5
_MILLISECOND = 0.001
_MILLISECONDS_PER_DAY = SECONDS_PER_DAY * 1_000


def sync_columns(
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
    among: Sequence[int] | None = None,
) -> SyncColumns:
    """The columns of every account that `wanted` means at `as_of`; with `among`, of those only
    that are in it. Raises DatabaseAway."""
    with reading(of) as connection:
        dialect = connection.dialect.name
        statement = _statement(dialect) if among is None else _statement_of_some(dialect)
        given = {} if among is None else {"ids": [int(each) for each in among]}
        where = filtering.conditions(connection, wanted, as_of, bands, among is not None)
        return _read(connection, statement.where(*where), given)


def sync_columns_of(ids: Sequence[int], of: Engine | None = None) -> SyncColumns:
    """The columns of some accounts, in the order of their ids; unknown ones are passed over.

    Raises DatabaseAway.
    """
    with reading(of) as connection:
        statement = _statement_of_some(connection.dialect.name)
        return _read(connection, statement, {"ids": [int(each) for each in ids]})


def _read(connection: Connection, statement: Select, given: dict[str, list[int]]) -> SyncColumns:
    numbers = _numbers(connection, statement, given)
    ids = numbers[:, 0].astype(np.int64)
    moments = {name: _to_the_millisecond(numbers[:, 2 + n]) for n, name in enumerate(MOMENTS)}
    first = 2 + len(MOMENTS)
    # For a page of accounts only theirs are read; for many it is faster to read all.
    some = {"ids": ids.tolist()} if len(ids) <= _PAGE else None
    return SyncColumns(
        ids=ids,
        profile=pd.DataFrame(
            {name: numbers[:, first + n].copy() for n, name in enumerate(PROFILE_COLUMNS)}
        ),
        moments=moments,
        others={
            "paused": numbers[:, 1] > 0,
            "earlier_lapses": _lapses(connection, ids, some),
            "link_opened": _link_opened(connection, ids, some, moments["granted_at"]),
            "reminders_unanswered": _unanswered(connection, ids, some, moments["granted_at"]),
        },
    )


# Statements are made once: a page of the list asks four of them at each click, and SQLAlchemy takes
# longer to make one than SQLite to answer it.


@cache
def _statement(dialect: str) -> Select:
    columns = {name: _a.get(name, _p.get(name)) for name in MOMENTS}
    return (
        select(
            _a.id,
            case((_a.paused, 1.0), else_=0.0),
            *(_day_number(dialect, columns[name]) for name in MOMENTS),
            *(_p[name] for name in PROFILE_COLUMNS),
        )
        .join_from(authorization, sync_profile, _p.authorization_id == _a.id, isouter=True)
        .order_by(_a.id)
    )


@cache
def _statement_of_some(dialect: str) -> Select:
    return _statement(dialect).where(_among_ids(_a.id))


def _among_ids(column: ColumnElement[int]) -> ColumnElement[bool]:
    return column.in_(bindparam("ids", expanding=True))


def _day_number(dialect: str, moment: ColumnElement) -> ColumnElement[float]:
    if dialect == "sqlite":
        return func.julianday(moment) - _JULIAN_DAY_OF_1970
    return cast(extract("epoch", moment), Double) / float(SECONDS_PER_DAY)


def _to_the_millisecond(days: Floats) -> Floats:
    # Julian days are exact to some microseconds only; a whole second must come out as one.
    return np.rint(days * _MILLISECONDS_PER_DAY) / _MILLISECONDS_PER_DAY


def _numbers(connection: Connection, statement: Select, given: dict[str, list[int]]) -> Floats:
    found = [np.empty((0, 2 + len(MOMENTS) + len(PROFILE_COLUMNS)))]
    for rows in batches(connection.execute(statement, given)):
        found.append(np.array(rows, dtype=np.float64))
    return np.concatenate(found)


def _lapses(connection: Connection, ids: np.ndarray, some: dict | None) -> Floats:
    """How often each account had lapsed before."""
    counted = connection.execute(_lapses_of(some is not None), some).all()
    lapses = np.zeros(len(ids))
    if counted:
        whose, number = np.array([tuple(row) for row in counted], dtype=np.int64).T
        place, known = places(ids, whose)
        lapses[place[known]] = number[known]
    return lapses


@cache
def _lapses_of(some: bool) -> Select:
    account = lapse.c.authorization_id
    return (
        select(account, func.count())
        .join_from(lapse, authorization, account == _a.id)
        .where(HAS_ENDED, *_only(account, some))
        .group_by(account)
    )


def _link_opened(
    connection: Connection, ids: np.ndarray, some: dict | None, granted_at: Floats
) -> np.ndarray:
    """Whether each seller has opened a link for the grant in force, without renewing it."""
    opened = connection.execute(_links_opened_of(some is not None), some).all()
    found = np.zeros(len(ids), dtype=bool)
    if opened:
        whose, rounds = np.array([tuple(row) for row in opened], dtype=np.int64).T
        place, known = places(ids, whose)
        current = _is_of_round(granted_at[place[known]], rounds[known])
        found[place[known][current]] = True
    return found


@cache
def _links_opened_of(some: bool) -> Select:
    f = funnel_step.c
    return select(f.authorization_id, f.round).where(
        f.step == Step.OPENED.value, *_only(f.authorization_id, some)
    )


def _unanswered(
    connection: Connection, ids: np.ndarray, some: dict | None, granted_at: Floats
) -> Floats:
    """How many messages each seller has had for the grant in force since last opening a link."""
    counted = connection.execute(_unanswered_of(some is not None), some).all()
    found = np.zeros(len(ids))
    if counted:
        whose, rounds, number = np.array([tuple(row) for row in counted], dtype=np.int64).T
        place, known = places(ids, whose)
        current = _is_of_round(granted_at[place[known]], rounds[known])
        found[place[known][current]] = number[known][current]
    return found


@cache
def _unanswered_of(some: bool) -> Select:
    f, m = funnel_step.c, message.c
    opened = and_(
        f.authorization_id == m.authorization_id,
        f.round == m.round,
        f.step == Step.OPENED.value,
    )
    return (
        select(m.authorization_id, m.round, func.count())
        .join_from(message, funnel_step, opened, isouter=True)
        .where(
            m.state == SENT,
            m.authorization_id.is_not(None),
            or_(f.last_at.is_(None), m.sent_at > f.last_at),
            *_only(m.authorization_id, some),
        )
        .group_by(m.authorization_id, m.round)
    )


def _is_of_round(granted_at: Floats, rounds: np.ndarray) -> np.ndarray:
    """Whether grants, as day numbers, begin these rounds as rules.casework.round_of has it: a round
    is the second of its grant, which is known here to the nearest millisecond."""
    into = np.nan_to_num(granted_at) * SECONDS_PER_DAY - rounds
    return (into > -_MILLISECOND) & (into < 1 + _MILLISECOND)


def _only(column: ColumnElement, some: bool) -> list[ColumnElement[bool]]:
    return [_among_ids(column)] if some else []
