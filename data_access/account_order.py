"""Places in the list of accounts, and the statements that go on from one."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, FiniteFloat, TypeAdapter
from sqlalchemy import ColumnElement, Row, Select, Subquery, literal, select, tuple_

from data_access.account_segments import Segment
from data_access.schema import authorization

_a = authorization.c

LONGEST_CURSOR = 20_000
"""Characters of a cursor: room for the longest name that a source may have, each letter of which
takes six to write."""


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
"""What a cursor may hold for each type of ordering column. Stricter than Python: a database refuses
some values that Python takes."""


class BadCursor(ValueError):
    """A cursor cannot be read, or belongs to another order: begin at the first page."""


@dataclass(frozen=True)
class Position:
    """A row of the list as the place from which a page goes on.

    segment    its number in the order
    value      what the segment is ordered by, as JSON has it: a moment is in ISO format
    backwards  whether the page lies before the row, and not after it
    """

    segment: int
    value: str | float | None
    id: int
    backwards: bool

    @classmethod
    def of(cls, found: tuple[int, Row], backwards: bool) -> "Position":
        """The place of a row that `walk` found, given with the number of its segment."""
        segment, row = found
        value = row.order_value
        return cls(
            segment,
            value.isoformat() if isinstance(value, datetime) else value,
            row.id,
            backwards,
        )

    def write(self) -> str:
        """The cursor that stands for it in an address."""
        parts = [self.segment, self.value, self.id, int(self.backwards)]
        content = json.dumps(parts, ensure_ascii=False)
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, cursor: str, segments: int) -> "Position":
        """The place that a cursor stands for.

        segments: how many the order has
        Raises BadCursor.
        """
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
        """The ordering value in the type of the column. Raises BadCursor."""
        try:
            return _BOUNDS[by.type.python_type].validate_python(self.value)
        except ValueError:
            raise BadCursor(str(self.value)[:80]) from None


@dataclass(frozen=True)
class Order:
    """How the rows of one page follow one another in a segment.

    by       what orders them, with its direction
    value    the ordering column of the segment
    falling  whether the largest comes first; of a page that is read backwards, the other way round
    after    the condition of lying behind the place where the page begins; None at the beginning
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

    def first(self, found: Select, limit: int) -> Select:
        """The first rows of a statement, from the place where the page begins."""
        return self._behind(found).order_by(*self.by).limit(limit)

    def first_of_few(self, found: Select, limit: int) -> Select:
        """The same for a statement that is known to find few: all are found, then sorted.

        A database that expects many would walk along the index of the order instead, until it has
        met enough of them. It does not look into a subquery with an offset.
        """
        few = self._behind(found).add_columns(self.value.label("value")).offset(0).subquery("few")
        return self._sorted(few, select(few.c.id), limit)

    def first_among_next(
        self, along: ColumnElement[bool], look: int, where: list[ColumnElement[bool]], limit: int
    ) -> Select:
        """The first that meet some conditions among the next `look` along the order.

        For PostgreSQL, which is made to check the conditions account by account: left alone, it
        would first find every account that meets them.
        """
        next_ones = select(_a.id, self.value.label("value")).where(along)
        near = self.first(next_ones, look).subquery("near")
        meant = select(_a.id).where(_a.id == near.c.id, *where).offset(0).correlate(near).exists()
        return self._sorted(near, select(near.c.id).where(meant), limit)

    def _sorted(self, found: Subquery, ids: Select, limit: int) -> Select:
        by = [each.desc() if self.falling else each.asc() for each in (found.c.value, found.c.id)]
        return ids.order_by(*by).limit(limit)

    def _behind(self, found: Select) -> Select:
        return found if self.after is None else found.where(self.after)
