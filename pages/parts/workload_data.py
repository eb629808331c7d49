"""What the Workload screen shows, worked out once for everybody who looks at the same data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from data_access.account_detail import version
from data_access.settings import settings
from data_access.workload import Workload, effort_in_force, expiring_between, workload
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.days import SATURDAY, rounded_down
from rules.smoothing import Proposal, smoothed
from rules.workload import Effort

STEP = timedelta(minutes=5)
"""The screen speaks of now, rounded down to this."""


@dataclass(frozen=True)
class Plan:
    """The year ahead with what is assumed of it, and a proposal that evens it out.

    in_force  the assumptions that everybody works with
    effort    those that the screen shows, perhaps only tried
    """

    as_of: datetime
    ahead: Workload
    in_force: Effort
    effort: Effort
    proposal: Proposal

    @property
    def is_tried(self) -> bool:
        """Whether the screen shows assumptions that are not in force."""
        return self.effort != self.in_force

    def accounts(self, week: int) -> int:
        """Accounts that expire in a week, by its place."""
        return int(self.ahead.weeks["accounts"].iloc[week])

    def list_of(self, week: int) -> AccountFilter:
        """The accounts behind a week: those that expire from its first to its last day."""
        row = self.ahead.weeks.iloc[week]
        return expiring_between(max(row["first"], self.as_of.date()), row["last"])


def ahead_of(viewer: Viewer) -> tuple[datetime, Workload]:
    """The moment that the screen speaks of, and the year ahead of it. Raises DatabaseAway."""
    as_of = rounded_down(viewer.now(), STEP)
    key = repr((settings().database_url, version(), as_of))
    return as_of, _workload(key, as_of)


def plan_of(
    viewer: Viewer,
    tried: Callable[[Effort], Effort],
    level: int | None = None,
    weeks: int | None = None,
) -> Plan:
    """Everything about the year ahead. Raises DatabaseAway.

    tried  the assumptions to show instead of those in force
    level  the most accounts a week that the proposal aims at, else the usual one
    weeks  how many weeks early it may invite, else as the settings say
    """
    as_of, ahead = ahead_of(viewer)
    in_force = effort_in_force()
    proposal = smoothed(
        [int(n) for n in ahead.weeks["accounts"]],
        level,
        weeks or settings().smoothing_weeks,
        # At a weekend nobody is there any more whom this week's invitations could reach.
        first=int(as_of.weekday() >= SATURDAY),
    )
    return Plan(as_of, ahead, in_force, tried(in_force), proposal)


@st.cache_resource(max_entries=8, show_spinner=False)
def _workload(key: str, _as_of: datetime) -> Workload:
    return workload(_as_of, settings().bands)
