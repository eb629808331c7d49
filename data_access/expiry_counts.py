"""How many accounts expire when: the one mechanism behind counters, bands and the timeline.

The rollup knows UTC days. Questions come with boundaries of their own (now, midnights of the
viewer's zone), so the few accounts between a boundary and the nearest UTC midnight are counted from
the expiry index and moved over. The result is exact for every zone.

Plain dictionaries and no DataFrames: some thousand numbers, counted on every click.
"""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from sqlalchemy import (
    Connection,
    Date,
    Dialect,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql

from data_access import filtering, rollup
from data_access.schema import UtcDateTime, authorization, expiry_day
from data_access.snapshot import Snapshot
from rules.account_filter import AccountFilter

_a = authorization.c

GAPS = "gaps"

FEW = 1_000
"""Up to so many accounts that a search finds are gone through for each boundary."""

NO_EXPIRY = -1
"""The bucket of accounts without a known expiry."""


class Bucket(NamedTuple):
    """What is counted together: accounts of one state and region between two boundaries.

    number  0 before the first boundary, k from boundary k-1 until boundary k; or NO_EXPIRY
    state   as filtering.state_at has it
    """

    number: int
    state: str
    region: str


Day = tuple[date, str, str]
"""The same for one UTC day: the day, rollup.NO_EXPIRY where no expiry is known; state; region.
Plain tuples, as there are thousands of them."""


class Rising(NamedTuple):
    """The accounts of one state and region by the day on which they expire.

    days      in order
    accounts  how many expire on each of them
    sums      how many expire before each of them; the last one is all of them
    """

    state: str
    region: str
    days: list[date]
    accounts: list[int]
    sums: list[int]
    without_expiry: int


def _rising(days: Counter[Day]) -> list[Rising]:
    groups: defaultdict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    for (day, state, region), accounts in days.items():
        if accounts:
            groups[state, region][day] = accounts
    found = []
    for (state, region), of_group in groups.items():
        without = of_group.pop(rollup.NO_EXPIRY, 0)
        known = sorted(of_group)
        accounts = [of_group[day] for day in known]
        sums = [0, *accumulate(accounts)]
        found.append(Rising(state, region, known, accounts, sums, without))
    return found


@dataclass(frozen=True)
class ExpiryCounts:
    """The accounts that a filter means by its attributes, by expiry day.

    The filter's statuses and expiry window play no part: callers see them as states and buckets.
    """

    rising: list[Rising]
    wanted: AccountFilter
    as_of: datetime

    @property
    def total(self) -> int:
        """All of them, those without a known expiry too."""
        return sum(each.sums[-1] + each.without_expiry for each in self.rising)

    def between(self, connection: Connection, boundaries: Sequence[datetime]) -> Counter[Bucket]:
        """Accounts between neighbouring boundaries (rising moments)."""
        edges = [b.astimezone(UTC) for b in boundaries]
        midnights = [_nearest_midnight(edge) for edge in edges]
        counts: Counter[Bucket] = Counter()
        for each in self.rising:
            counts[Bucket(NO_EXPIRY, each.state, each.region)] = each.without_expiry
            # What expires before each midnight, and not before the one ahead of it.
            until = [0, *(each.sums[bisect_left(each.days, day)] for day in midnights)]
            for number, (before, now) in enumerate(pairwise([*until, each.sums[-1]])):
                counts[Bucket(number, each.state, each.region)] = now - before
        self._move(connection, counts, edges, midnights)
        return Counter({bucket: n for bucket, n in counts.items() if n})

    def _move(
        self,
        connection: Connection,
        counts: Counter[Bucket],
        edges: Sequence[datetime],
        midnights: Sequence[date],
    ) -> None:
        """Moves what lies between an edge and its midnight to the right side of the edge."""
        starts = [datetime.combine(day, time.min, UTC) for day in midnights]
        gaps = [
            (number, min(start, edge), max(start, edge))
            for number, (start, edge) in enumerate(zip(starts, edges, strict=True))
            if start != edge
        ]
        if not gaps:
            return
        # Beyond a few it is faster to look up whoever expires in the gaps among those found.
        many = self.total > FEW
        where = filtering.attribute_conditions(connection, self.wanted, self.as_of, one_by_one=many)
        statement = _in_gaps(connection.dialect.name)
        statement = statement.where(*where) if where else statement
        asked = filtering.given(self.as_of) | {GAPS: _written(connection.dialect, gaps)}
        rows = connection.execute(statement, asked)
        for number, state_name, region, accounts in rows:
            # A midnight before its edge put its whole day behind the edge: these belong before.
            early = starts[number] < edges[number]
            origin, target = (number + 1, number) if early else (number, number + 1)
            counts[Bucket(origin, state_name, region)] -= accounts
            counts[Bucket(target, state_name, region)] += accounts


def expiry_counts(
    connection: Connection,
    wanted: AccountFilter,
    as_of: datetime,
    shared: Snapshot | None = None,
) -> ExpiryCounts:
    """Counts by expiry day: from the rollup where it knows all that is asked for, else from the
    accounts themselves."""
    shared = shared or Snapshot(as_of)
    asked = "expiry days", wanted.attributes(), as_of
    rising = shared.once(asked, lambda: _rising(_days(connection, wanted, as_of)))
    return ExpiryCounts(rising, wanted, as_of)


def _days(connection: Connection, wanted: AccountFilter, as_of: datetime) -> Counter[Day]:
    if (difference := wanted.as_difference()) is not None:
        whole, part = (_days(connection, each, as_of) for each in difference)
        whole.subtract(part)
        return whole
    known = filtering.rollup_conditions(connection, wanted)
    if known is None:
        return _from_accounts(connection, wanted, as_of)
    days = _from_rollup(connection, *known)
    _restate(connection, days, wanted, as_of)
    return days


def _from_rollup(connection: Connection, over: Table, where: list) -> Counter[Day]:
    key = (over.c.day, over.c.state, over.c.region)
    if over is expiry_day:
        statement = select(*key, over.c.accounts).where(*where)
    else:
        statement = select(*key, func.sum(over.c.accounts)).where(*where).group_by(*key)
    # All at once: one after the other some thousand rows take twice as long.
    rows = connection.execute(statement).all()
    return Counter({(day, state, region): n for day, state, region, n in rows})


def _from_accounts(connection: Connection, wanted: AccountFilter, as_of: datetime) -> Counter[Day]:
    rows = connection.execute(
        select(_expiry_day(), filtering.state_at(as_of), _a.region, func.count())
        .where(*filtering.attribute_conditions(connection, wanted, as_of))
        .group_by(*_ordinals(3))
    )
    return Counter({(day, state, region): n for day, state, region, n in rows})


def _restate(
    connection: Connection, days: Counter[Day], wanted: AccountFilter, as_of: datetime
) -> None:
    """Corrects the accounts whose state at `as_of` is not the one that the rollup keeps: granted
    in the last hour or later than `as_of`, or refused later than `as_of`."""
    # The filter is applied here: with it in the statement SQLite enters by the filter's index, the
    # longer way.
    for statement in _of_another_state():
        rows = connection.execute(statement, filtering.given(as_of))
        for day, kept, now, region, marketplaces, language, plan, accounts in rows:
            if _means(wanted, region, marketplaces, language, plan):
                days[day, kept, region] -= accounts
                days[day, now, region] += accounts


# These are made once: SQLAlchemy takes longer to make them than SQLite to answer.


@cache
def _of_another_state() -> list[Select]:
    """Accounts whose state may not be the one that the rollup keeps. Two statements, as each has an
    index of its own and no row is in both."""
    granted_lately = _a.granted_at > filtering.GIVEN_SINCE
    key = (_expiry_day(), rollup.state(), filtering.state_at_given())
    filtered = (_a.region, _a.marketplaces, _a.language, _a.plan)
    return [
        select(*key, *filtered, func.count()).where(lately).group_by(*_ordinals(7))
        for lately in (
            granted_lately,
            and_(_a.refused_at > filtering.GIVEN_AS_OF, ~granted_lately),
        )
    ]


@cache
def _in_gaps(dialect: str) -> Select:
    """How many accounts of each state and region expire in each of the GAPS that are given.

    One parameter, however many gaps there are: VALUES would be another statement each time.
    """
    if dialect == "sqlite":
        row = func.json_each(bindparam(GAPS)).table_valued("value", name="gap")
        number, low, high = (func.json_extract(row.c.value, f"$[{n}]") for n in range(3))
    else:
        row = func.jsonb_array_elements(bindparam(GAPS, type_=postgresql.JSONB))
        row = row.table_valued("value", name="gap")
        number, low, high = (row.c.value.op("->>")(n) for n in range(3))
        number, low, high = cast(number, Integer), cast(low, UtcDateTime), cast(high, UtcDateTime)
    return (
        select(number, filtering.state_at_given().label("state"), _a.region, func.count())
        .select_from(row)
        .join(authorization, and_(_a.expires_at >= low, _a.expires_at < high))
        .group_by(*_ordinals(3))
    )


def _written(dialect: Dialect, gaps: Sequence[tuple[int, datetime, datetime]]) -> object:
    """Gaps as the parameter of `_in_gaps`: which boundary, from when, until before when."""
    if dialect.name == "sqlite":
        written = _a.expires_at.type.dialect_impl(dialect).bind_processor(dialect)
        return json.dumps([(number, written(low), written(high)) for number, low, high in gaps])
    return [(number, low.isoformat(), high.isoformat()) for number, low, high in gaps]


def _means(wanted: AccountFilter, region: str, marketplaces: str, language: str, plan: str) -> bool:
    """Whether a filter that the rollup covers means accounts like that."""
    return (
        (not wanted.regions or region in wanted.regions)
        and (not wanted.languages or language in wanted.languages)
        and (not wanted.plans or plan in wanted.plans)
        and (not wanted.marketplaces or bool({*marketplaces.split(",")} & {*wanted.marketplaces}))
    )


def _expiry_day() -> object:
    return func.coalesce(rollup.utc_day(_a.expires_at), literal(rollup.NO_EXPIRY, Date))


def _ordinals(count: int) -> list:
    # By position: repeating a CASE in GROUP BY gives it other parameters, which PostgreSQL takes
    # for another expression.
    return [literal_column(str(position)) for position in range(1, count + 1)]


def _nearest_midnight(moment: datetime) -> date:
    """The UTC day whose midnight is at most twelve hours away."""
    return (moment.astimezone(UTC) + timedelta(hours=12)).date()
