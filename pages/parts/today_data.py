"""The figures of the Today screen. The ranking is worked out once for everybody who looks, from
the columns that the Sync effect screen keeps; who is snoozed or held is asked each time."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import streamlit as st

from data_access import work_list
from data_access.settings import settings
from data_access.work_list import Group
from pages.parts.effect_data import Effect, effect_of
from pages.parts.effect_url import view_of_now
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.scenarios import Scenario, totals_at

SHOWN = 50

EVERYBODY, MINE, NOBODYS = "everybody", "mine", "nobodys"
WHOSE = (EVERYBODY, MINE, NOBODYS)


@dataclass(frozen=True, slots=True)
class Blocked:
    """What is blocked now: accounts, days they have been blocked together, and estimates of the
    orders waiting and the money in them."""

    accounts: int
    days_blocked: float
    orders: float
    money: float


@dataclass(frozen=True)
class WorkList:
    """The accounts of the table in their order; how many belong there in all, and how many were
    left out because they are snoozed."""

    rows: pd.DataFrame
    in_all: int
    snoozed: int = 0


def now_effect(viewer: Viewer) -> Effect:
    """The columns of all accounts at this moment, rounded down to five minutes."""
    return effect_of(AccountFilter(), view_of_now(viewer))


def blocked_now(effect: Effect) -> Blocked:
    """What is blocked at the moment of `effect`, and what it costs."""
    return _blocked(repr((effect.key, effect.in_force.values)), effect)


def call_list(viewer: Viewer, effect: Effect, whose: str, as_of: datetime) -> WorkList:
    """Whom to call first: the ranking without those who are snoozed. Raises DatabaseAway."""
    ids = effect.ranked().to_call
    if whose == MINE:
        ids = ids[np.isin(ids, work_list.held_ids(viewer.name))]
    elif whose == NOBODYS:
        ids = ids[~np.isin(ids, work_list.held_ids())]
    awake = ~np.isin(ids, work_list.snoozed_ids(as_of))
    first = ids[awake][:SHOWN].tolist()
    rows = work_list.work_rows(first, as_of, settings().bands)
    return WorkList(rows, int(awake.sum()), int((~awake).sum()))


def group_list(group: Group, since: datetime, as_of: datetime, in_all: int) -> WorkList:
    """The accounts of a group. Raises DatabaseAway."""
    ids = work_list.members(group, since, as_of)
    return WorkList(work_list.work_rows(ids, as_of, settings().bands), in_all)


@st.cache_resource(max_entries=4, show_spinner=False)
def _blocked(key: str, _effect: Effect) -> Blocked:
    as_of = _effect.view.as_of
    totals = totals_at(
        Scenario.NOBODY,
        _effect.columns.profile,
        _effect.at.authorizations,
        as_of,
        as_of,
        _effect.in_force.values,
    )
    return Blocked(
        accounts=round(totals["accounts_blocked"]),
        days_blocked=_effect.ranked().days_blocked,
        orders=float(totals["orders_waiting"]),
        money=float(totals["money_waiting"]),
    )
