"""The expiry timeline: how many accounts expire in each week or on each day, and the cliffs."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from data_access.database import reading
from data_access.expiry_counts import NO_EXPIRY, Bucket, ExpiryCounts, expiry_counts
from data_access.snapshot import Snapshot
from data_access.status_sql import status_of
from rules.account_filter import AccountFilter
from rules.authorization import DEFAULT_BANDS, Status
from rules.cliffs import Cliff, cliffs, near_cliffs
from rules.days import day_start, end_of_days_left, later, monday

PAST_WEEKS = 8
FUTURE_WEEKS = 52


class Bar(NamedTuple):
    """Accounts of one status and region that expire from one day to another, both inclusive.

    start  None for all that expire before the shown time
    end    None for all that expire after it
    """

    start: date | None
    end: date | None
    status: str
    region: str
    accounts: int

    @property
    def is_shown(self) -> bool:
        """Whether these days are of the shown time."""
        return self.start is not None and self.end is not None


@dataclass(frozen=True)
class Timeline:
    """What the chart draws. Equal ones are one picture.

    cliffs   days on which unusually many expire
    first, last  the shown time, inclusive
    """

    bars: tuple[Bar, ...]
    cliffs: tuple[Cliff, ...]
    first: date
    last: date


def timeline(
    wanted: AccountFilter,
    as_of: datetime,
    by_day: bool = False,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
    shared: Snapshot | None = None,
) -> Timeline:
    """Expiries of the past eight and the next 52 weeks, in days or weeks of the viewer's zone.

    The expiry window of the filter is left out, so that what lies around it stays in view.
    shared: as overview has it. Raises DatabaseAway.
    """
    wanted = wanted.without_window().without_order()
    shared = shared or Snapshot(as_of)
    asked = "timeline", wanted, as_of, as_of.tzinfo, by_day, tuple(bands)
    return shared.once(asked, lambda: _drawn(wanted, as_of, by_day, bands, of, shared))


def _drawn(
    wanted: AccountFilter,
    as_of: datetime,
    by_day: bool,
    bands: Sequence[int],
    of: Engine | None,
    shared: Snapshot,
) -> Timeline:
    this_week = monday(as_of.date())
    first = this_week - timedelta(weeks=PAST_WEEKS)
    after = this_week + timedelta(weeks=FUTURE_WEEKS + 1)
    step = timedelta(days=1 if by_day else 7)
    starts = [first + n * step for n in range((after - first) // step)]
    with reading(of) as connection:
        counts = expiry_counts(connection, wanted, as_of, shared)
        per_day = _per_utc_day(counts, first, after, bands)
        near = near_cliffs(list(per_day), list(per_day.values()))
        edges = _Edges(starts, after, {day for day in near if first <= day < after}, as_of, bands)
        table = counts.between(connection, edges.moments)
    for day, accounts in edges.of_days_near_cliffs(table, wanted).items():
        per_day[day] = accounts
    per_day = +Counter({day: n for day, n in per_day.items() if first <= day < after})
    found = tuple(cliffs(list(per_day), list(per_day.values())))
    return Timeline(edges.label(table, wanted), found, first, after - timedelta(days=1))


def _per_utc_day(
    counts: ExpiryCounts, first: date, after: date, bands: Sequence[int]
) -> Counter[date]:
    """Accounts that a cliff would count, by the days of UTC from the one before `first` to `after`:
    near enough to tell which days may stand out and, unless few expire on each, what is usual."""
    today = counts.as_of.date()
    after_bands = today + timedelta(days=max(bands) + 1)
    before, until = first - timedelta(days=1), after + timedelta(days=1)
    stretches = (
        (before, min(today, until), True, True),
        (max(before, today), min(after_bands, until), False, True),
        (max(before, after_bands), until, False, False),
    )
    per_day: Counter[date] = Counter()
    for each in counts.rising:
        for start, end, expired, within_bands in stretches:
            if _is_counted(status_of(each.state, expired, within_bands), counts.wanted):
                here = slice(bisect_left(each.days, start), bisect_left(each.days, end))
                for day, accounts in zip(each.days[here], each.accounts[here], strict=True):
                    per_day[day] += accounts
    return per_day


def _is_counted(of: Status, wanted: AccountFilter) -> bool:
    """Whether a cliff counts accounts of a status: of those that are shown, the paused ones only
    where they are asked for."""
    return of in wanted.statuses if wanted.statuses else of is not Status.PAUSED


class _Edges:
    """The boundaries of the bars, of the days near cliffs, and of the statuses within these."""

    def __init__(
        self,
        starts: list[date],
        after: date,
        near: set[date],
        as_of: datetime,
        bands: Sequence[int],
    ) -> None:
        self.days = [*starts, after]
        self.near = near
        self.zone = as_of.tzinfo
        self.midnights = [day_start(day, self.zone) for day in self.days]
        around = {day + timedelta(days=shift) for day in near for shift in (0, 1)}
        self.just_after = later(as_of, datetime.resolution)
        self.expiring_until = end_of_days_left(as_of, max(bands))
        self.moments = sorted(
            {
                *self.midnights,
                *(day_start(day, self.zone) for day in around),
                self.just_after,
                self.expiring_until,
            }
        )

    def label(self, table: Counter[Bucket], wanted: AccountFilter) -> tuple[Bar, ...]:
        """Buckets between boundaries as bars with a status."""
        bar_of = self._bars()
        sums: Counter[tuple[tuple, Status, str]] = Counter()
        for number, of, region, accounts in self._with_status(table):
            if not wanted.statuses or of in wanted.statuses:
                sums[bar_of[number], of, region] += accounts
        return tuple(
            Bar(*days, of.value, region, accounts) for (days, of, region), accounts in sums.items()
        )

    def of_days_near_cliffs(self, table: Counter[Bucket], wanted: AccountFilter) -> dict[date, int]:
        """The accounts that a cliff counts, of each of these days in the viewer's zone."""
        per_day = dict.fromkeys(self.near, 0)
        day_of = [None, *(moment.astimezone(self.zone).date() for moment in self.moments)]
        for number, of, _, accounts in self._with_status(table):
            if day_of[number] in per_day and _is_counted(of, wanted):
                per_day[day_of[number]] += accounts
        return per_day

    def _with_status(self, table: Counter[Bucket]) -> Iterator[tuple[int, Status, str, int]]:
        """Buckets with an expiry: number, status, region, accounts."""
        expired = self.moments.index(self.just_after)
        expiring = self.moments.index(self.expiring_until)
        for (number, state, region), accounts in table.items():
            if number != NO_EXPIRY:
                of = status_of(state, number <= expired, number <= expiring)
                yield number, of, region, accounts

    def _bars(self) -> list[tuple[date | None, date | None]]:
        """First and last day of the bar that each bucket belongs to."""
        bars: list[tuple[date | None, date | None]] = []
        midnights = {*self.midnights}
        number = 0
        for bucket in range(len(self.moments) + 1):
            if bucket > 0 and self.moments[bucket - 1] in midnights:
                number += 1
            start = self.days[number - 1] if number > 0 else None
            end = self.days[number] - timedelta(days=1) if number < len(self.days) else None
            bars.append((start, end))
        return bars
