"""The accounts that expire between a boundary and the UTC midnight nearest to it.

A timeline in days has some hundred boundaries, each with a gap of up to twelve hours to its
midnight. The whole hours of a gap are counted by the rollup; only the rest of an hour is counted
from the accounts.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Select,
    TableValuedAlias,
    and_,
    bindparam,
    cast,
    func,
    select,
    true,
)
from sqlalchemy.dialects import postgresql

from data_access import filtering, status_sql
from data_access.restated import Restated
from data_access.schema import UtcDateTime, authorization, expiry_hour

HOUR = timedelta(hours=1)
GAPS = "gaps"
_a = authorization.c
_h = expiry_hour.c


class Gap(NamedTuple):
    """The time between a boundary and its midnight: from `low` until before `high`, in UTC.

    number  which boundary, counted from 0
    early   whether the midnight comes before the boundary
    """

    number: int
    low: datetime
    high: datetime
    early: bool


InGap = tuple[Gap, str, str, int]
"""A gap, a state, a region, and how many accounts of these expire in the gap."""


def nearest_midnight(moment: datetime) -> date:
    """The UTC day whose midnight is at most twelve hours away."""
    return (moment.astimezone(UTC) + timedelta(hours=12)).date()


def gaps_of(edges: Sequence[datetime]) -> list[Gap]:
    """The gaps of boundaries (moments in UTC), where there are any."""
    found = []
    for number, edge in enumerate(edges):
        start = datetime.combine(nearest_midnight(edge), time.min, UTC)
        if start != edge:
            found.append(Gap(number, min(start, edge), max(start, edge), start < edge))
    return found


def without_whole_hours(gaps: Sequence[Gap]) -> list[Gap]:
    """The part of each gap that is less than an hour; a gap of whole hours alone has none."""
    left = []
    for gap in gaps:
        first, after = _whole_hours(gap)
        # One of the two ends is a midnight.
        if first >= after:
            left.append(gap)
        elif gap.low < first:
            left.append(gap._replace(high=first))
        elif after < gap.high:
            left.append(gap._replace(low=after))
    return left


def in_whole_hours(
    connection: Connection,
    gaps: Sequence[Gap],
    regions: Sequence[str],
    restated: Sequence[Restated],
) -> Iterator[InGap]:
    """The accounts that expire in the whole hours of a gap, as the rollup counts them.

    regions   only these; all if empty
    restated  the accounts of the same filter that the rollup counts under another state
    """
    lying: defaultdict[str, list[Gap]] = defaultdict(list)
    for gap in gaps:
        first, after = _whole_hours(gap)
        for n in range((after - first) // HOUR):
            lying[(first + n * HOUR).isoformat(" ")[:13]].append(gap)
    if not lying:
        return
    counted = select(_h.hour, _h.state, _h.region, _h.accounts).where(_h.hour.in_(list(lying)))
    if regions:
        counted = counted.where(_h.region.in_(regions))
    for hour, state, region, accounts in connection.execute(counted).all():
        yield from ((gap, state, region, accounts) for gap in lying[hour])
    for each in restated:
        for gap in lying.get(each.hour, ()):
            yield gap, each.kept, each.region, -each.accounts
            yield gap, each.now, each.region, each.accounts


def in_gaps(
    connection: Connection,
    gaps: Sequence[Gap],
    where: Sequence[ColumnElement[bool]],
    as_of: datetime,
    many: bool,
    by_text: bool,
) -> Iterator[InGap]:
    """The accounts that expire in a gap and meet some conditions, counted one by one.

    many     so many meet the conditions that a gap is narrower than these are
    by_text  a text is searched for, which more accounts contain than meet all conditions
    """
    if not gaps:
        return
    name = connection.dialect.name
    if many and name == "postgresql":
        statement = _gap_by_gap(where)
    elif by_text and not many and name == "sqlite":
        statement = _among_few(where)
    else:
        statement = _in_gaps(name)
        statement = statement.where(*where) if where else statement
    asked = status_sql.given(as_of) | {GAPS: _written(connection.dialect, gaps)}
    numbered = {gap.number: gap for gap in gaps}
    for number, state, region, accounts in connection.execute(statement, asked):
        yield numbered[number], state, region, accounts


def _whole_hours(gap: Gap) -> tuple[datetime, datetime]:
    """Where the first whole hour of a gap begins, and where the last one ends."""
    first = gap.low.replace(minute=0, second=0, microsecond=0)
    after = gap.high.replace(minute=0, second=0, microsecond=0)
    return first if first == gap.low else first + HOUR, after


# Built once: SQLAlchemy takes longer to build it than SQLite to answer.
@cache
def _in_gaps(dialect: str) -> Select:
    """How many accounts of each state and region expire in each of GAPS.

    The gaps are one parameter, however many they are: with VALUES each number of them would be
    another statement.
    """
    row, number, low, high = _sqlite_gaps() if dialect == "sqlite" else _postgresql_gaps()
    return (
        select(number, status_sql.state_at_given().label("state"), _a.region, func.count())
        .select_from(row)
        .join(authorization, and_(_a.expires_at >= low, _a.expires_at < high))
        .group_by(*filtering.ordinals(3))
    )


def _gap_by_gap(where: Sequence[ColumnElement[bool]]) -> Select:
    """The same for PostgreSQL, which would compare every account with every gap: a lateral subquery
    per gap goes along the expiry index."""
    row, number, low, high = _postgresql_gaps()
    counted = (
        select(
            status_sql.state_at_given().label("state"), _a.region, func.count().label("accounts")
        )
        .where(_a.expires_at >= low, _a.expires_at < high, *where)
        .group_by(*filtering.ordinals(2))
        .lateral("counted")
    )
    return select(number, counted.c.state, counted.c.region, counted.c.accounts).select_from(
        row.join(counted, true())
    )


def _among_few(where: Sequence[ColumnElement[bool]]) -> Select:
    """The same for SQLite, which would search the text again for each gap.

    The offset keeps SQLite from merging the subquery into the rest, so the text is searched once
    and what it finds is compared with the gaps.
    """
    row, number, low, high = _sqlite_gaps()
    found = select(_a.expires_at, status_sql.state_at_given().label("state"), _a.region)
    few = found.where(*where).offset(0).subquery("few")
    return (
        select(number, few.c.state, few.c.region, func.count())
        .select_from(few)
        .join(row, and_(few.c.expires_at >= low, few.c.expires_at < high))
        .group_by(*filtering.ordinals(3))
    )


def _sqlite_gaps() -> tuple[TableValuedAlias, ColumnElement, ColumnElement, ColumnElement]:
    """The GAPS as a table, with their number, beginning and end."""
    row = func.json_each(bindparam(GAPS)).table_valued("value", name="gap")
    number, low, high = (func.json_extract(row.c.value, f"$[{n}]") for n in range(3))
    return row, number, low, high


def _postgresql_gaps() -> tuple[TableValuedAlias, ColumnElement, ColumnElement, ColumnElement]:
    """The same on PostgreSQL."""
    row = func.jsonb_array_elements(bindparam(GAPS, type_=postgresql.JSONB))
    row = row.table_valued("value", name="gap")
    number, low, high = (row.c.value.op("->>")(n) for n in range(3))
    return row, cast(number, Integer), cast(low, UtcDateTime), cast(high, UtcDateTime)


def _written(dialect: Dialect, gaps: Sequence[Gap]) -> object:
    """The gaps as the parameter GAPS: a list of number, low and high for each."""
    if dialect.name == "sqlite":
        written = _a.expires_at.type.dialect_impl(dialect).bind_processor(dialect)
        return json.dumps([(gap.number, written(gap.low), written(gap.high)) for gap in gaps])
    return [(gap.number, gap.low.isoformat(), gap.high.isoformat()) for gap in gaps]
