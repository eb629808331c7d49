"""The prevention figures, the same for everybody: months of the team's zone, counted again at
times."""

from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from data_access.prevention import prevention_cohorts, prevention_months
from data_access.settings import settings
from pages.parts.viewer import Viewer
from rules.days import rounded_down

STEP = timedelta(hours=1)
"""How long the figures stand before the whole history is counted again."""


def counted_at(viewer: Viewer) -> datetime:
    """The moment that the figures speak of, in the team's zone: what is reported must not depend
    on where the reader sits."""
    return rounded_down(viewer.now().astimezone(settings().zone), STEP)


def months(as_of: datetime) -> pd.DataFrame:
    """The months, the latest first, as data_access.prevention has them. Raises DatabaseAway."""
    return _months(repr((settings().database_url, as_of)), as_of)


def cohorts(as_of: datetime) -> pd.DataFrame:
    """The cohorts of the same time. Raises DatabaseAway."""
    return _cohorts(repr((settings().database_url, as_of)), as_of)


@st.cache_resource(max_entries=4, show_spinner=False)
def _months(key: str, _as_of: datetime) -> pd.DataFrame:
    return prevention_months(_as_of)


@st.cache_resource(max_entries=4, show_spinner=False)
def _cohorts(key: str, _as_of: datetime) -> pd.DataFrame:
    return prevention_cohorts(_as_of)
