"""Finds the next accounts of an order that a filter means.

Filters have indexes and orders have indexes, and no index has both. If many accounts meet the
filter, a page of them is among the next few of the order; if few do, they are quickly found and
sorted. Looking tells which it is: among the next NEAR accounts of the order first, then among as
many as seem to be needed, and where that would be too far, among all that meet the filter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from data_access import filtering, status_sql
from data_access.account_order import Order, Position
from data_access.account_rows import COLUMNS
from data_access.account_segments import NOTHING, Segment
from data_access.schema import authorization, seller
from data_access.unindexed import unindexed
from rules.account_filter import AccountFilter
from rules.authorization import Status

_a = authorization.c
_s = seller.c

APART = {Status.VERIFYING, Status.NOT_AUTHORIZED}
"""Statuses of few accounts. By expiry, these lie at one end of the order or not in it at all."""

NEAR, FAR = 2_000, 16_000
"""How many accounts of an order are looked through in a few milliseconds, and in about twenty."""


@dataclass(frozen=True)
class Filtered:
    """The conditions of a filter.

    by_index    for a statement that may enter by the indexes of the conditions
    one_by_one  for a statement that checks accounts which it has found otherwise
    wanted, as_of, bands  what the filter means; the conditions lack its statuses, which `within`
                          adds for a segment
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
        """The conditions of `wanted`, without its statuses."""
        whoever = replace(wanted, statuses=())
        by_index = filtering.conditions(connection, whoever, as_of, bands)
        one_by_one = by_index
        # PostgreSQL chooses by itself, as long as it can estimate how many have the text.
        if wanted.text and connection.dialect.name == "sqlite":
            one_by_one = filtering.conditions(connection, whoever, as_of, bands, one_by_one=True)
        return cls(by_index, one_by_one, wanted, as_of, bands)

    def within(self, segment: Segment) -> "Filtered | None":
        """The conditions for a segment, statuses included; None where nobody in it is meant."""
        if not self.wanted.statuses:
            return self
        statuses = tuple(each for each in self.wanted.statuses if each in segment.statuses)
        if not statuses:
            return None
        those = [status_sql.has_status(statuses, self.as_of, self.bands)]
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
        """Whether these accounts are known to be a good part of all."""
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

    start: the row that they come after; None for the first in that direction
    """
    last = len(segments) - 1
    if backwards:
        numbers = range(last if start is None else start.segment, -1, -1)
    else:
        numbers = range(0 if start is None else start.segment, last + 1)
    left = limit
    for number in numbers:
        segment = segments[number]
        within = None if segment.where is NOTHING else filtered.within(segment)
        if within is None:
            continue
        here = start if start is not None and number == start.segment else None
        order = Order.of(segment, here, backwards)
        entered = segment.entered(behind_a_row=here is not None)
        rows = _Search(connection, order, entered, within, left).rows()
        yield from ((number, row) for row in rows)
        left -= len(rows)
        if left <= 0:
            return


@dataclass(frozen=True)
class _Search:
    """The search for the next rows of one segment, up to `limit`."""

    connection: Connection
    order: Order
    segment: Segment
    filtered: Filtered
    limit: int

    def rows(self) -> Sequence[Row]:
        """The rows, near or far."""
        if self.segment.along is None or not self.filtered.by_index:
            return self._read(self._few() if self._are_known_to_be_few else self._any())
        rows = self._read(self._near(NEAR))
        if len(rows) == self.limit:
            return rows
        if not rows:
            return self._read(self._few())
        # If they lay evenly, half of this would do.
        look = 2 * NEAR * self.limit // len(rows)
        if look > FAR:
            return self._read(self._any())
        rows = self._read(self._near(look))
        return rows if len(rows) == self.limit else self._read(self._few())

    @property
    def _are_known_to_be_few(self) -> bool:
        """Told to SQLite only: PostgreSQL keeps statistics of how many have what."""
        return (
            not self._keeps_statistics
            and self.filtered.few
            and self.segment.along is None
            and self.segment.by is not _a.id
        )

    @property
    def _keeps_statistics(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    def _near(self, look: int) -> Select:
        """Those among the next `look` accounts of the segment."""
        meant = [self.segment.where, *self.filtered.one_by_one]
        if self._keeps_statistics:
            return self.order.first_among_next(self.segment.along, look, meant, self.limit)
        # SQLite does as it is told, and is slower where it checks account by account.
        next_ones = select(_a.id).where(self.segment.along)
        near = self.order.first(next_ones, look).correlate(None)
        return self.order.first(select(_a.id).where(_a.id.in_(near), *meant), self.limit)

    def _any(self) -> Select:
        """However far they lie; the database chooses the index."""
        found = select(_a.id).where(self.segment.where, *self.filtered.by_index)
        return self.order.first(found, self.limit)

    def _few(self) -> Select:
        """However far they lie, where hardly any lie near."""
        where, by_index = self.segment.where, self.filtered.by_index
        if self._keeps_statistics:
            return self.order.first_of_few(select(_a.id).where(where, *by_index), self.limit)
        if self.filtered.many:
            # Only they lie further along the order: SQLite must not sort a good part of all.
            hidden = map(unindexed, by_index)
            return self.order.first(select(_a.id).where(where, *hidden), self.limit)
        found = select(_a.id).where(unindexed(where), *by_index)
        return self.order.first_of_few(found, self.limit)

    def _read(self, ids: Select) -> Sequence[Row]:
        """The whole rows of the accounts whose ids a statement finds.

        It finds nothing but ids: where no index gives the order, everything that a filter means is
        sorted, and whole rows with their sellers would make that slow.
        """
        found = ids.subquery("found")
        whole = (
            select(*COLUMNS, self.order.value.label("order_value"))
            .join_from(found, authorization, found.c.id == _a.id)
            .join(seller, _a.seller_id == _s.id)
            .order_by(*self.order.by)
        )
        return self.connection.execute(whole).all()
