"""Prevention: the share renewed before expiry, days before, blocked days; by month and cohort.

Months are those of the zone of `as_of`. A month that has passed keeps its figures, unless something
of that time becomes known later.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection, Engine, func, literal_column, select

from data_access.database import reading
from data_access.lapses import blocked_in, lapsed_accounts, lapses_reaching
from data_access.renewed_in_time import (
    DAY,
    earliest_grants,
    of_expiries,
    place_among,
    renewed_in_time,
)
from rules.day_numbers import day_number, day_numbers
from rules.days import day_start
from rules.prevention import Prevention, prevention

MONTHS = 13
"""The month that is not over yet, and the twelve before it."""

COHORTS = 24
"""Months of the first grant that are shown one by one; those before them stand together."""

COLUMNS = ["renewed_in_time", "lapses_begun", "share_in_time", "median_days", "blocked_days"]


def month_starts(as_of: datetime, months: int) -> list[date]:
    """The first days of so many months, the last that of `as_of`."""
    last = pd.Period(as_of.date(), freq="M")
    return [(last - n).start_time.date() for n in range(months - 1, -1, -1)]


def month_bounds(as_of: datetime, months: int) -> list[datetime]:
    """The moments at which the months begin, and `as_of`, at which the last one is cut off."""
    starts = month_starts(as_of, months)
    return [*(day_start(first, as_of.tzinfo) for first in starts), as_of]


def prevention_months(
    as_of: datetime, months: int = MONTHS, of: Engine | None = None
) -> pd.DataFrame:
    """Months, the latest first: month (its first day) and COLUMNS. Raises DatabaseAway."""
    bounds = month_bounds(as_of, months)
    with reading(of) as connection:
        renewals = renewed_in_time(connection, bounds)
        lapses = lapses_reaching(connection, bounds[0], as_of)
    began = day_numbers(lapses["began_at"])
    rows = []
    for number, first in enumerate(month_starts(as_of, months)):
        low, high = bounds[number], bounds[number + 1]
        begun = int(((began >= day_number(low)) & (began < day_number(high))).sum())
        blocked = float(blocked_in(lapses, low, high).sum())
        rows.append((first, prevention(renewals.get(number, Counter()), begun, blocked)))
    return _frame("month", rows[::-1])


def prevention_cohorts(as_of: datetime, of: Engine | None = None) -> pd.DataFrame:
    """The same expiries by the month of the account's first known grant, the latest first: cohort
    (its first day; None for all that are older or not known) and COLUMNS. Raises DatabaseAway."""
    since = month_bounds(as_of, MONTHS)[0]
    firsts = month_starts(as_of, COHORTS)
    bounds = month_bounds(as_of, COHORTS)[:-1]
    with reading(of) as connection:
        renewals = _renewals_by_cohort(connection, since, as_of, bounds)
        lapses = lapses_reaching(connection, since, as_of)
        cohort_of = _cohorts_of_lapsed(connection, bounds, as_of)
    lapses["cohort"] = [cohort_of.get(account, 0) for account in lapses["account_id"]]
    lapses["blocked"] = blocked_in(lapses, since, as_of)
    lapses["begun"] = day_numbers(lapses["began_at"]) >= day_number(since)
    rows = []
    for number in sorted(renewals.keys() | set(lapses["cohort"]), reverse=True):
        own = lapses[lapses["cohort"] == number]
        first = firsts[number - 1] if number else None
        found = prevention(
            renewals.get(number, Counter()), int(own["begun"].sum()), float(own["blocked"].sum())
        )
        rows.append((first, found))
    return _frame("cohort", rows)


def _renewals_by_cohort(
    connection: Connection, since: datetime, until: datetime, bounds: Sequence[datetime]
) -> dict[int, Counter[int]]:
    renewals = of_expiries(connection, since, until).subquery("renewals")
    first = earliest_grants(connection).subquery("first")
    days = (renewals.c.expiry - renewals.c.renewed) // DAY
    rows = connection.execute(
        select(place_among(first.c.since, bounds), days, func.count())
        .join_from(renewals, first, renewals.c.authorization_id == first.c.authorization_id)
        .group_by(literal_column("1"), literal_column("2"))
    )
    found: dict[int, Counter[int]] = {}
    for cohort, days_before, renewed in rows:
        found.setdefault(cohort, Counter())[days_before] = renewed
    return found


def _cohorts_of_lapsed(
    connection: Connection, bounds: Sequence[datetime], as_of: datetime
) -> dict[int, int]:
    """The cohort of every account that has lapsed and has a history."""
    first = earliest_grants(connection).subquery("first")
    rows = connection.execute(
        select(first.c.authorization_id, place_among(first.c.since, bounds)).where(
            first.c.authorization_id.in_(lapsed_accounts(as_of))
        )
    )
    return {account: cohort for account, cohort in rows}


def _frame(name: str, rows: list[tuple[date | None, Prevention]]) -> pd.DataFrame:
    return pd.DataFrame(
        [[first, *(getattr(found, column) for column in COLUMNS)] for first, found in rows],
        columns=[name, *COLUMNS],
    )
