"""Finds the next accounts of an order that a filter means.

Filters have indexes and orders have indexes, and no index has both. If many accounts meet the
filter, a page of them is among the next few of the order; if few do, they are quickly found and
sorted. Looking tells which it is: among the next NEAR accounts of the order first, then among as
many as seem to be needed, and where that would be too far, among all that meet the filter.

A text is dear to find: few accounts that have one are found once, and known by their numbers then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from sqlalchemy import Connection, Row, Select, select

from data_access.account_order import Order, Position
from data_access.account_rows import COLUMNS
from data_access.account_segments import NOTHING, Segment
from data_access.filtered import Filtered
from data_access.schema import authorization, seller
from data_access.unindexed import unindexed

_a = authorization.c
_s = seller.c

NEAR, FAR = 2_000, 16_000
"""How many accounts of an order are looked through in a few milliseconds, and in about twenty."""

RARE = 6
"""So many of NEAR accounts at the most are hardly any, however long a page is."""


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
        here = start if start is not None and number == start.segment else None
        place = segment, here is not None, backwards
        within = None if segment.where is NOTHING else filtered.within(*place)
        if within is None:
            continue
        order = Order.of(segment, here, backwards)
        entered = segment.entered(here is not None, backwards, within.window)
        search = _Search(connection, order, entered, within, left)
        rows = search.near()
        if len(rows) < left:
            if search.finds_hardly_any(len(rows)):
                filtered = filtered.by_number(connection)
                within = filtered.within(*place)
                if within is None:
                    # Nobody is meant, here or in another segment.
                    return
                search = replace(search, filtered=within)
            rows = search.far(len(rows))
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

    def near(self) -> Sequence[Row]:
        """Those among the next few accounts of the order, where it is worth looking there."""
        return self._read(self._near(NEAR)) if self._looks_near else []

    def finds_hardly_any(self, near: int) -> bool:
        """Whether so few near tell that all of them may be few."""
        return self._looks_near and near <= RARE

    def far(self, near: int) -> Sequence[Row]:
        """The rows, however far; near: how many of them lie near."""
        if not self._looks_near:
            known = self.filtered.numbers or self._are_known_to_be_few
            return self._read(self._few() if known else self._any())
        if not near:
            return self._read(self._few())
        if self._reach(near) > FAR:
            return self._read(self._any())
        rows = self._read(self._near(int(self._reach(near))))
        return rows if len(rows) == self.limit else self._read(self._few())

    @property
    def _looks_near(self) -> bool:
        in_order = self.segment.along is not None
        return in_order and bool(self.filtered.by_index) and self.filtered.numbers is None

    def _reach(self, near: int) -> float:
        # If they lay evenly, half of this would do.
        return 2 * NEAR * self.limit / near if near else inf

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
