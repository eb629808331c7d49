"""How many accounts expire when: the one mechanism behind counters, bands and the timeline.

The rollup knows UTC days. Questions come with boundaries of their own (now, midnights of the
viewer's zone), so the few accounts between a boundary and the nearest UTC midnight are counted for
themselves and moved over: whole hours from the rollup where it knows all that is asked for, the
rest from the expiry index. The result is exact for every zone.

Plain dictionaries and no DataFrames: some thousand numbers, counted on every click.
"""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Date, Table, Text, cast, func, literal, select

from data_access import filtering, rollup, status_sql
from data_access.expiry_gaps import (
    Gap,
    InGap,
    gaps_of,
    in_gaps,
    in_whole_hours,
    nearest_midnight,
    without_whole_hours,
)
from data_access.restated import Restated, restated
from data_access.schema import authorization, expiry_day, expiry_day_detail
from data_access.snapshot import Snapshot
from rules.account_filter import AccountFilter

_a = authorization.c

FEW = 1_000
"""Up to so many accounts that a search finds are gone through for each boundary."""

NO_EXPIRY = -1
"""The bucket of accounts without a known expiry."""


Bucket = tuple[int, str, str]
"""What is counted together: accounts of one state, as status_sql.state_at has it, and one region,
between two boundaries. The number is 0 before the first of these, k from boundary k-1 until
boundary k; or NO_EXPIRY. Plain tuples, as there are thousands of them."""

Days = defaultdict[tuple[str, str], Counter[date]]
"""How many of a state and a region expire on each UTC day, rollup.NO_EXPIRY where no expiry is
known."""


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


def _rising(days: Days) -> list[Rising]:
    found = []
    for (state, region), of_group in days.items():
        without = of_group.pop(rollup.NO_EXPIRY, 0)
        known = sorted(day for day, n in of_group.items() if n)
        accounts = [of_group[day] for day in known]
        sums = [0, *accumulate(accounts)]
        found.append(Rising(state, region, known, accounts, sums, without))
    return found


@dataclass(frozen=True)
class ExpiryCounts:
    """The accounts that a filter means by its attributes, by expiry day.

    The filter's statuses and expiry window play no part: callers see them as states and buckets.

    restated  what the rollup's hours say otherwise; None where these do not know what is asked for
    """

    rising: list[Rising]
    restated: list[Restated] | None
    wanted: AccountFilter
    as_of: datetime

    @property
    def total(self) -> int:
        """All of them, those without a known expiry too."""
        return sum(each.sums[-1] + each.without_expiry for each in self.rising)

    def between(self, connection: Connection, boundaries: Sequence[datetime]) -> Counter[Bucket]:
        """Accounts between neighbouring boundaries (rising moments)."""
        edges = [b.astimezone(UTC) for b in boundaries]
        midnights = [nearest_midnight(edge) for edge in edges]
        counts: Counter[Bucket] = Counter()
        for each in self.rising:
            counts[NO_EXPIRY, each.state, each.region] = each.without_expiry
            # What expires before each midnight, and not before the one ahead of it.
            until = [0, *(each.sums[bisect_left(each.days, day)] for day in midnights)]
            for number, (before, now) in enumerate(pairwise([*until, each.sums[-1]])):
                counts[number, each.state, each.region] = now - before
        for gap, state, region, accounts in self._in_gaps(connection, gaps_of(edges)):
            # A midnight before its edge put its whole day behind the edge: these belong before.
            before, behind = gap.number, gap.number + 1
            origin, target = (behind, before) if gap.early else (before, behind)
            counts[origin, state, region] -= accounts
            counts[target, state, region] += accounts
        return Counter({bucket: n for bucket, n in counts.items() if n})

    def _in_gaps(self, connection: Connection, gaps: Sequence[Gap]) -> Iterator[InGap]:
        """Whoever a midnight in place of its edge puts on the wrong side of the edge."""
        if self.restated is not None:
            yield from in_whole_hours(connection, gaps, self.wanted.regions, self.restated)
            gaps = without_whole_hours(gaps)
        # Beyond a few it is faster to look up whoever expires in the gaps among those found.
        many = self.total > FEW
        where = filtering.attribute_conditions(connection, self.wanted, self.as_of, one_by_one=many)
        yield from in_gaps(connection, gaps, where, self.as_of, many, bool(self.wanted.text))


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
    rising, others = shared.once(asked, lambda: _found(connection, wanted, as_of))
    return ExpiryCounts(rising, others, wanted, as_of)


def _found(
    connection: Connection, wanted: AccountFilter, as_of: datetime
) -> tuple[list[Rising], list[Restated] | None]:
    days, others = _days(connection, wanted, as_of)
    return _rising(days), others


def _days(
    connection: Connection, wanted: AccountFilter, as_of: datetime
) -> tuple[Days, list[Restated] | None]:
    if (difference := wanted.as_difference()) is not None:
        whole, part = (_days(connection, each, as_of)[0] for each in difference)
        for group, of_group in part.items():
            whole[group].subtract(of_group)
        return whole, None
    known = filtering.rollup_conditions(connection, wanted)
    if known is None:
        return _from_accounts(connection, wanted, as_of), None
    over, where = known
    days = _from_rollup(connection, over, where)
    others = restated(connection, wanted, as_of)
    for hour, kept, now, region, accounts in others:
        day = _day(hour[:10])
        days[kept, region][day] -= accounts
        days[now, region][day] += accounts
    return days, others if over is expiry_day else None


def _from_rollup(connection: Connection, over: Table, where: list) -> Days:
    accounts = over.c.accounts
    counted = select(over.c.day, over.c.state, over.c.region).where(*where)
    if over is expiry_day_detail:
        accounts = func.sum(accounts)
        counted = counted.group_by(over.c.day, over.c.state, over.c.region)
    days = counted.add_columns(accounts.label("accounts")).subquery("days").c
    # A row for all days of a group: some thousand rows take SQLAlchemy longer than all the rest.
    gathered = (
        func.json_group_object if connection.dialect.name == "sqlite" else func.json_object_agg
    )(days.day, days.accounts)
    statement = select(days.state, days.region, cast(gathered, Text))
    found: Days = defaultdict(Counter)
    for state, region, per_day in connection.execute(statement.group_by(days.state, days.region)):
        of_group = json.loads(per_day).items()
        found[state, region] = Counter({_day(day): accounts for day, accounts in of_group})
    return found


_day = lru_cache(10_000)(date.fromisoformat)
"""Every group has the same days."""


def _from_accounts(connection: Connection, wanted: AccountFilter, as_of: datetime) -> Days:
    rows = connection.execute(
        select(_expiry_day(), status_sql.state_at(as_of), _a.region, func.count())
        .where(*filtering.attribute_conditions(connection, wanted, as_of))
        .group_by(*filtering.ordinals(3))
    )
    found: Days = defaultdict(Counter)
    for day, state, region, accounts in rows:
        found[state, region][day] = accounts
    return found


def _expiry_day() -> ColumnElement[date]:
    return func.coalesce(rollup.utc_day(_a.expires_at), literal(rollup.NO_EXPIRY, Date))
