"""How many accounts there are of each status, band and region, and how many a filter means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Engine

from data_access.database import reading
from data_access.expiry_counts import expiry_counts
from data_access.filtering import status_of
from rules.account_filter import AccountFilter
from rules.authorization import DEFAULT_BANDS, Status
from rules.days import end_of_days_left


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
) -> Overview:
    """Counts the accounts of a filter. Raises DatabaseAway."""
    with reading(of) as connection:
        counts = expiry_counts(connection, wanted, as_of)
        starts, ends = wanted.window(as_of)
        just_after = as_of + datetime.resolution
        band_ends = {days: end_of_days_left(as_of, days) for days in bands}
        boundaries = sorted({just_after, *band_ends.values(), *(b for b in (starts, ends) if b)})
        table = counts.between(connection, boundaries)
    if wanted.has_window:
        table = table[_inside(table["bucket"], boundaries, starts, ends)]
    return _summed(table, boundaries, just_after, band_ends, wanted, as_of)


def _inside(
    buckets: pd.Series, boundaries: list[datetime], starts: datetime | None, ends: datetime | None
) -> pd.Series:
    first = boundaries.index(starts) + 1 if starts else 0
    last = boundaries.index(ends) if ends else len(boundaries)
    return buckets.between(first, last)


def _summed(
    table: pd.DataFrame,
    boundaries: list[datetime],
    just_after: datetime,
    band_ends: dict[int, datetime],
    wanted: AccountFilter,
    as_of: datetime,
) -> Overview:
    statuses = dict.fromkeys(Status, 0)
    bands = dict.fromkeys(sorted(band_ends, reverse=True), 0)
    regions: dict[str, int] = {}
    expired_until = boundaries.index(just_after)
    band_of = {
        bucket: min(
            (days for days, end in band_ends.items() if bucket <= boundaries.index(end)),
            default=None,
        )
        for bucket in range(-1, len(boundaries) + 1)
    }
    for row in table.itertuples():
        known = row.bucket >= 0
        band = band_of[row.bucket] if known else None
        of = status_of(row.state, known and row.bucket <= expired_until, band is not None)
        statuses[of] += row.accounts
        regions[row.region] = regions.get(row.region, 0) + row.accounts
        if of is Status.EXPIRING:
            bands[band] += row.accounts
    chosen = wanted.statuses or tuple(Status)
    return Overview(
        as_of=as_of,
        statuses=statuses,
        bands=bands,
        regions=regions,
        total=sum(statuses.values()),
        matching=sum(statuses[s] for s in chosen),
    )
