"""The orders of the list of accounts, as the segments that they consist of.

An order is a sequence of segments ("the expired by what they lose", then "the refused likewise",
...). The accounts of a segment lie one after the other in one index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, true

from data_access import status_sql
from data_access.schema import authorization
from data_access.unindexed import unindexed
from rules.account_filter import AccountFilter
from rules.authorization import Status
from rules.days import end_of_days_left, later

_a = authorization.c

NOTHING = false()
"""The condition of a segment in which no account can lie."""

ANY_NAME, ANY_VALUE = _a.seller_sort >= "", _a.daily_value >= 0
"""True of every account. A database enters an index only where a condition is about its column."""

_BY_COLUMN = {
    "expiry": (_a.expires_at, False),
    "-expiry": (_a.expires_at, True),
    "name": (_a.seller_sort, False),
    "-name": (_a.seller_sort, True),
    "-value": (_a.daily_value, True),
    "last_sync": (_a.last_sync_at, False),
    "-last_sync": (_a.last_sync_at, True),
}
"""The orders by one column: which one, and whether it falls."""


@dataclass(frozen=True)
class Segment:
    """A part of an order.

    where     which accounts belong to it, whenever they expire
    by        the indexed column that orders them
    falling   whether the largest comes first
    along     the range of that index in which they lie; None where they are few, or where the
              conditions name that range already
    expiring  what is true of the expiries of its accounts; a window of the filter contains it
    starts, ends  the same as [starts, ends), as far as a window may reach beyond it
    statuses  those that an account of the segment can have
    is_whole  whether `along` is the whole index: true of every account
    """

    where: ColumnElement[bool]
    by: ColumnElement
    falling: bool = False
    along: ColumnElement[bool] | None = None
    expiring: ColumnElement[bool] = true()
    starts: datetime | None = None
    ends: datetime | None = None
    statuses: frozenset[Status] = frozenset(Status)
    is_whole: bool = False

    def entered(
        self, behind_a_row: bool, backwards: bool, window: Sequence[ColumnElement[bool]] | None
    ) -> "Segment":
        """The same segment with one beginning of the range to be read, and not two.

        SQLite enters an index at the first lower bound that it is given. A page that begins behind
        a row has that row as its bound; beside it, the one of the whole index would send SQLite to
        the end of the index. A window of expiry has its own.

        window: the bounds of the filter within this segment, which it checks itself; None: it has
        no window
        """
        by_expiry = self.by is _a.expires_at
        if window is not None:
            along = and_(true(), *window) if by_expiry and self.along is not None else self.along
            segment = replace(self, along=along)
        else:
            is_behind = by_expiry and behind_a_row and not backwards
            expiring = unindexed(self.expiring) if is_behind else self.expiring
            segment = replace(self, where=and_(self.where, expiring))
        if not self.is_whole:
            return segment
        if behind_a_row:
            return replace(segment, along=true())
        return replace(segment, where=and_(segment.where, segment.along))


def segments_of(wanted: AccountFilter, as_of: datetime, bands: Sequence[int]) -> list[Segment]:
    """The segments of the order that a filter asks for.

    Each names a range of its ordering column, so that the database enters the index there and
    never reads the whole table.
    """
    soonest = None
    if {*wanted.statuses} == {Status.ACTIVE}:
        # The condition of this status allows for an unknown expiry, which enters no index.
        soonest = end_of_days_left(as_of, max(bands))
    known = _a.expires_at.is_not(None) if soonest is None else _a.expires_at >= soonest
    unknown = NOTHING if wanted.has_window else _a.expires_at.is_(None)
    by_expiry_alone = wanted.attributes().is_empty
    if wanted.sort == "urgency":
        return _by_urgency(as_of, soonest, unknown, by_expiry_alone)
    column, falling = _BY_COLUMN[wanted.sort]
    if column is _a.expires_at:
        along = None if by_expiry_alone else known
        return [
            Segment(true(), column, falling, along, expiring=known, starts=soonest),
            Segment(unknown, _a.id),
        ]
    if column is _a.last_sync_at:
        synced = column.is_not(None)
        return [Segment(synced, column, falling, synced), Segment(column.is_(None), _a.id)]
    every = ANY_NAME if column is _a.seller_sort else ANY_VALUE
    return [Segment(true(), column, falling, every, is_whole=True)]


def _by_urgency(
    as_of: datetime,
    soonest: datetime | None,
    unknown: ColumnElement[bool],
    by_expiry_alone: bool,
) -> list[Segment]:
    """The expired by what they lose, the refused likewise, the rest by expiry, the paused last.

    soonest: when the first of the rest expires, where more is known than that they have not expired
    """
    here = ~_a.paused
    # What expires at `as_of` has expired.
    now = later(as_of, datetime.resolution)
    begins = soonest or now
    ahead = _a.expires_at >= begins
    refused = status_sql.refused(as_of)
    rest = frozenset({Status.EXPIRING, Status.ACTIVE, Status.VERIFYING, Status.NOT_AUTHORIZED})
    return [
        Segment(
            here,
            _a.daily_value,
            falling=True,
            along=ANY_VALUE,
            expiring=_a.expires_at <= as_of,
            ends=now,
            statuses=frozenset({Status.EXPIRED, Status.NOT_AUTHORIZED}),
            is_whole=True,
        ),
        Segment(
            and_(here, refused, status_sql.unexpired(as_of)),
            _a.daily_value,
            falling=True,
            statuses=frozenset({Status.REFUSED, Status.NOT_AUTHORIZED}),
        ),
        Segment(
            and_(here, ~refused),
            _a.expires_at,
            along=None if by_expiry_alone else ahead,
            expiring=ahead,
            starts=begins,
            statuses=rest,
        ),
        Segment(
            NOTHING if unknown is NOTHING else and_(here, ~refused, unknown),
            _a.id,
            statuses=rest,
        ),
        Segment(_a.paused, _a.id, statuses=frozenset({Status.PAUSED})),
    ]
