"""The list of accounts, a page at a time, in an order that an index gives.

An order is a sequence of segments ("expired by what they lose", then "the rest by expiry"), each a
range of one index. A page starts after the last row of the page before it (keyset), so page
10,000 costs what page 1 costs, and a row that appears meanwhile shifts nothing.

Filters have indexes and orders have indexes, and none has both. If many accounts meet the filter, a
page of them is among the next few of the order; if few do, they are quickly sorted. Which it is, is
found out by looking: among the next NEAR accounts first, then among as many as seem to be needed,
and through all that meet the filter if that is too far.
"""

from collections import namedtuple
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    select,
)

from data_access import filtering
from data_access.account_order import NOTHING, Order, Position, Segment, segments_of
from data_access.database import reading
from data_access.schema import authorization, seller
from data_access.unindexed import unindexed
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


APART = {Status.VERIFYING, Status.NOT_AUTHORIZED}
"""Statuses of few accounts, all of which lie at an end of the order by expiry, if in it at all."""

NEAR, FAR = 2_000, 16_000
"""So many accounts of an order are looked through in some milliseconds, and in some twenty."""


@dataclass(frozen=True)
class _Filter:
    """The conditions of a filter: for a statement that enters by their indexes, and for one that
    goes through some accounts one after the other.

    wanted, as_of, bands  what the filter means; `within` adds its statuses to the conditions
    """

    by_index: list[ColumnElement[bool]]
    one_by_one: list[ColumnElement[bool]]
    wanted: AccountFilter
    as_of: datetime
    bands: Sequence[int]

    def within(self, segment: Segment) -> "_Filter | None":
        """The same for a segment; None where nobody in it is meant."""
        if not self.wanted.statuses:
            return self
        statuses = tuple(each for each in self.wanted.statuses if each in segment.statuses)
        if not statuses:
            return None
        those = [filtering.has_status(statuses, self.as_of, self.bands)]
        return replace(
            self,
            by_index=[*those, *self.by_index],
            one_by_one=[*those, *self.one_by_one],
            wanted=replace(self.wanted, statuses=statuses),
        )

    @property
    def few(self) -> bool:
        """Whether these accounts are known to be few."""
        return bool(self.wanted.statuses) and {*self.wanted.statuses} <= APART

    @property
    def many(self) -> bool:
        """Whether they are known to be a good part of all."""
        w = self.wanted
        narrowed = w.text or w.owners or w.languages or w.plans or w.snoozed or w.contacted
        return Status.ACTIVE in w.statuses and not narrowed and w == w.without_window()


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
    segments = segments_of(wanted, as_of, bands)
    from_end = cursor == LAST
    start = Position.read(cursor, len(segments)) if cursor and not from_end else None
    backwards = from_end or (start is not None and start.backwards)
    with reading(of) as connection:
        whoever = replace(wanted, statuses=())
        by_index = filtering.conditions(connection, whoever, as_of, bands)
        one_by_one = by_index
        # PostgreSQL itself sees which is shorter, as long as it knows how many have the text.
        if wanted.text and connection.dialect.name == "sqlite":
            one_by_one = filtering.conditions(connection, whoever, as_of, bands, one_by_one=True)
        filtered = _Filter(by_index, one_by_one, wanted, as_of, bands)
        found = list(_walk(connection, segments, filtered, start, backwards, size + 1))
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_before = more if backwards else start is not None
    has_after = not from_end if backwards else more
    return Page(
        accounts=[_account(row, as_of, bands) for _, row in found],
        before=Position.of(found[0], True).write() if found and has_before else None,
        after=Position.of(found[-1], False).write() if found and has_after else None,
    )


def every_page(
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
    batch: int = 2_000,
) -> Iterator[Page]:
    """All accounts that `wanted` means, in its order, in pages of up to `batch`, none empty: for
    the export. Each once: one that is renewed meanwhile would come again further down, or moves to
    where all has been gone through and comes in the end. Raises DatabaseAway."""
    cursor = None
    known: set[int] = set()
    while True:
        page = account_page(wanted, as_of, cursor, batch, bands, of)
        new = [account for account in page.accounts if account.id not in known]
        known.update(account.id for account in new)
        if new:
            yield replace(page, accounts=new)
        if page.after is None:
            break
        cursor = page.after
    missed = _missed(known, wanted, as_of, bands, of)
    for start in range(0, len(missed), batch):
        yield Page(accounts_of(missed[start : start + batch], as_of, bands, of), None, None)


def _missed(
    known: set[int], wanted: AccountFilter, as_of: datetime, bands: Sequence[int], of: Engine | None
) -> list[int]:
    """The numbers of the accounts that are meant and not known."""
    with reading(of) as connection:
        meant = filtering.conditions(connection, wanted, as_of, bands)
        numbers = select(_a.id).where(*meant).execution_options(yield_per=20_000)
        return [number for number in connection.scalars(numbers) if number not in known]


def accounts_of(
    ids: Sequence[int],
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
) -> list[ListedAccount]:
    """Accounts by their numbers, in no order. Raises DatabaseAway."""
    rows = (
        select(*COLUMNS)
        .join_from(authorization, seller, _a.seller_id == _s.id)
        .where(_a.id.in_(ids))
    )
    with reading(of) as connection:
        return [_account(row, as_of, bands) for row in connection.execute(rows)]


def every_account(
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
    batch: int = 2_000,
) -> Iterator[pd.DataFrame]:
    """The same as frames, for whoever computes with them: columns as in ListedAccount."""
    return (page.rows for page in every_page(wanted, as_of, bands, of, batch))


def _walk(
    connection: Connection,
    segments: list[Segment],
    filtered: _Filter,
    start: Position | None,
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
        within = filtered.within(segments[number])
        if within is None:
            continue
        here = start if start is not None and number == start.segment else None
        rows = _next(connection, segments[number], within, here, backwards, left)
        yield from ((number, row) for row in rows)
        left -= len(rows)
        if left <= 0:
            return


def _next(
    connection: Connection,
    segment: Segment,
    filtered: _Filter,
    start: Position | None,
    backwards: bool,
    limit: int,
) -> Sequence[Row]:
    """The next rows of a segment, up to `limit`."""
    order = Order.of(segment, start, backwards)
    look = NEAR if segment.along is not None and filtered.by_index else None
    # PostgreSQL knows how many have what, and weighs what to enter by.
    weighs = connection.dialect.name == "postgresql"
    if filtered.few and segment.along is None and segment.by is not _a.id and not weighs:
        look = 0
    while look and look <= FAR:
        meant = [segment.where, *filtered.one_by_one]
        if weighs:
            # SQLite does what it is told, and asking twelve thousand one by one takes it longer.
            found = order.cut_of_near(segment.along, look, meant, limit)
        else:
            near = order.cut(select(_a.id).where(segment.along), look).correlate(None)
            found = order.cut(select(_a.id).where(_a.id.in_(near), *meant), limit)
        rows = connection.execute(_whole_rows(order, found)).all()
        if len(rows) == limit:
            return rows
        # Twice as far as would do if they lay evenly; 0 where there are too few for that.
        look = 2 * look * limit // len(rows) if rows and look == NEAR else 0
    rest = _cut(order, segment, filtered, look == 0, weighs, limit)
    return connection.execute(_whole_rows(order, rest)).all()


def _cut(
    order: Order, segment: Segment, filtered: _Filter, few: bool, weighs: bool, limit: int
) -> Select:
    """The first of a segment that a filter means, however far they lie.

    few     hardly any of them lie near
    weighs  the database knows what to enter by
    """
    numbers = select(_a.id)
    if not few or weighs:
        found = numbers.where(segment.where, *filtered.by_index)
        return order.cut_of_few(found, limit) if few else order.cut(found, limit)
    if filtered.many:
        hidden = map(unindexed, filtered.by_index)
        return order.cut(numbers.where(segment.where, *hidden), limit)
    found = numbers.where(unindexed(segment.where), *filtered.by_index)
    return order.cut_of_few(found, limit)


def _whole_rows(order: Order, found: Select) -> Select:
    """The rows whose numbers a statement finds. The numbers are found alone: where no index
    gives the order, all that a filter means is sorted, and whole rows with their sellers would
    be in the way."""
    numbers = found.subquery("found")
    return (
        select(*COLUMNS, order.value.label("order_value"))
        .join_from(numbers, authorization, numbers.c.id == _a.id)
        .join(seller, _a.seller_id == _s.id)
        .order_by(*order.by)
    )


def _account(row: Row, as_of: datetime, bands: Sequence[int]) -> ListedAccount:
    return ListedAccount(*row[: len(COLUMNS)], status(facts(row), as_of, bands).value)


def facts(row: Row) -> Authorization:
    """What the status is computed from, out of a row that has COLUMNS."""
    return Authorization(
        row.granted_at, row.expires_at, row.confirmed_at, row.refused_at, row.paused
    )
