"""The figures of the Sync effect screen, computed once for everybody who looks at the same.

Columns and figures are kept by the version of the database, the filter, the moment and the
assumptions, so that moving the slider computes nothing at all.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from data_access.account_detail import version
from data_access.assumptions import InForce, assumptions_in_force
from data_access.harm_list import harm_rows, ranking
from data_access.overview import seller_languages
from data_access.settings import settings
from data_access.sync_profiles import Simulated, SyncColumns, sync_columns
from pages.parts.effect_url import View
from rules.account_filter import AccountFilter
from rules.assumptions import Assumptions, assumed
from rules.daily_totals import LONGEST_HORIZON
from rules.scenarios import Scenario, simulate

SHOWN = 50


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

    def ranking(self) -> pd.DataFrame:
        """Every account that can lapse, the most harmful first."""
        return _ranking(repr((self.key, self.in_force.values)), self)

    def worst(self) -> pd.DataFrame:
        """The rows of the table: the first of the ranking, if nobody renews by the last day."""
        return _worst(repr((self.key, self.in_force.values, self.view.days)), self)

    def selected(self) -> np.ndarray:
        """Who renews in SELECTED_ON_DAY: true for each row of the columns that does."""
        if self.view.chosen:
            return np.isin(self.columns.ids, self.view.chosen)
        chosen = np.zeros(len(self.columns), dtype=bool)
        chosen[self.ranking()["place"].to_numpy()[: self.view.worst]] = True
        return chosen

    def measured(self) -> pd.DataFrame:
        """For each column of a profile: how many simulated accounts have it measured or assumed,
        and the oldest and newest measurement (day numbers)."""
        return _measured(repr(self.key), self)

    def languages(self) -> list[str]:
        """The languages that sellers speak."""
        return _languages(repr(self.key[:2]))


def effect_of(wanted: AccountFilter, view: View) -> Effect:
    """Everything the screen needs. Raises DatabaseAway."""
    # Without a window or a status the filter means the same accounts at any moment.
    timeless = not wanted.has_window and not wanted.statuses
    moment = None if timeless else view.as_of
    whose = (settings().database_url, version(), tuple(wanted.to_query()))
    columns = _columns(repr((whose, moment)), wanted, view)
    return Effect(
        wanted=wanted,
        view=view,
        columns=columns,
        at=columns.at(view.as_of),
        in_force=assumptions_in_force(),
        key=(*whose, view.as_of),
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def _languages(key: str) -> list[str]:
    return seller_languages()


@st.cache_resource(max_entries=4, show_spinner=False)
def _columns(key: str, _wanted: AccountFilter, _view: View) -> SyncColumns:
    return sync_columns(_wanted, _view.as_of, settings().bands)


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


@st.cache_resource(max_entries=4, show_spinner=False)
def _ranking(key: str, _effect: Effect) -> pd.DataFrame:
    return ranking(_effect.columns, _effect.at, _effect.view.as_of, _effect.in_force.values)


@st.cache_resource(max_entries=16, show_spinner=False)
def _worst(key: str, _effect: Effect) -> pd.DataFrame:
    return harm_rows(
        _effect.columns,
        _effect.at,
        _effect.ranking().head(SHOWN),
        _effect.view.as_of,
        _effect.view.until,
        _effect.in_force.values,
        settings().bands,
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
