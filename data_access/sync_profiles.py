"""The engine's columns out of the token database: what each account carries, and when it lapses.

Read as plain numbers, without a Python object per moment, so that 100,000 accounts take a fraction
of a second. A `SyncColumns` says nothing of now: `at` turns it into the columns of one moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Engine,
    Select,
    and_,
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
    moments: pd.DataFrame
    others: pd.DataFrame

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, as_of: datetime) -> Simulated:
        """The accounts as the engine takes them at `as_of` (aware)."""
        now = day_number(as_of)
        paused = self.others["paused"].to_numpy()
        granted = self.moments["granted_at"].to_numpy() <= now
        refused_at = self.moments["refused_at"].to_numpy()
        refused_at = np.where(refused_at <= now, refused_at, np.nan)
        # Whichever comes first; fmin passes over a missing one.
        blocked_from = np.fmin(self.moments["expires_at"].to_numpy(), refused_at)
        blocked_from = np.where(granted, blocked_from, np.nan)
        frame = pd.DataFrame(
            {
                "expires_at": blocked_from,
                "stays_out": paused,
                "earlier_lapses": self.others["earlier_lapses"].to_numpy(),
                "link_opened": self.others["link_opened"].to_numpy(),
                "reminders_unanswered": self.others["reminders_unanswered"].to_numpy(),
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
) -> SyncColumns:
    """The columns of every account that `wanted` means at `as_of`. Raises DatabaseAway."""
    with reading(of) as connection:
        where = filtering.conditions(connection, wanted, as_of, bands)
        return _read(connection, where)


def sync_columns_of(ids: Sequence[int], of: Engine | None = None) -> SyncColumns:
    """The columns of some accounts, in the order of their ids; unknown ones are passed over.

    Raises DatabaseAway.
    """
    with reading(of) as connection:
        return _read(connection, [_a.id.in_([int(each) for each in ids])])


def columns_by_hand(profile: pd.DataFrame, blocked_from: datetime) -> SyncColumns:
    """One account that is in no database: a profile of one row, and when it lapses (aware)."""
    moments = {name: [np.nan] for name in _MOMENTS} | {
        "granted_at": [-np.inf],
        "expires_at": [day_number(blocked_from)],
    }
    others = {
        "paused": [False],
        "earlier_lapses": [0.0],
        "link_opened": [False],
        "reminders_unanswered": [0.0],
    }
    return SyncColumns(np.zeros(1, np.int64), profile, pd.DataFrame(moments), pd.DataFrame(others))


def _read(connection: Connection, where: list[ColumnElement[bool]]) -> SyncColumns:
    numbers = _numbers(connection, _statement(connection).where(*where))
    ids = numbers[:, 0].astype(np.int64)
    moments = pd.DataFrame(
        {name: _to_the_millisecond(numbers[:, 2 + n]) for n, name in enumerate(_MOMENTS)}
    )
    first = 2 + len(_MOMENTS)
    return SyncColumns(
        ids=ids,
        profile=pd.DataFrame(
            {name: numbers[:, first + n].copy() for n, name in enumerate(PROFILE_COLUMNS)}
        ),
        moments=moments,
        others=pd.DataFrame(
            {
                "paused": numbers[:, 1] > 0,
                "earlier_lapses": _lapses(connection, ids),
                "link_opened": _link_opened(connection, ids, moments["granted_at"].to_numpy()),
                "reminders_unanswered": _unanswered(
                    connection, ids, moments["granted_at"].to_numpy()
                ),
            }
        ),
    )


def _statement(connection: Connection) -> Select:
    columns = {name: _a.get(name, _p.get(name)) for name in _MOMENTS}
    return (
        select(
            _a.id,
            case((_a.paused, 1.0), else_=0.0),
            *(_day_number(connection, columns[name]) for name in _MOMENTS),
            *(_p[name] for name in PROFILE_COLUMNS),
        )
        .join_from(authorization, sync_profile, _p.authorization_id == _a.id, isouter=True)
        .order_by(_a.id)
    )


def _day_number(connection: Connection, moment: ColumnElement) -> ColumnElement[float]:
    if connection.dialect.name == "sqlite":
        return func.julianday(moment) - _JULIAN_DAY_OF_1970
    return cast(extract("epoch", moment), Double) / 86_400.0


def _to_the_millisecond(days: Floats) -> Floats:
    # Julian days are exact to some microseconds only; a whole second must come out as one.
    return np.rint(days * _MILLISECONDS_PER_DAY) / _MILLISECONDS_PER_DAY


def _numbers(connection: Connection, statement: Select) -> Floats:
    found = [np.empty((0, 2 + len(_MOMENTS) + len(PROFILE_COLUMNS)))]
    result = connection.execute(statement)
    # The driver's own tuples: a Row for each account would take longer than all the rest.
    while rows := result.cursor.fetchmany(_BATCH):
        found.append(np.array(rows, dtype=np.float64))
    result.close()
    return np.concatenate(found)


def _lapses(connection: Connection, ids: np.ndarray) -> Floats:
    """How often each account had lapsed before."""
    counted = connection.execute(
        select(lapse.c.authorization_id, func.count())
        .where(*_only(lapse.c.authorization_id, ids))
        .group_by(lapse.c.authorization_id)
    ).all()
    lapses = np.zeros(len(ids))
    if counted:
        whose, number = np.array([tuple(row) for row in counted], dtype=np.int64).T
        place, known = _places(ids, whose)
        lapses[place[known]] = number[known]
    return lapses


def _link_opened(connection: Connection, ids: np.ndarray, granted_at: Floats) -> np.ndarray:
    """Whether each seller has opened a link for the grant in force, without renewing it."""
    f = funnel_step.c
    opened = connection.execute(
        select(f.authorization_id, f.round).where(
            f.step == Step.OPENED.value, *_only(f.authorization_id, ids)
        )
    ).all()
    found = np.zeros(len(ids), dtype=bool)
    if opened:
        whose, rounds = np.array([tuple(row) for row in opened], dtype=np.int64).T
        place, known = _places(ids, whose)
        found[place[known][_rounds(granted_at[place[known]]) == rounds[known]]] = True
    return found


def _unanswered(connection: Connection, ids: np.ndarray, granted_at: Floats) -> Floats:
    """How many messages each seller has had for the grant in force since last opening a link."""
    f, m = funnel_step.c, message.c
    opened = and_(
        f.authorization_id == m.authorization_id,
        f.round == m.round,
        f.step == Step.OPENED.value,
    )
    counted = connection.execute(
        select(m.authorization_id, m.round, func.count())
        .join_from(message, funnel_step, opened, isouter=True)
        .where(
            m.state == "sent",
            m.authorization_id.is_not(None),
            or_(f.last_at.is_(None), m.sent_at > f.last_at),
            *_only(m.authorization_id, ids),
        )
        .group_by(m.authorization_id, m.round)
    ).all()
    found = np.zeros(len(ids))
    if counted:
        whose, rounds, number = np.array([tuple(row) for row in counted], dtype=np.int64).T
        place, known = _places(ids, whose)
        current = _rounds(granted_at[place[known]]) == rounds[known]
        found[place[known][current]] = number[known][current]
    return found


def _rounds(granted_at: Floats) -> Floats:
    """The rounds that grants begin, rules.casework.round_of over a column of day numbers."""
    return np.floor(np.nan_to_num(granted_at) * 86_400 + 1e-4)


def _only(column: ColumnElement, ids: np.ndarray) -> list[ColumnElement[bool]]:
    """For a page of accounts the rows of these; for many it is faster to read all."""
    return [column.in_(ids.tolist())] if len(ids) <= _PAGE else []


def _places(ids: np.ndarray, whose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each of `whose` stands among the sorted `ids`, and whether it stands there at all."""
    if not len(ids):
        return np.zeros(len(whose), dtype=np.int64), np.zeros(len(whose), dtype=bool)
    place = np.minimum(np.searchsorted(ids, whose), len(ids) - 1)
    return place, ids[place] == whose
