"""The figures of the Sync effect screen, computed once for everybody who looks at the same.

Figures are kept by the version of the columns, the moment and the assumptions, so that moving the
slider computes nothing at all.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from data_access.account_columns import Simulated, SyncColumns
from data_access.assumptions import InForce, assumptions_in_force
from data_access.harm_list import harm_rows, ranking
from data_access.held_columns import HeldColumns
from data_access.settings import settings
from data_access.snapshot import snapshot
from pages.parts.effect_url import WORST, View
from rules.account_filter import AccountFilter
from rules.assumptions import Assumptions, assumed
from rules.daily_totals import LONGEST_HORIZON
from rules.scenarios import Scenario, simulate

SHOWN = 50


@dataclass(frozen=True)
class Ranked:
    """What is drawn of a ranking; all of it would be as long as the columns.

    first         its first rows, as many as one may choose to renew
    to_call       the accounts whose renewal avoids harm within the days ahead, the worst first
    days_blocked  how many days those that are blocked have been so together
    """

    first: pd.DataFrame
    to_call: np.ndarray
    days_blocked: float


@dataclass(frozen=True)
class Effect:
    """What the screen draws from: columns of one moment, and the assumptions in force."""

    wanted: AccountFilter
    view: View
    columns: SyncColumns
    at: Simulated
    in_force: InForce
    key: tuple

    def daily(self, scenario: Scenario, assumptions: Assumptions | None = None) -> pd.DataFrame:
        """A row for each day of a year under one scenario."""
        values = assumptions or self.in_force.values
        who: tuple = ()
        if scenario is Scenario.SELECTED_ON_DAY:
            who = (self.view.worst, self.view.chosen, self.view.renew_at, self.in_force.values)
        return _daily(repr((self.key, scenario, values, who)), self, scenario, values)

    def ranked(self) -> Ranked:
        """Who is worst, of the accounts that can lapse."""
        return _ranked(repr((self.key, self.in_force.values)), self)

    def worst(self) -> pd.DataFrame:
        """The rows of the table: the first of the ranking, if nobody renews by the last day."""
        # Names and statuses are in no column: as they are in this state of the database.
        asked = repr((self.key, self.in_force.values, self.view.days))
        return snapshot().once(("worst", asked), self._worst)

    def _worst(self) -> pd.DataFrame:
        return harm_rows(
            self.columns,
            self.at,
            self.ranked().first.head(SHOWN),
            self.view.as_of,
            self.view.last,
            self.in_force.values,
            settings().bands,
        )

    def selected(self) -> np.ndarray:
        """Who renews in SELECTED_ON_DAY: true for each row of the columns that does."""
        if self.view.chosen:
            return np.isin(self.columns.ids, self.view.chosen)
        chosen = np.zeros(len(self.columns), dtype=bool)
        chosen[self.ranked().first["place"].to_numpy()[: self.view.worst]] = True
        return chosen

    def measured(self) -> pd.DataFrame:
        """For each column of a profile: how many simulated accounts have it measured or assumed,
        and the oldest and newest measurement (day numbers)."""
        return _measured(repr(self.key), self)


def effect_of(wanted: AccountFilter, view: View) -> Effect:
    """Everything the screen needs. Raises DatabaseAway."""
    found = _held().reading(wanted, view.as_of, settings().bands)
    view = view.at_the_earliest(found.columns.told(view.now))
    return Effect(
        wanted=wanted,
        view=view,
        columns=found.columns,
        at=found.columns.at(view.as_of),
        in_force=assumptions_in_force(),
        key=(found.version, view.as_of),
    )


@st.cache_resource(show_spinner=False)
def _held() -> HeldColumns:
    return HeldColumns()


@st.cache_resource(max_entries=48, show_spinner=False)
def _daily(key: str, _effect: Effect, _scenario: Scenario, _values: Assumptions) -> pd.DataFrame:
    selected = None
    if _scenario is Scenario.SELECTED_ON_DAY:
        selected = _effect.selected()
    return simulate(
        _scenario,
        _effect.columns.profile,
        _effect.at.authorizations,
        _effect.view.as_of,
        LONGEST_HORIZON,
        _values,
        selected=selected,
        renew_at=_effect.view.renew_at,
    ).daily


@st.cache_resource(max_entries=8, show_spinner=False)
def _ranked(key: str, _effect: Effect) -> Ranked:
    of = _effect.columns
    found = ranking(of, _effect.at, _effect.view.as_of, _effect.in_force.values)
    days_left = found["days_left"].to_numpy()
    return Ranked(
        first=found.head(max(WORST)).copy(),
        to_call=of.ids[found["place"].to_numpy()[found["score"].to_numpy() > 0]],
        days_blocked=float(-days_left[days_left <= 0].sum()),
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def _measured(key: str, _effect: Effect) -> pd.DataFrame:
    counted = ~_effect.at.authorizations["stays_out"].to_numpy()
    counted &= _effect.at.authorizations["expires_at"].notna().to_numpy()
    if not len(counted):
        return pd.DataFrame(columns=["measured", "assumed", "oldest", "newest"])
    missing = assumed(_effect.columns.profile)[counted]
    measured_at = pd.Series(_effect.columns.moments["measured_at"])[counted]
    return pd.DataFrame(
        {
            "measured": (~missing).sum(),
            "assumed": missing.sum(),
            "oldest": {name: measured_at[~missing[name]].min() for name in missing},
            "newest": {name: measured_at[~missing[name]].max() for name in missing},
        }
    )
