"""How many accounts there are of each status, band and region, and how many a filter means."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from data_access.database import reading
from data_access.expiry_counts import NO_EXPIRY, Bucket, expiry_counts
from data_access.filtering import values_of
from data_access.schema import expiry_day_detail
from data_access.snapshot import Snapshot
from data_access.status_sql import status_of
from rules.account_filter import AccountFilter
from rules.authorization import DEFAULT_BANDS, Status
from rules.days import end_of_days_left, later


@dataclass(frozen=True)
class Overview:
    """Counts at one moment.

    statuses  accounts of each status, as the filter's attributes and window choose them
    bands     expiring accounts in each band, keyed by its days
    regions   accounts of each region, all statuses
    total     accounts of all statuses
    matching  those of them whose status the filter asks for: the length of the list
    """

    as_of: datetime
    statuses: dict[Status, int]
    bands: dict[int, int]
    regions: dict[str, int]
    total: int
    matching: int


def overview(
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
    shared: Snapshot | None = None,
) -> Overview:
    """Counts the accounts of a filter. Raises DatabaseAway.

    shared: of the same moment, what others have counted and what they will find.
    """
    shared = shared or Snapshot(as_of)
    asked = "overview", wanted.without_order(), as_of, as_of.tzinfo, tuple(bands)
    return shared.once(asked, lambda: _counted(wanted, as_of, bands, of, shared))


def _counted(
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int],
    of: Engine | None,
    shared: Snapshot,
) -> Overview:
    with reading(of) as connection:
        counts = expiry_counts(connection, wanted, as_of, shared)
        starts, ends = wanted.window(as_of)
        just_after = later(as_of, datetime.resolution)
        band_ends = {days: end_of_days_left(as_of, days) for days in bands}
        boundaries = sorted({just_after, *band_ends.values(), *(b for b in (starts, ends) if b)})
        table = counts.between(connection, boundaries)
    return _summed(table, _Buckets(boundaries, starts, ends, just_after, band_ends), wanted, as_of)


def seller_languages(of: Engine | None = None) -> list[str]:
    """The languages that sellers speak, by the rollup. Raises DatabaseAway."""
    with reading(of) as connection:
        return values_of(connection, expiry_day_detail.c.language)


@dataclass(frozen=True)
class _Buckets:
    """What a bucket's number says about the accounts in it."""

    boundaries: list[datetime]
    starts: datetime | None
    ends: datetime | None
    just_after: datetime
    band_ends: dict[int, datetime]

    def is_inside(self, number: int) -> bool:
        """Whether the filter's expiry window holds it."""
        if self.starts is None and self.ends is None:
            return True
        first = self.boundaries.index(self.starts) + 1 if self.starts else 0
        last = self.boundaries.index(self.ends) if self.ends else len(self.boundaries)
        return first <= number <= last

    def is_expired(self, number: int) -> bool:
        """Whether its accounts have reached their expiry."""
        return NO_EXPIRY != number <= self.boundaries.index(self.just_after)

    def band(self, number: int) -> int | None:
        """The smallest band that its days left fit in."""
        if number == NO_EXPIRY:
            return None
        fitting = (d for d, end in self.band_ends.items() if number <= self.boundaries.index(end))
        return min(fitting, default=None)


def _summed(
    table: Counter[Bucket], buckets: _Buckets, wanted: AccountFilter, as_of: datetime
) -> Overview:
    statuses = dict.fromkeys(Status, 0)
    bands = dict.fromkeys(sorted(buckets.band_ends, reverse=True), 0)
    regions: Counter[str] = Counter()
    for (number, state, region), accounts in table.items():
        if not buckets.is_inside(number):
            continue
        band = buckets.band(number)
        of = status_of(state, buckets.is_expired(number), band is not None)
        statuses[of] += accounts
        regions[region] += accounts
        if of is Status.EXPIRING:
            bands[band] += accounts
    chosen = wanted.statuses or tuple(Status)
    return Overview(
        as_of=as_of,
        statuses=statuses,
        bands=bands,
        regions=dict(sorted(regions.items())),
        total=sum(statuses.values()),
        matching=sum(statuses[s] for s in chosen),
    )
