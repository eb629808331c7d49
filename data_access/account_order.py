"""The orders of the list of accounts: which stretches each has, and the places in them where a page
begins and ends."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, FiniteFloat, TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    false,
    literal,
    select,
    true,
    tuple_,
)

from data_access import filtering
from data_access.schema import authorization
from rules.account_filter import AccountFilter
from rules.authorization import Status
from rules.days import end_of_days_left

_a = authorization.c

NOTHING = false()

LONGEST_CURSOR = 20_000
"""It may hold the longest name that a source may have, each letter of which takes six to write."""


@dataclass(frozen=True)
class Segment:
    """One stretch of an order.

    where  which accounts
    by     the indexed column that orders them
    along  the range of that index that they lie in; None where they are few or in its order anyway
    statuses  those that an account in it can have
    is_whole  whether `along` is all of the index, and said only so that it is entered
    """

    where: ColumnElement[bool]
    by: ColumnElement
    falling: bool = False
    along: ColumnElement[bool] | None = None
    statuses: frozenset[Status] = frozenset(Status)
    is_whole: bool = False

    def entered_at(self, start: "Position | None") -> "Segment":
        """The same for a page that begins at `start`: there the index is entered, and of two
        beginnings SQLite would take the first of all."""
        if not self.is_whole:
            return self
        if start is not None:
            return replace(self, along=true())
        return replace(self, where=and_(self.where, self.along))


_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_Whole = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
_Text = Annotated[str, Field(strict=True, pattern=r"^[^\x00]*$")]
_WRITTEN = TypeAdapter(tuple[_Whole, _Text | FiniteFloat | None, _Whole, Literal[0, 1]])
_BOUNDS = {
    datetime: TypeAdapter(
        Annotated[
            AwareDatetime,
            # As it is written: a number would count as seconds since 1970.
            BeforeValidator(lambda value: datetime.fromisoformat(str(value))),
            Field(ge=_FIRST, le=_LAST),
        ]
    ),
    str: TypeAdapter(_Text),
    float: TypeAdapter(Annotated[FiniteFloat, Field(strict=True)]),
}
"""What a cursor may hold, by the types of the columns that order the list: databases refuse more
than Python does."""


class BadCursor(ValueError):
    """The page of a URL cannot be read, or belongs to another order; begin at the first page."""


@dataclass(frozen=True)
class Position:
    """A row of the list as a place to go on from: segment, ordering value, id, direction."""

    segment: int
    value: str | float | None
    id: int
    backwards: bool

    @classmethod
    def of(cls, found: tuple[int, Row], backwards: bool) -> "Position":
        """The place of a row, found in the segment of that number."""
        segment, row = found
        value = row.order_value
        return cls(
            segment,
            value.isoformat() if isinstance(value, datetime) else value,
            row.id,
            backwards,
        )

    def write(self) -> str:
        """The cursor that an address has for it."""
        parts = [self.segment, self.value, self.id, int(self.backwards)]
        content = json.dumps(parts, ensure_ascii=False)
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str, segments: int) -> "Position":
        """The place that a cursor of an order of so many segments stands for. Raises BadCursor."""
        try:
            cursor = cursor[:LONGEST_CURSOR]
            padded = cursor + "=" * (-len(cursor) % 4)
            content = base64.b64decode(padded, altchars=b"-_", validate=True)
            segment, value, identity, backwards = _WRITTEN.validate_json(content)
        except (ValueError, binascii.Error):
            raise BadCursor(cursor[:80]) from None
        if segment >= segments:
            raise BadCursor(cursor[:80])
        return cls(segment, value, identity, bool(backwards))

    def bound(self, by: ColumnElement) -> object:
        """The ordering value as the column's own type. Raises BadCursor."""
        try:
            return _BOUNDS[by.type.python_type].validate_python(self.value)
        except ValueError:
            raise BadCursor(str(self.value)[:80]) from None


def segments_of(wanted: AccountFilter, as_of: datetime, bands: Sequence[int]) -> list[Segment]:
    """The stretches of an order. Each has a range on its ordering column, so that the database
    enters the index there and never passes over the table."""
    known, unknown = _a.expires_at.is_not(None), _a.expires_at.is_(None)
    if {*wanted.statuses} == {Status.ACTIVE}:
        # The condition of the status leaves room for an unknown expiry, and no index is entered.
        known = _a.expires_at >= end_of_days_left(as_of, max(bands))
    by_expiry_alone = wanted.attributes().is_empty
    if wanted.sort == "urgency":
        return _by_urgency(wanted, as_of, known, by_expiry_alone)
    column, falling = {
        "expiry": (_a.expires_at, False),
        "-expiry": (_a.expires_at, True),
        "name": (_a.seller_sort, False),
        "-name": (_a.seller_sort, True),
        "-value": (_a.daily_value, True),
        "last_sync": (_a.last_sync_at, False),
        "-last_sync": (_a.last_sync_at, True),
    }[wanted.sort]
    if column is _a.expires_at:
        along = None if by_expiry_alone else known
        return [Segment(known, column, falling, along), Segment(unknown, _a.id)]
    if column is _a.last_sync_at:
        synced = column.is_not(None)
        return [Segment(synced, column, falling, synced), Segment(column.is_(None), _a.id)]
    every = column >= ("" if column is _a.seller_sort else 0)
    return [Segment(true(), column, falling, every, is_whole=True)]


def _by_urgency(
    wanted: AccountFilter, as_of: datetime, known: ColumnElement[bool], by_expiry_alone: bool
) -> list[Segment]:
    """The expired by what they lose, the refused likewise, the rest by expiry, the paused last."""
    here, worth_something = ~_a.paused, _a.daily_value >= 0
    later = and_(known, _a.expires_at > as_of)
    refused = filtering.refused(as_of)
    starts, _ = wanted.window(as_of)
    in_time = starts is None or starts <= as_of
    ahead = frozenset({Status.EXPIRING, Status.ACTIVE, Status.VERIFYING, Status.NOT_AUTHORIZED})
    return [
        Segment(
            and_(here, _a.expires_at <= as_of) if in_time else NOTHING,
            _a.daily_value,
            falling=True,
            along=worth_something,
            statuses=frozenset({Status.EXPIRED, Status.NOT_AUTHORIZED}),
            is_whole=True,
        ),
        Segment(
            and_(here, refused, filtering.unexpired(as_of)),
            _a.daily_value,
            falling=True,
            statuses=frozenset({Status.REFUSED, Status.NOT_AUTHORIZED}),
        ),
        Segment(
            and_(here, ~refused, later),
            _a.expires_at,
            along=None if by_expiry_alone else later,
            statuses=ahead,
        ),
        Segment(and_(here, ~refused, _a.expires_at.is_(None)), _a.id, statuses=ahead),
        Segment(_a.paused, _a.id, statuses=frozenset({Status.PAUSED})),
    ]


@dataclass(frozen=True)
class Order:
    """How the rows of a page follow one another.

    by     what orders them, with its direction
    value  the ordering column of the segment
    falling  whether that is down
    after  the condition of lying behind the place where the page begins; None at the beginning
    """

    by: list[ColumnElement]
    value: ColumnElement
    falling: bool
    after: ColumnElement[bool] | None

    @classmethod
    def of(cls, segment: Segment, start: Position | None, backwards: bool) -> "Order":
        """The order of a segment from `start` on. Raises BadCursor."""
        falling = segment.falling != backwards
        columns = (segment.by,) if segment.by is _a.id else (segment.by, _a.id)
        after = None
        if start is not None:
            bound = (start.id,) if len(columns) == 1 else (start.bound(segment.by), start.id)
            there = tuple_(*(literal(v, c.type) for v, c in zip(bound, columns, strict=True)))
            here = tuple_(*columns)
            after = here < there if falling else here > there
        by = [c.desc() if falling else c.asc() for c in columns]
        return cls(by, segment.by, falling, after)

    def cut(self, found: Select, limit: int) -> Select:
        """The first of what a statement finds, from the place on where the page begins."""
        return self._behind(found).order_by(*self.by).limit(limit)

    def cut_of_few(self, found: Select, limit: int) -> Select:
        """The same where these are known to be few. A database that takes more of them for granted
        would rather pass along the index of the order until it has met enough; none looks into a
        part with an offset."""
        few = self._behind(found).add_columns(self.value.label("value")).offset(0).subquery("few")
        return self._first_of(few, select(few.c.id), limit)

    def cut_of_near(
        self, along: ColumnElement[bool], look: int, where: list[ColumnElement[bool]], limit: int
    ) -> Select:
        """The first of the next `look` along the order of which some conditions hold, for
        PostgreSQL: each of them is asked for itself, where it would rather find all of which the
        conditions hold."""
        next_ones = select(_a.id, self.value.label("value")).where(along)
        near = self.cut(next_ones, look).subquery("near")
        meant = select(_a.id).where(_a.id == near.c.id, *where).offset(0).correlate(near).exists()
        return self._first_of(near, select(near.c.id).where(meant), limit)

    def _first_of(self, found: Subquery, those: Select, limit: int) -> Select:
        by = [each.desc() if self.falling else each.asc() for each in (found.c.value, found.c.id)]
        return those.order_by(*by).limit(limit)

    def _behind(self, found: Select) -> Select:
        return found if self.after is None else found.where(self.after)
