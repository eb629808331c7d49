"""The list of accounts, a page at a time, in an order that an index gives.

An order is a sequence of segments ("expired by what they lose", then "the rest by expiry"), each a
range of one index. A page starts after the last row of the page before it (keyset), so page
10,000 costs what page 1 costs, and a row that appears meanwhile shifts nothing.

A filter has an index of its own, and no index has both. If many accounts meet the filter, a page of
them is among the next few of the order; if few do, they are quickly sorted. Which it is, is found
out by looking: among the next NEAR accounts first, then among as many as seem to be needed, and
through all that meet the filter if that is too far.
"""

import base64
import binascii
import json
from collections import namedtuple
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    false,
    literal,
    or_,
    select,
    tuple_,
)

from data_access import filtering
from data_access.database import reading
from data_access.schema import authorization, seller
from rules.account_filter import AccountFilter
from rules.authorization import DEFAULT_BANDS, Authorization, Status, status

_a = authorization.c
_s = seller.c

COLUMNS = (
    _a.id,
    _a.seller_id,
    _a.seller_name,
    _a.application_id,
    _a.selling_partner_id,
    _a.region,
    _a.country,
    _a.partner_kind,
    _a.plan,
    _a.marketplaces,
    _a.home_marketplace,
    _a.granted_at,
    _a.expires_at,
    _a.expiry_source,
    _a.confirmed_at,
    _a.refused_at,
    _a.refusal,
    _a.last_sync_at,
    _a.paused,
    _a.paused_reason,
    _a.owner,
    _a.language,
    _a.daily_value,
    _s.customer_number,
    _s.contact,
    _s.email,
    _s.phone,
    _s.shop,
    _s.shop_url,
    _s.time_zone,
)
"""What the list, the export and a notebook get; refresh tokens are in another table."""


ListedAccount = namedtuple("ListedAccount", [*(column.name for column in COLUMNS), "status"])
"""One row of the list: COLUMNS and `status`, the value of rules.authorization.Status."""

LAST = "last"
"""The cursor of the last page of every order."""


NEAR, FAR = 2_000, 16_000
"""So many accounts of an order are looked through in some milliseconds, and in some twenty."""

NOTHING = false()


@dataclass(frozen=True)
class Segment:
    """One stretch of an order.

    where  which accounts
    by     the indexed column that orders them
    along  the range of that index that they lie in; None where they are few or in its order anyway
    """

    where: ColumnElement[bool]
    by: ColumnElement
    falling: bool = False
    along: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class _Filter:
    """The conditions of a filter: for a statement that enters by their indexes, and for one that
    goes through some accounts one after the other."""

    by_index: list[ColumnElement[bool]]
    one_by_one: list[ColumnElement[bool]]


@dataclass(frozen=True)
class Page:
    """Rows of the list with where to go from here.

    accounts  one a row
    before    cursor of the page before, None on the first
    after     cursor of the next page, None on the last
    """

    accounts: list[ListedAccount]
    before: str | None
    after: str | None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The same as a frame, for whoever computes with it: columns as in ListedAccount.

        Made only when asked for. A screen that draws them in words is faster without.
        """
        return pd.DataFrame(self.accounts, columns=ListedAccount._fields)


class BadCursor(ValueError):
    """The page of a URL cannot be read, or belongs to another order; begin at the first page."""


def account_page(
    wanted: AccountFilter,
    as_of: datetime,
    cursor: str | None = None,
    size: int = 50,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
) -> Page:
    """A page of the accounts that `wanted` means, in its order.

    cursor: `before` or `after` of a page of the same order; None for the first page, LAST for
    the last, which is as long as the others.
    Raises BadCursor, DatabaseAway.
    """
    segments = _segments(wanted, as_of)
    from_end = cursor == LAST
    start = _Position.read(cursor, len(segments)) if cursor and not from_end else None
    backwards = from_end or (start is not None and start.backwards)
    with reading(of) as connection:
        by_index = filtering.conditions(connection, wanted, as_of, bands)
        one_by_one = by_index
        if wanted.text:
            one_by_one = filtering.conditions(connection, wanted, as_of, bands, one_by_one=True)
        filtered = _Filter(by_index, one_by_one)
        found = list(_walk(connection, segments, filtered, start, backwards, size + 1))
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_before = more if backwards else start is not None
    has_after = not from_end if backwards else more
    return Page(
        accounts=[_account(row, as_of, bands) for _, row in found],
        before=_Position.of(found[0], True).write() if found and has_before else None,
        after=_Position.of(found[-1], False).write() if found and has_after else None,
    )


def every_account(
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
    batch: int = 2_000,
) -> Iterator[pd.DataFrame]:
    """All accounts that `wanted` means, in its order, in frames of up to `batch` rows: for the
    export. Raises DatabaseAway."""
    cursor = None
    while True:
        page = account_page(wanted, as_of, cursor, batch, bands, of)
        if page.accounts:
            yield page.rows
        if page.after is None:
            return
        cursor = page.after


@dataclass(frozen=True)
class _Position:
    """A row of the list as a place to go on from: segment, ordering value, id, direction."""

    segment: int
    value: str | float | None
    id: int
    backwards: bool

    @classmethod
    def of(cls, found: tuple[int, Row], backwards: bool) -> "_Position":
        segment, row = found
        value = row.order_value
        return cls(
            segment,
            value.isoformat() if isinstance(value, datetime) else value,
            row.id,
            backwards,
        )

    def write(self) -> str:
        content = json.dumps([self.segment, self.value, self.id, int(self.backwards)])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str, segments: int) -> "_Position":
        try:
            padded = cursor[:2_000] + "=" * (-len(cursor[:2_000]) % 4)
            segment, value, identity, backwards = json.loads(
                base64.b64decode(padded, altchars=b"-_", validate=True)
            )
        except (ValueError, binascii.Error, RecursionError):
            raise BadCursor(cursor[:80]) from None
        position = cls(segment, value, identity, bool(backwards))
        whole = isinstance(segment, int) and isinstance(identity, int)
        if not whole or not 0 <= segment < segments or not 0 <= identity < 2**63:
            raise BadCursor(cursor[:80])
        return position

    def bound(self, by: ColumnElement) -> object:
        """The ordering value as the column's own type."""
        try:
            if by.type.python_type is datetime:
                return datetime.fromisoformat(str(self.value))
            return by.type.python_type(self.value)
        except (TypeError, ValueError):
            raise BadCursor(str(self.value)[:80]) from None


def _segments(wanted: AccountFilter, as_of: datetime) -> list[Segment]:
    """The stretches of an order. Each has a range on its ordering column, so that the database
    enters the index there and never passes over the table."""
    known, unknown = _a.expires_at.is_not(None), _a.expires_at.is_(None)
    by_expiry_alone = wanted.attributes().is_empty
    if wanted.sort == "urgency":
        here, worth_something, later = ~_a.paused, _a.daily_value >= 0, _a.expires_at > as_of
        lapsed = and_(here, _a.expires_at <= as_of, worth_something)
        refused = and_(_a.refused_at.is_not(None), _a.refused_at <= as_of)
        return [
            Segment(
                lapsed if _may_have_lapsed(wanted, as_of) else NOTHING,
                _a.daily_value,
                True,
                worth_something,
            ),
            Segment(and_(here, refused, or_(later, unknown)), _a.daily_value, True),
            Segment(
                and_(here, ~refused, later),
                _a.expires_at,
                along=None if by_expiry_alone else later,
            ),
            Segment(and_(here, ~refused, unknown), _a.id),
            Segment(_a.paused, _a.id),
        ]
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
    return [Segment(every, column, falling, every)]


def _may_have_lapsed(wanted: AccountFilter, as_of: datetime) -> bool:
    """Whether an account that the filter means can have reached its expiry."""
    starts, _ = wanted.window(as_of)
    statuses = {*wanted.statuses} or {Status.EXPIRED}
    in_time = starts is None or starts <= as_of
    return in_time and bool(statuses & {Status.EXPIRED, Status.NOT_AUTHORIZED})


def _walk(
    connection: Connection,
    segments: list[Segment],
    filtered: _Filter,
    start: _Position | None,
    backwards: bool,
    limit: int,
) -> Iterator[tuple[int, Row]]:
    last = len(segments) - 1
    if backwards:
        numbers = range(last if start is None else start.segment, -1, -1)
    else:
        numbers = range(0 if start is None else start.segment, last + 1)
    left = limit
    for number in numbers:
        if segments[number].where is NOTHING:
            continue
        here = start if start is not None and number == start.segment else None
        rows = _next(connection, segments[number], filtered, here, backwards, left)
        yield from ((number, row) for row in rows)
        left -= len(rows)
        if left <= 0:
            return


def _next(
    connection: Connection,
    segment: Segment,
    filtered: _Filter,
    start: _Position | None,
    backwards: bool,
    limit: int,
) -> Sequence[Row]:
    """The next rows of a segment, up to `limit`."""
    order = _Order.of(segment, start, backwards)
    look = NEAR if segment.along is not None and filtered.by_index else 0
    while 0 < look <= FAR:
        near = order.cut(select(_a.id).where(segment.along), look).correlate(None)
        among = select(_a.id).where(_a.id.in_(near), segment.where, *filtered.one_by_one)
        rows = connection.execute(order.whole_rows(order.cut(among, limit))).all()
        if len(rows) == limit:
            return rows
        # Twice as far as would do if they lay evenly.
        look = 2 * look * limit // len(rows) if rows and look == NEAR else 0
    found = select(_a.id).where(segment.where, *filtered.by_index)
    return connection.execute(order.whole_rows(order.cut(found, limit))).all()


@dataclass(frozen=True)
class _Order:
    """How the rows of a page follow one another.

    by     what orders them, with its direction
    value  the ordering column of the segment
    after  the condition of lying behind the place where the page begins; None at the beginning
    """

    by: list[ColumnElement]
    value: ColumnElement
    after: ColumnElement[bool] | None

    @classmethod
    def of(cls, segment: Segment, start: _Position | None, backwards: bool) -> "_Order":
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
        return cls(by, segment.by, after)

    def cut(self, found: Select, limit: int) -> Select:
        """The first of what a statement finds, from the place on where the page begins."""
        if self.after is not None:
            found = found.where(self.after)
        return found.order_by(*self.by).limit(limit)

    def whole_rows(self, found: Select) -> Select:
        """The rows whose numbers a statement finds. The numbers are found alone: where no index
        gives the order, all that a filter means is sorted, and whole rows with their sellers would
        be in the way."""
        numbers = found.subquery("found")
        return (
            select(*COLUMNS, self.value.label("order_value"))
            .join_from(numbers, authorization, numbers.c.id == _a.id)
            .join(seller, _a.seller_id == _s.id)
            .order_by(*self.by)
        )


def _account(row: Row, as_of: datetime, bands: Sequence[int]) -> ListedAccount:
    return ListedAccount(*row[: len(COLUMNS)], status(facts(row), as_of, bands).value)


def facts(row: Row) -> Authorization:
    """What the status is computed from, out of a row that has COLUMNS."""
    return Authorization(
        row.granted_at, row.expires_at, row.confirmed_at, row.refused_at, row.paused
    )
