"""Who renews when, and what that makes of the totals: the four scenarios, day by day.

Two kinds of figures behave differently when an account is renewed. What waits (blocked accounts,
orders to import, stale offers) is over with the renewal. What has happened (late, cancelled and
oversold orders, marks crossed, days lost) stays: the renewal only ends its growth. All scenarios
therefore start from the same past, and their difference is what acting is worth.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rules.assumptions import Assumptions, ProfileColumns
from rules.authorization import GRANT_LIFETIME
from rules.daily_totals import LONGEST_HORIZON, daily_totals
from rules.day_numbers import Floats, day_number, day_numbers
from rules.days import later

WAITING = (
    "accounts_blocked",
    "orders_waiting",
    "money_waiting",
    "offers_stale_price",
    "offers_stale_stock",
)
"""Columns that a renewal brings back to nothing."""

HAPPENED = (
    "orders_delayed",
    "money_delayed",
    "orders_late",
    "orders_auto_cancelled",
    "orders_oversold",
    "accounts_past_late_mark",
    "accounts_past_cancellation_mark",
    "accounts_past_a_mark",
    "blocked_account_days",
)
"""Columns that only ever grow. Delayed orders are those that wait or have waited."""


class Scenario(StrEnum):
    """The four answers to "who renews?"."""

    NOBODY = "nobody"
    EVERYBODY_TODAY = "everybody_today"
    SELECTED_ON_DAY = "selected_on_day"
    USUAL_RATE = "usual_rate"


@dataclass(frozen=True, slots=True)
class ScenarioTotals:
    """The days of one scenario, and the accounts that it cannot say anything about.

    daily: a row per day, 0 (`as_of`) to the horizon; columns WAITING and HAPPENED, never NaN.
    counted: accounts with a known expiry. without_expiry: vendor and private authorizations, and
    those without a grant. stays_out: left out on purpose (paused, off-boarded, demo).
    """

    daily: pd.DataFrame
    counted: int
    without_expiry: int
    stays_out: int


def simulate(
    scenario: Scenario | str,
    profile: ProfileColumns,
    authorizations: pd.DataFrame,
    as_of: datetime,
    days: int,
    assumptions: Assumptions,
    *,
    selected: ArrayLike | None = None,
    renew_at: datetime | None = None,
) -> ScenarioTotals:
    """The totals of all accounts for each of `days` days from `as_of`, under one scenario.

    profile: columns of rules.assumptions.PROFILE_COLUMNS, a row per authorization.
    authorizations: the same rows, with `expires_at` (UTC, NaT for no known expiry) and, if any
        stay out of the simulation, `stays_out` (boolean).
    selected, renew_at: for SELECTED_ON_DAY, who (boolean, a row per authorization) and when.
        Renewing before the expiry is fine: the account then does not lapse at all.

    USUAL_RATE gives expected values: of the accounts that would lapse within the horizon, the
    share `assumptions.usual_renewal_rate` renews in time; those blocked already stay blocked.
    An account renewed at `as_of` has lapsed again 365 days later.

    Raises ValueError for an unknown scenario, for days outside 0 to 365, for SELECTED_ON_DAY
    without its two arguments, and for a renewal before `as_of`.
    """
    starts = blocked_from(authorizations)

    def unrenewed(of: _Group, since: datetime, days: int) -> pd.DataFrame:
        return _with_delayed(daily_totals(profile, of.starts, since, days, assumptions, of.weights))

    def renewed(of: _Group) -> pd.DataFrame:
        return _renewed(unrenewed, of, as_of, days)

    groups = _groups(scenario, starts, as_of, assumptions, selected, renew_at)
    daily = reduce(
        operator.add, (renewed(of) if of.renew_at else unrenewed(of, as_of, days) for of in groups)
    )
    out = _stays_out(authorizations)
    counted = int(np.count_nonzero(~np.isnan(starts)))
    return ScenarioTotals(
        daily=daily[[*WAITING, *HAPPENED]],
        counted=counted,
        without_expiry=len(starts) - counted - int(out.sum()),
        stays_out=int(out.sum()),
    )


def totals_at(
    scenario: Scenario | str,
    profile: ProfileColumns,
    authorizations: pd.DataFrame,
    as_of: datetime,
    until: datetime,
    assumptions: Assumptions,
    *,
    selected: ArrayLike | None = None,
    renew_at: datetime | None = None,
) -> pd.Series:
    """The totals at one moment, which need not be whole days after `as_of`.

    Arguments as for `simulate`, whose last row this is where `until` is whole days later. Returns
    the columns WAITING and HAPPENED by name. Raises ValueError as `simulate`, and for an `until`
    before `as_of`.
    """
    if until < as_of:
        raise ValueError("the last moment cannot lie before as_of")

    def unrenewed(of: _Group, at: datetime) -> pd.Series:
        totals = daily_totals(profile, of.starts, at, 0, assumptions, of.weights)
        return _with_delayed(totals).iloc[0]

    def totals_of(of: _Group) -> pd.Series:
        if of.renew_at is None or of.renew_at > until:
            return unrenewed(of, until)
        totals = unrenewed(of, of.renew_at)
        totals[list(WAITING)] = 0.0
        if later(of.renew_at, GRANT_LIFETIME) <= until:
            totals["accounts_blocked"] = of.accounts
        return totals

    starts = blocked_from(authorizations)
    groups = _groups(scenario, starts, as_of, assumptions, selected, renew_at)
    return reduce(operator.add, map(totals_of, groups))[[*WAITING, *HAPPENED]]


def blocked_from(authorizations: pd.DataFrame) -> Floats:
    """Day number at which each account is blocked unless renewed; NaN if it is not simulated."""
    starts = day_numbers(authorizations["expires_at"])
    return np.where(_stays_out(authorizations), np.nan, starts)


def _stays_out(authorizations: pd.DataFrame) -> NDArray[np.bool_]:
    if "stays_out" not in authorizations:
        return np.zeros(len(authorizations), dtype=bool)
    return authorizations["stays_out"].to_numpy(dtype=bool)


class _Group(NamedTuple):
    """Accounts that are renewed at one moment, or never.

    starts   as blocked_from has it; NaN for the accounts of other groups
    weights  how much each of them counts; all of it where None
    """

    starts: Floats
    renew_at: datetime | None = None
    weights: Floats | None = None

    @property
    def accounts(self) -> float:
        return float(np.count_nonzero(~np.isnan(self.starts)))


def _groups(
    scenario: Scenario | str,
    starts: Floats,
    as_of: datetime,
    assumptions: Assumptions,
    selected: ArrayLike | None,
    renew_at: datetime | None,
) -> list[_Group]:
    match Scenario(scenario):
        case Scenario.NOBODY:
            return [_Group(starts)]
        case Scenario.EVERYBODY_TODAY:
            return [_Group(starts, as_of)]
        case Scenario.SELECTED_ON_DAY:
            chosen, at = _who_and_when(selected, renew_at, as_of)
            others = _Group(np.where(chosen, np.nan, starts))
            return [others, _Group(np.where(chosen, starts, np.nan), at)]
        case Scenario.USUAL_RATE:
            return [_Group(starts, weights=_not_in_time(starts, as_of, assumptions))]


def _who_and_when(
    selected: ArrayLike | None, renew_at: datetime | None, as_of: datetime
) -> tuple[NDArray[np.bool_], datetime]:
    if selected is None or renew_at is None:
        raise ValueError("this scenario needs to know who renews (selected) and renew_at")
    if renew_at < as_of:
        raise ValueError("a renewal cannot lie before as_of")
    return np.asarray(selected, dtype=bool), renew_at


def _not_in_time(starts: Floats, as_of: datetime, assumptions: Assumptions) -> Floats:
    """How much each account counts at the usual rate: who is blocked already stays blocked."""
    lapse = 1.0 - assumptions.usual_renewal_rate
    return np.where(starts > day_number(as_of), lapse, 1.0)


def _with_delayed(totals: pd.DataFrame) -> pd.DataFrame:
    # As long as nobody renews, the delayed orders are exactly those that wait.
    return totals.assign(
        orders_delayed=totals["orders_waiting"], money_delayed=totals["money_waiting"]
    )


def _renewed(
    unrenewed: Callable[[_Group, datetime, int], pd.DataFrame],
    of: _Group,
    as_of: datetime,
    days: int,
) -> pd.DataFrame:
    """Totals of accounts that are all renewed at one moment."""
    # Divided as a timedelta: whole days must come out whole. In UTC: days have 24 hours here.
    until_renewal = (of.renew_at.astimezone(UTC) - as_of.astimezone(UTC)) / timedelta(days=1)
    if until_renewal > days:
        return unrenewed(of, as_of, days)
    at_renewal = unrenewed(of, of.renew_at, 0)
    at_renewal[list(WAITING)] = 0.0
    after = pd.DataFrame(
        np.repeat(at_renewal.to_numpy(), days + 1, axis=0),
        columns=at_renewal.columns,
        index=pd.RangeIndex(days + 1, name="day"),
    )
    # The days before the renewal; at the renewal itself nothing waits any more.
    before = int(np.ceil(until_renewal))
    if before:
        after.iloc[:before] = unrenewed(of, as_of, before - 1)[after.columns].to_numpy()
        # Oversold orders are counted on a grid, which must not let them shrink at the renewal.
        happened = list(HAPPENED)
        after[happened] = after[happened].cummax()
    if until_renewal + GRANT_LIFETIME / timedelta(days=1) <= days <= LONGEST_HORIZON:
        after.loc[days, "accounts_blocked"] = of.accounts
    return after
