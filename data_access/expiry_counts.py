"""How many accounts expire when: the one mechanism behind counters, bands and the timeline.

The rollup knows UTC days. Questions come with boundaries of their own (now, midnights of the
viewer's zone), so the few accounts between a boundary and the nearest UTC midnight are counted from
the expiry index and moved over. The result is exact for every zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    values,
)

from data_access import filtering, rollup
from data_access.schema import UtcDateTime, authorization, expiry_day, expiry_day_detail
from rules.account_filter import AccountFilter
from rules.authorization import VERIFYING_FOR

_a = authorization.c


@dataclass(frozen=True)
class Counts:
    """The accounts of a filter by expiry day; `between` asks it with any boundaries.

    days: columns day (date, UTC; rollup.NO_EXPIRY where none is known), state, region, accounts.
    The filter's statuses and expiry window play no part: callers choose among the buckets.
    """

    days: pd.DataFrame
    wanted: AccountFilter
    as_of: datetime

    def between(self, connection: Connection, boundaries: Sequence[datetime]) -> pd.DataFrame:
        """Accounts between neighbouring boundaries.

        boundaries: rising moments. Columns returned: bucket (0 before the first boundary, k from
        boundary k-1 until boundary k; -1 where no expiry is known), state, region, accounts.
        """
        edges = [b.astimezone(UTC) for b in boundaries]
        midnights = np.array([_nearest_midnight(edge) for edge in edges], "datetime64[D]")
        days = self.days["day"].to_numpy("datetime64[D]")
        buckets = midnights.searchsorted(days, side="right")
        rough = self.days.assign(
            bucket=np.where(days == np.datetime64(rollup.NO_EXPIRY), -1, buckets)
        )
        moved = self._moves(connection, edges)
        parts = [rough[["bucket", "state", "region", "accounts"]], moved]
        return (
            pd.concat([part for part in parts if len(part)] or parts[:1])
            .groupby(["bucket", "state", "region"], as_index=False, sort=True)["accounts"]
            .sum()
            .query("accounts != 0")
            .reset_index(drop=True)
        )

    def _moves(self, connection: Connection, edges: Sequence[datetime]) -> pd.DataFrame:
        """Corrections: rows to add to one bucket and to take from its neighbour."""
        gaps = []
        for number, edge in enumerate(edges):
            midnight = _nearest_midnight(edge).replace(tzinfo=UTC)
            if midnight < edge:  # the day was counted after the boundary, its start lies before
                gaps.append((number, midnight, edge, number + 1, number))
            elif midnight > edge:
                gaps.append((number, edge, midnight, number, number + 1))
        if not gaps:
            return pd.DataFrame(columns=["bucket", "state", "region", "accounts"])
        gap = (
            values(
                Column("number", Integer),
                Column("low", UtcDateTime),
                Column("high", UtcDateTime),
                name="gap",
            )
            .data([(number, low, high) for number, low, high, _, _ in gaps])
            .cte("gap")
        )
        state = filtering.state_at(self.as_of)
        # CROSS JOIN in this order: each of the few gaps is a short range of the expiry index.
        counted = pd.DataFrame(
            connection.execute(
                select(gap.c.number, state.label("state"), _a.region, func.count())
                .select_from(gap)
                .join(
                    authorization,
                    and_(_a.expires_at >= gap.c.low, _a.expires_at < gap.c.high),
                )
                .where(*filtering.attribute_conditions(connection, self.wanted))
                .group_by(gap.c.number, state, _a.region)
            ).all(),
            columns=["number", "state", "region", "accounts"],
        )
        origin = {number: before for number, _, _, before, _ in gaps}
        target = {number: after for number, _, _, _, after in gaps}
        return pd.concat(
            [
                counted.assign(bucket=counted["number"].map(origin), accounts=-counted["accounts"]),
                counted.assign(bucket=counted["number"].map(target)),
            ]
        )[["bucket", "state", "region", "accounts"]]


def expiry_counts(connection: Connection, wanted: AccountFilter, as_of: datetime) -> Counts:
    """The accounts that `wanted` means by its attributes, by expiry day. Statuses and window of
    the filter are left to the caller, who sees them as buckets and states."""
    rows = _from_rollup(connection, wanted)
    if rows is None:
        return Counts(_from_table(connection, wanted, as_of), wanted, as_of)
    days = pd.concat([rows, _restated(connection, wanted, as_of)])
    days = days.groupby(["day", "state", "region"], as_index=False)["accounts"].sum()
    return Counts(days, wanted, as_of)


_COLUMNS = ["day", "state", "region", "accounts"]


def _from_rollup(connection: Connection, wanted: AccountFilter) -> pd.DataFrame | None:
    where = filtering.rollup_conditions(connection, wanted)
    if where is None:
        return None
    if not where:
        e = expiry_day.c
        statement = select(e.day, e.state, e.region, e.accounts)
    else:
        d = expiry_day_detail.c
        statement = (
            select(d.day, d.state, d.region, func.sum(d.accounts))
            .where(*where)
            .group_by(d.day, d.state, d.region)
        )
    return pd.DataFrame(connection.execute(statement).all(), columns=_COLUMNS)


def _from_table(connection: Connection, wanted: AccountFilter, as_of: datetime) -> pd.DataFrame:
    day = func.coalesce(rollup.utc_day(_a.expires_at), literal(rollup.NO_EXPIRY))
    key = (day.label("day"), filtering.state_at(as_of).label("state"), _a.region)
    rows = connection.execute(
        select(*key, func.count())
        .where(*filtering.attribute_conditions(connection, wanted))
        .group_by(*(literal_column(str(n)) for n in (1, 2, 3)))
    ).all()
    return pd.DataFrame(rows, columns=_COLUMNS)


def _restated(connection: Connection, wanted: AccountFilter, as_of: datetime) -> pd.DataFrame:
    """Corrections for the accounts whose state at `as_of` is not the one the rollup keeps:
    granted in the last hour or later than `as_of`, or refused later than `as_of`."""
    day = func.coalesce(rollup.utc_day(_a.expires_at), literal(rollup.NO_EXPIRY))
    kept, now = rollup.state(), filtering.state_at(as_of)
    # Two ranges, each with an index of its own.
    recent = or_(_a.granted_at > as_of - VERIFYING_FOR, _a.refused_at > as_of)
    rows = connection.execute(
        select(day.label("day"), kept.label("kept"), now.label("now"), _a.region, func.count())
        .where(recent, *filtering.attribute_conditions(connection, wanted))
        .group_by(*(literal_column(str(n)) for n in (1, 2, 3, 4)))
    ).all()
    moved = pd.DataFrame(rows, columns=["day", "kept", "now", "region", "accounts"])
    moved = moved[moved["kept"] != moved["now"]]
    return pd.concat(
        [
            moved.assign(state=moved["kept"], accounts=-moved["accounts"])[_COLUMNS],
            moved.assign(state=moved["now"])[_COLUMNS],
        ]
    )


def _nearest_midnight(moment: datetime) -> datetime:
    """The UTC midnight at most twelve hours away, without zone."""
    shifted = (moment.astimezone(UTC) + timedelta(hours=12)).replace(tzinfo=None)
    return shifted.replace(hour=0, minute=0, second=0, microsecond=0)
