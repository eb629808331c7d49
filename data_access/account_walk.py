"""Walks along an order of accounts that an index gives, past those that a filter does not mean.

An order is a sequence of segments ("expired by what they lose", then "the rest by expiry"), each a
range of one index.

Filters have indexes and orders have indexes, and none has both. If many accounts meet the filter, a
page of them is among the next few of the order; if few do, they are quickly sorted. Which it is, is
found out by looking: among the next NEAR accounts first, then among as many as seem to be needed,
and through all that meet the filter if that is too far.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from data_access import filtering
from data_access.account_order import NOTHING, Order, Position, Segment
from data_access.account_rows import COLUMNS
from data_access.schema import authorization, seller
from data_access.unindexed import unindexed
from rules.account_filter import AccountFilter
from rules.authorization import Status

_a = authorization.c
_s = seller.c

APART = {Status.VERIFYING, Status.NOT_AUTHORIZED}
"""Statuses of few accounts, all of which lie at an end of the order by expiry, if in it at all."""

NEAR, FAR = 2_000, 16_000
"""So many accounts of an order are looked through in some milliseconds, and in some twenty."""


@dataclass(frozen=True)
class Filtered:
    """The conditions of a filter: for a statement that enters by their indexes, and for one that
    goes through some accounts one after the other.

    wanted, as_of, bands  what the filter means; `within` adds its statuses to the conditions
    """

    by_index: list[ColumnElement[bool]]
    one_by_one: list[ColumnElement[bool]]
    wanted: AccountFilter
    as_of: datetime
    bands: Sequence[int]

    @classmethod
    def of(
        cls,
        connection: Connection,
        wanted: AccountFilter,
        as_of: datetime,
        bands: Sequence[int],
    ) -> "Filtered":
        """The conditions of `wanted`."""
        whoever = replace(wanted, statuses=())
        by_index = filtering.conditions(connection, whoever, as_of, bands)
        one_by_one = by_index
        # PostgreSQL itself sees which is shorter, as long as it knows how many have the text.
        if wanted.text and connection.dialect.name == "sqlite":
            one_by_one = filtering.conditions(connection, whoever, as_of, bands, one_by_one=True)
        return cls(by_index, one_by_one, wanted, as_of, bands)

    def within(self, segment: Segment) -> "Filtered | None":
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


def walk(
    connection: Connection,
    segments: list[Segment],
    filtered: Filtered,
    start: Position | None,
    backwards: bool,
    limit: int,
) -> Iterator[tuple[int, Row]]:
    """The rows that a filter means, up to `limit`, each with the number of its segment.

    start: what they come after, None for the first in that direction
    """
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
    filtered: Filtered,
    start: Position | None,
    backwards: bool,
    limit: int,
) -> Sequence[Row]:
    """The next rows of a segment, up to `limit`."""
    order, segment = Order.of(segment, start, backwards), segment.entered_at(start)
    # PostgreSQL knows how many have what, and weighs what to enter by.
    weighs = connection.dialect.name == "postgresql"

    def rows_of(found: Select) -> Sequence[Row]:
        return connection.execute(_whole_rows(order, found)).all()

    few = filtered.few and segment.along is None and segment.by is not _a.id and not weighs
    if segment.along is not None and filtered.by_index:
        rows = rows_of(_near(order, segment, filtered, NEAR, weighs, limit))
        if len(rows) == limit:
            return rows
        few = not rows
        # Twice as far as would do if they lay evenly.
        if rows and (look := 2 * NEAR * limit // len(rows)) <= FAR:
            rows = rows_of(_near(order, segment, filtered, look, weighs, limit))
            if len(rows) == limit:
                return rows
            few = True
    return rows_of(_anywhere(order, segment, filtered, few, weighs, limit))


def _near(
    order: Order, segment: Segment, filtered: Filtered, look: int, weighs: bool, limit: int
) -> Select:
    """The first that a filter means among the next `look` accounts of a segment."""
    meant = [segment.where, *filtered.one_by_one]
    if weighs:
        # SQLite does what it is told, and asking twelve thousand one by one takes it longer.
        return order.cut_of_near(segment.along, look, meant, limit)
    near = order.cut(select(_a.id).where(segment.along), look).correlate(None)
    return order.cut(select(_a.id).where(_a.id.in_(near), *meant), limit)


def _anywhere(
    order: Order, segment: Segment, filtered: Filtered, few: bool, weighs: bool, limit: int
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
