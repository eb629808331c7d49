"""The year ahead as work: expiries a week, their cliffs, and what is assumed of each expiry."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, Engine, and_, delete, func, insert, select

from data_access.audit import acting
from data_access.database import reading
from data_access.schema import assumption, authorization
from data_access.settings import settings
from data_access.status_sql import status_condition
from data_access.timeline import Bar, timeline
from rules.account_filter import AccountFilter
from rules.acts import Act, Actor
from rules.authorization import DEFAULT_BANDS, GRANT_LIFETIME, Status
from rules.cliffs import Cliff, cliffs
from rules.days import day_start, monday
from rules.workload import Effort, effort_of

KEPT_AS = "workload."
"""How names begin in the table of assumptions, which holds the engine's as well."""

STILL_AHEAD = (Status.REFUSED, Status.EXPIRING, Status.VERIFYING, Status.ACTIVE)
"""Whose expiry is still to come and makes work: neither expired, nor paused."""

_a = authorization.c
_t = assumption.c


@dataclass(frozen=True)
class Workload:
    """Expiries ahead, of all accounts but the paused ones.

    weeks   columns first, last (days, Monday and Sunday), accounts: this week, from now on, and the
            next 52
    cliffs  the days that stand out
    granted_on  of a cliff the day on which most of its accounts were granted; no entry where their
            expiries were mostly read out by sellers, and no day is known
    """

    weeks: pd.DataFrame
    cliffs: tuple[Cliff, ...]
    granted_on: dict[date, date]

    def cliffs_of(self, week: int) -> list[Cliff]:
        """The cliffs in a week, by its place."""
        row = self.weeks.iloc[week]
        return [cliff for cliff in self.cliffs if row["first"] <= cliff.day <= row["last"]]


def workload(
    as_of: datetime, bands: Sequence[int] = DEFAULT_BANDS, of: Engine | None = None
) -> Workload:
    """Expiries in the weeks of the zone of `as_of`. Raises DatabaseAway."""
    drawn = timeline(AccountFilter(), as_of, by_day=True, bands=bands, of=of)
    days = _days_ahead(drawn.bars, as_of)
    first = monday(as_of.date())
    mondays = [first + timedelta(weeks=n) for n in range(((drawn.last - first).days + 1) // 7)]
    per_week: Counter[date] = Counter()
    for day, accounts in days.items():
        per_week[monday(day)] += accounts
    weeks = pd.DataFrame(
        {
            "first": mondays,
            "last": [start + timedelta(days=6) for start in mondays],
            "accounts": [per_week[start] for start in mondays],
        }
    )
    found = tuple(cliffs(list(days), list(days.values())))
    with reading(of) as connection:
        granted_on = {
            cliff.day: cliff.day - GRANT_LIFETIME
            for cliff in found
            if _mostly_computed(connection, cliff.day, as_of, bands)
        }
    return Workload(weeks, found, granted_on)


def _days_ahead(bars: Sequence[Bar], as_of: datetime) -> dict[date, int]:
    per_day: Counter[date] = Counter()
    for bar in bars:
        if bar.is_shown and bar.start >= as_of.date() and bar.status in STILL_AHEAD:
            per_day[bar.start] += bar.accounts
    return dict(sorted(per_day.items()))


def expiring_between(first: date, last: date) -> AccountFilter:
    """The list of the accounts that are counted for these days, the soonest first."""
    return AccountFilter(statuses=STILL_AHEAD, expires_from=first, expires_to=last, sort="expiry")


def _mostly_computed(
    connection: Connection, day: date, as_of: datetime, bands: Sequence[int]
) -> bool:
    """Whether most expiries of a day are a grant and 365 days, so that its day is known."""
    start, after = (day_start(day + timedelta(days=n), as_of.tzinfo) for n in (0, 1))
    rows = connection.execute(
        select(_a.expiry_source, func.count())
        .where(
            and_(_a.expires_at >= start, _a.expires_at < after),
            ~status_condition(Status.PAUSED, as_of, bands),
        )
        .group_by(_a.expiry_source)
    )
    counted = {source: accounts for source, accounts in rows}
    return 2 * counted.get("computed", 0) > sum(counted.values())


def effort_in_force(of: Engine | None = None) -> Effort:
    """What is assumed of the work: the screen's values over the settings' over the defaults.

    A stored value that is no longer allowed is passed over. Raises DatabaseAway.
    """
    with reading(of) as connection:
        return _effort(connection)


def _effort(connection: Connection) -> Effort:
    chosen = dict(settings().workload_effort)
    rows = connection.execute(
        select(_t.name, _t.value).where(_t.name.startswith(KEPT_AS, autoescape=True))
    )
    for name, value in rows:
        try:
            effort_of({name.removeprefix(KEPT_AS): value})
        except (ValueError, TypeError):
            continue
        chosen[name.removeprefix(KEPT_AS)] = value
    return effort_of(chosen)


def keep_effort(actor: Actor, effort: Effort, at: datetime, of: Engine | None = None) -> None:
    """Assumes this for everybody from now on; what the settings say as well is not stored.

    Raises ValueError for a value out of range, NotAllowed, DatabaseAway.
    """
    effort_of(asdict(effort))
    by_settings = asdict(effort_of(settings().workload_effort))
    with acting(actor, Act.SET_ASSUMPTION, at, of) as deed:
        before = asdict(_effort(deed.connection))
        for name, value in asdict(effort).items():
            if value == before[name]:
                continue
            deed.connection.execute(delete(assumption).where(_t.name == KEPT_AS + name))
            if value != by_settings[name]:
                deed.connection.execute(
                    insert(assumption).values(
                        name=KEPT_AS + name, value=value, set_by=actor.name, set_at=at
                    )
                )
            deed.note(name=KEPT_AS + name, before=before[name], after=value)
