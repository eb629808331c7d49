"""What a lapse costs, for the accounts of the token database: the engine with its columns.

    from data_access.simulation import simulation
    simulation("nobody", as_of, until).daily

Every figure is an estimate; see rules.sync_effect and rules.scenarios for what each one says.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from data_access.account_columns import Simulated, SyncColumns
from data_access.assumptions import InForce, assumptions_in_force
from data_access.settings import settings
from data_access.sync_profiles import sync_columns
from rules.account_filter import AccountFilter
from rules.daily_totals import LONGEST_HORIZON
from rules.scenarios import Scenario, simulate, totals_at


@dataclass(frozen=True)
class Simulation:
    """One scenario over the accounts of a filter.

    daily      a row for each whole day after `as_of`, 0 to the last before or at `until`
    last       the same columns at `until`
    simulated  how many accounts the figures speak of, and which stay out
    assumed    the assumptions behind them
    """

    scenario: Scenario
    as_of: datetime
    until: datetime
    daily: pd.DataFrame
    last: pd.Series
    simulated: Simulated
    assumed: InForce


def simulation(
    scenario: Scenario | str,
    as_of: datetime,
    until: datetime,
    wanted: AccountFilter | None = None,
    renewing: AccountFilter | None = None,
    renew_at: datetime | None = None,
    assumed: InForce | None = None,
    of: Engine | None = None,
) -> Simulation:
    """Runs one scenario over the accounts of `wanted` (all) from `as_of` to `until` (aware).

    renewing, renew_at: who renews and when, for SELECTED_ON_DAY; every account of `wanted` if
    `renewing` is None. assumed: instead of the assumptions in force.
    Raises ValueError for a horizon that is negative or longer than a year, DatabaseAway.
    """
    bands = settings().bands
    columns = sync_columns(wanted or AccountFilter(), as_of, bands, of)
    selected = np.ones(len(columns), dtype=bool)
    if renewing is not None:
        selected = np.isin(columns.ids, sync_columns(renewing, as_of, bands, of).ids)
    assumed = assumed or assumptions_in_force(of)
    return simulated(scenario, columns, as_of, until, assumed, selected, renew_at)


def simulated(
    scenario: Scenario | str,
    columns: SyncColumns,
    as_of: datetime,
    until: datetime,
    assumed: InForce,
    selected: np.ndarray | None = None,
    renew_at: datetime | None = None,
) -> Simulation:
    """The same over columns that were read before. Raises ValueError as `simulation`."""
    # In UTC: the engine's days have 24 hours, whatever the clocks do.
    horizon = (until.astimezone(UTC) - as_of.astimezone(UTC)) / timedelta(days=1)
    if not 0 <= horizon <= LONGEST_HORIZON:
        raise ValueError(f"the last moment must lie 0 to {LONGEST_HORIZON} days after as_of")
    at = columns.at(as_of)
    who = {"selected": selected, "renew_at": renew_at}
    of_columns = (columns.profile, at.authorizations, as_of)
    return Simulation(
        scenario=Scenario(scenario),
        as_of=as_of,
        until=until,
        daily=simulate(scenario, *of_columns, int(horizon), assumed.values, **who).daily,
        last=totals_at(scenario, *of_columns, until, assumed.values, **who),
        simulated=at,
        assumed=assumed,
    )
