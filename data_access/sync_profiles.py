"""The engine's columns out of the token database: what each account carries, and when it lapses.

Read as plain numbers, without a Python object per moment, so that 100,000 accounts take a fraction
of a second. A `SyncColumns` says nothing of now: `at` turns it into the columns of one moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
from data_access.database import reading
from data_access.funnel import Step
from data_access.schema import authorization, funnel_step, lapse, message, sync_profile
from rules.account_filter import AccountFilter
from rules.assumptions import PROFILE_COLUMNS
from rules.authorization import DEFAULT_BANDS
from rules.day_numbers import Floats, day_number

_a = authorization.c
_p = sync_profile.c
_BATCH = 20_000
_PAGE = 500
_MOMENTS = ("granted_at", "expires_at", "refused_at", "measured_at")
_JULIAN_DAY_OF_1970 = 2_440_587.5
_MILLISECONDS_PER_DAY = 86_400_000


@dataclass(frozen=True)
class Simulated:
    """Which accounts the engine speaks about at one moment; the rest is counted here.

    authorizations  a row per account, as rules.scenarios.simulate and rules.harm.rank_by_harm take
                    them: expires_at (a day number; earlier where Amazon refused it earlier),
                    stays_out, earlier_lapses, link_opened, reminders_unanswered
    paused          left out on purpose
    without_expiry  granted, but nobody knows until when: vendor and private authorizations
    not_authorized  blocked as well, but no grant ever ran out
    """

    authorizations: pd.DataFrame
    paused: int
    without_expiry: int
    not_authorized: int

    @property
    def counted(self) -> int:
        """Accounts with a known expiry, which the figures speak of."""
        return len(self.authorizations) - self.paused - self.without_expiry - self.not_authorized


@dataclass(frozen=True)
class SyncColumns:
    """One row per account, in the order of their ids.

    ids      the accounts
    profile  the columns of PROFILE_COLUMNS, NaN where nothing was measured
    moments  day numbers granted_at, expires_at, refused_at, measured_at; NaN for none
    others   paused (boolean), earlier_lapses (count), link_opened (boolean), reminders_unanswered
             (count)
    """

    ids: np.ndarray
    profile: pd.DataFrame
    moments: dict[str, Floats]
    others: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, as_of: datetime) -> Simulated:
        """The accounts as the engine takes them at `as_of` (aware)."""
        now = day_number(as_of)
        paused = self.others["paused"]
        granted = self.moments["granted_at"] <= now
        refused_at = self.moments["refused_at"]
        refused_at = np.where(refused_at <= now, refused_at, np.nan)
        # Whichever comes first; fmin passes over a missing one.
        blocked_from = np.fmin(self.moments["expires_at"], refused_at)
        blocked_from = np.where(granted, blocked_from, np.nan)
        frame = pd.DataFrame(
            {
                "expires_at": blocked_from,
                "stays_out": paused,
                "earlier_lapses": self.others["earlier_lapses"],
                "link_opened": self.others["link_opened"],
                "reminders_unanswered": self.others["reminders_unanswered"],
            },
            index=self.profile.index,
        )
        return Simulated(
            frame,
            paused=int(paused.sum()),
            without_expiry=int((~paused & granted & np.isnan(blocked_from)).sum()),
            not_authorized=int((~paused & ~granted).sum()),
        )


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


def replaced(columns: SyncColumns, ids: Sequence[int], fresh: SyncColumns) -> SyncColumns:
    """The same accounts with `fresh` in the place of those of `ids` that were among them."""
    place, known = _places(columns.ids, np.asarray(ids, dtype=np.int64))
    gone = place[known]
    at = np.searchsorted(np.delete(columns.ids, gone), fresh.ids)

    def anew(old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return np.insert(np.delete(old, gone), at, new)

    return SyncColumns(
        ids=anew(columns.ids, fresh.ids),
        profile=pd.DataFrame(
            {
                name: anew(columns.profile[name].to_numpy(), fresh.profile[name].to_numpy())
                for name in columns.profile
            }
        ),
        moments={name: anew(old, fresh.moments[name]) for name, old in columns.moments.items()},
        others={name: anew(old, fresh.others[name]) for name, old in columns.others.items()},
    )


def same(one: SyncColumns, other: SyncColumns) -> bool:
    """Whether both say the same of the same accounts."""
    return (
        one is other
        or np.array_equal(one.ids, other.ids)
        and one.profile.equals(other.profile)
        and all(
            np.array_equal(mine[name], theirs[name], equal_nan=True)
            for mine, theirs in ((one.moments, other.moments), (one.others, other.others))
            for name in mine
        )
    )


def columns_by_hand(profile: pd.DataFrame, blocked_from: datetime) -> SyncColumns:
    """One account that is in no database: a profile of one row, and when it lapses (aware)."""
    moments = {name: np.full(1, np.nan) for name in _MOMENTS} | {
        "granted_at": np.full(1, -np.inf),
        "expires_at": np.full(1, day_number(blocked_from)),
    }
    others = {
        "paused": np.zeros(1, dtype=bool),
        "earlier_lapses": np.zeros(1),
        "link_opened": np.zeros(1, dtype=bool),
        "reminders_unanswered": np.zeros(1),
    }
    return SyncColumns(np.zeros(1, np.int64), profile, moments, others)


def _read(connection: Connection, statement: Select, given: dict[str, list[int]]) -> SyncColumns:
    numbers = _numbers(connection, statement, given)
    ids = numbers[:, 0].astype(np.int64)
    moments = {name: _to_the_millisecond(numbers[:, 2 + n]) for n, name in enumerate(_MOMENTS)}
    first = 2 + len(_MOMENTS)
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
    columns = {name: _a.get(name, _p.get(name)) for name in _MOMENTS}
    return (
        select(
            _a.id,
            case((_a.paused, 1.0), else_=0.0),
            *(_day_number(dialect, columns[name]) for name in _MOMENTS),
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
    return cast(extract("epoch", moment), Double) / 86_400.0


def _to_the_millisecond(days: Floats) -> Floats:
    # Julian days are exact to some microseconds only; a whole second must come out as one.
    return np.rint(days * _MILLISECONDS_PER_DAY) / _MILLISECONDS_PER_DAY


def _numbers(connection: Connection, statement: Select, given: dict[str, list[int]]) -> Floats:
    found = [np.empty((0, 2 + len(_MOMENTS) + len(PROFILE_COLUMNS)))]
    result = connection.execute(statement, given)
    # The driver's own tuples: a Row for each account would take longer than all the rest.
    while rows := result.cursor.fetchmany(_BATCH):
        found.append(np.array(rows, dtype=np.float64))
    result.close()
    return np.concatenate(found)


def _lapses(connection: Connection, ids: np.ndarray, some: dict | None) -> Floats:
    """How often each account had lapsed before."""
    counted = connection.execute(_lapses_of(some is not None), some).all()
    lapses = np.zeros(len(ids))
    if counted:
        whose, number = np.array([tuple(row) for row in counted], dtype=np.int64).T
        place, known = _places(ids, whose)
        lapses[place[known]] = number[known]
    return lapses


@cache
def _lapses_of(some: bool) -> Select:
    account = lapse.c.authorization_id
    return select(account, func.count()).where(*_only(account, some)).group_by(account)


def _link_opened(
    connection: Connection, ids: np.ndarray, some: dict | None, granted_at: Floats
) -> np.ndarray:
    """Whether each seller has opened a link for the grant in force, without renewing it."""
    opened = connection.execute(_links_opened_of(some is not None), some).all()
    found = np.zeros(len(ids), dtype=bool)
    if opened:
        whose, rounds = np.array([tuple(row) for row in opened], dtype=np.int64).T
        place, known = _places(ids, whose)
        found[place[known][_rounds(granted_at[place[known]]) == rounds[known]]] = True
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
        place, known = _places(ids, whose)
        current = _rounds(granted_at[place[known]]) == rounds[known]
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
            m.state == "sent",
            m.authorization_id.is_not(None),
            or_(f.last_at.is_(None), m.sent_at > f.last_at),
            *_only(m.authorization_id, some),
        )
        .group_by(m.authorization_id, m.round)
    )


def _rounds(granted_at: Floats) -> Floats:
    """The rounds that grants begin, rules.casework.round_of over a column of day numbers."""
    return np.floor(np.nan_to_num(granted_at) * 86_400 + 1e-4)


def _only(column: ColumnElement, some: bool) -> list[ColumnElement[bool]]:
    return [_among_ids(column)] if some else []


def _places(ids: np.ndarray, whose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each of `whose` stands among the sorted `ids`, and whether it stands there at all."""
    if not len(ids):
        return np.zeros(len(whose), dtype=np.int64), np.zeros(len(whose), dtype=bool)
    place = np.minimum(np.searchsorted(ids, whose), len(ids) - 1)
    return place, ids[place] == whose
