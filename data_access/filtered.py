"""What a filter asks for, as the search for the next accounts of an order needs it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from data_access import filtering, status_sql
from data_access.account_segments import Segment
from data_access.schema import authorization
from data_access.unindexed import unindexed
from rules.account_filter import AccountFilter
from rules.authorization import Status

_a = authorization.c

APART = {Status.VERIFYING, Status.NOT_AUTHORIZED}
"""Statuses of few accounts. By expiry, these lie at one end of the order or not in it at all."""

FEW = 1_000
"""How many accounts are worth knowing by their numbers."""


@dataclass(frozen=True)
class Filtered:
    """The conditions of a filter.

    by_index    for a statement that may enter by the indexes of the conditions
    one_by_one  for a statement that checks accounts which it has found otherwise
    wanted, as_of, bands  what the filter means; the conditions lack its statuses and when accounts
                          expire, which `within` adds for a segment
    window      the bounds of expiry by which an index may be entered; None: there is no window
    numbers     of the accounts, where the conditions name those; None: not looked for, or too many
    too_many    whether they were looked for and are too many
    """

    by_index: list[ColumnElement[bool]]
    one_by_one: list[ColumnElement[bool]]
    wanted: AccountFilter
    as_of: datetime
    bands: Sequence[int]
    window: Sequence[ColumnElement[bool]] | None = None
    numbers: Sequence[int] | None = None
    too_many: bool = False

    @classmethod
    def of(
        cls,
        connection: Connection,
        wanted: AccountFilter,
        as_of: datetime,
        bands: Sequence[int],
    ) -> "Filtered":
        """The conditions of `wanted`, without its statuses and its window of expiry."""
        whoever = replace(wanted.without_window(), statuses=())
        by_index = filtering.conditions(connection, whoever, as_of, bands)
        one_by_one = by_index
        # PostgreSQL chooses by itself, as long as it can estimate how many have the text.
        if wanted.text and connection.dialect.name == "sqlite":
            one_by_one = filtering.conditions(connection, whoever, as_of, bands, one_by_one=True)
        return cls(by_index, one_by_one, wanted, as_of, bands)

    def within(self, segment: Segment, behind_a_row: bool, backwards: bool) -> "Filtered | None":
        """The conditions for a segment, whole; None where nobody in it is meant.

        behind_a_row, backwards: where and in which direction its accounts are looked for
        """
        if self.numbers is not None and not self.numbers:
            return None
        statuses = tuple(each for each in self.wanted.statuses if each in segment.statuses)
        if self.wanted.statuses and not statuses:
            return None
        starts, ends = self._bounds(segment)
        if starts is not None and ends is not None and starts >= ends:
            return None
        lower, upper = filtering.expiring(starts, None), filtering.expiring(None, ends)
        passed: list[ColumnElement[bool]] = []
        if behind_a_row and segment.by is _a.expires_at:
            # The row itself bounds the index on that side.
            if backwards:
                upper, passed = passed, upper
            else:
                lower, passed = passed, lower
        window = [*lower, *upper]
        # Numbers are of accounts within the window.
        those = [*window, *map(unindexed, passed)] if self.numbers is None else []
        if statuses:
            those.append(status_sql.has_status(statuses, self.as_of, self.bands))
        return replace(
            self,
            by_index=[*those, *self.by_index],
            one_by_one=[*those, *self.one_by_one],
            wanted=replace(self.wanted, statuses=statuses),
            window=window if self.wanted.has_window else None,
        )

    def _bounds(self, segment: Segment) -> tuple[datetime | None, datetime | None]:
        """The window of the filter within a segment, as one range: SQLite enters an index at the
        first bound that it is given, and would go through all of the window for the few that a
        segment has of it. Without a window the segment names its own range."""
        if not self.wanted.has_window:
            return None, None
        starts, ends = self.wanted.window(self.as_of)
        return (
            max(filter(None, (starts, segment.starts)), default=None),
            min(filter(None, (ends, segment.ends)), default=None),
        )

    def by_number(self, connection: Connection) -> "Filtered":
        """The same by the numbers of the accounts, if a text is to be found and few have it."""
        if self.numbers is not None or self.too_many or not self.wanted.text:
            return self
        # Told to find all of them: for the first thousand, PostgreSQL might read the whole table.
        conditions = [*self.by_index, *filtering.expiring(*self.wanted.window(self.as_of))]
        if self.wanted.statuses:
            conditions.append(status_sql.has_status(self.wanted.statuses, self.as_of, self.bands))
        meant = select(_a.id).where(*conditions).offset(0).subquery("meant")
        first = select(meant.c.id).order_by(meant.c.id).limit(FEW + 1)
        numbers = connection.scalars(first).all()
        if len(numbers) > FEW:
            return replace(self, too_many=True)
        these = [_a.id.in_(numbers)]
        return replace(self, by_index=these, one_by_one=these, numbers=numbers)

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
