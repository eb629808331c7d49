"""The list of accounts, a page at a time, in an order that an index gives.

An order is a sequence of segments ("expired by what they lose", then "the rest by expiry"), each a
range of one index. A page starts after the last row of the page before it (keyset), so page
10,000 costs what page 1 costs, and a row that appears meanwhile shifts nothing.
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
    literal,
    or_,
    select,
    tuple_,
)

from data_access import filtering
from data_access.database import reading
from data_access.schema import authorization, seller
from rules.account_filter import AccountFilter
from rules.authorization import DEFAULT_BANDS, Authorization, status

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


@dataclass(frozen=True)
class Segment:
    """One stretch of an order: which accounts, and the indexed column that orders them."""

    where: ColumnElement[bool]
    by: ColumnElement
    falling: bool = False


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

        Made only when asked for. A screen that draws fifty rows is faster without.
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
    segments = _segments(wanted.sort, as_of)
    from_end = cursor == LAST
    start = _Position.read(cursor, len(segments)) if cursor and not from_end else None
    backwards = from_end or (start is not None and start.backwards)
    with reading(of) as connection:
        where = filtering.conditions(connection, wanted, as_of, bands)
        found = list(_walk(connection, segments, where, start, backwards, size + 1))
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


def _segments(sort: str, as_of: datetime) -> list[Segment]:
    """The stretches of an order. Each has a range on its ordering column, so that the database
    enters the index there and never passes over the table."""
    known, unknown = _a.expires_at.is_not(None), _a.expires_at.is_(None)
    if sort == "urgency":
        here, worth_something = ~_a.paused, _a.daily_value >= 0
        refused = and_(_a.refused_at.is_not(None), _a.refused_at <= as_of)
        return [
            Segment(and_(here, _a.expires_at <= as_of, worth_something), _a.daily_value, True),
            Segment(and_(here, refused, or_(_a.expires_at > as_of, unknown)), _a.daily_value, True),
            Segment(and_(here, ~refused, _a.expires_at > as_of), _a.expires_at),
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
    }[sort]
    if column is _a.expires_at:
        return [Segment(known, column, falling), Segment(unknown, _a.id)]
    if column is _a.last_sync_at:
        return [Segment(column.is_not(None), column, falling), Segment(column.is_(None), _a.id)]
    return [Segment(column >= ("" if column is _a.seller_sort else 0), column, falling)]


def _walk(
    connection: Connection,
    segments: list[Segment],
    where: list[ColumnElement[bool]],
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
        here = start if start is not None and number == start.segment else None
        rows = connection.execute(_statement(segments[number], where, here, backwards, left)).all()
        yield from ((number, row) for row in rows)
        left -= len(rows)
        if left <= 0:
            return


def _statement(
    segment: Segment,
    where: list[ColumnElement[bool]],
    start: _Position | None,
    backwards: bool,
    limit: int,
) -> Select:
    """The rows of a page. They are found by their numbers alone: where no index gives the order,
    all that a filter means is sorted, and whole rows with their sellers would be in the way."""
    falling = segment.falling != backwards
    order = (segment.by,) if segment.by is _a.id else (segment.by, _a.id)
    found = select(_a.id).where(segment.where, *where)
    if start is not None:
        bound = (start.id,) if len(order) == 1 else (start.bound(segment.by), start.id)
        there = tuple_(*(literal(v, c.type) for v, c in zip(bound, order, strict=True)))
        here = tuple_(*order)
        found = found.where(here < there if falling else here > there)
    by = [c.desc() if falling else c.asc() for c in order]
    found = found.order_by(*by).limit(limit).subquery("found")
    return (
        select(*COLUMNS, segment.by.label("order_value"))
        .join_from(found, authorization, found.c.id == _a.id)
        .join(seller, _a.seller_id == _s.id)
        .order_by(*by)
    )


def _account(row: Row, as_of: datetime, bands: Sequence[int]) -> ListedAccount:
    return ListedAccount(*row[: len(COLUMNS)], status(facts(row), as_of, bands).value)


def facts(row: Row) -> Authorization:
    """What the status is computed from, out of a row that has COLUMNS."""
    return Authorization(
        row.granted_at, row.expires_at, row.confirmed_at, row.refused_at, row.paused
    )
