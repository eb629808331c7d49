"""The top of the Today screen: its name, what is blocked and what it costs, and what the list
below is."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from data_access.freshness import Freshness
from data_access.work_list import MOST, Group
from pages.parts import formats
from pages.parts.counters import ages
from pages.parts.today_data import EVERYBODY, MINE, NOBODYS, SHOWN, WHOSE, Blocked, WorkList
from pages.parts.today_groups import group_name
from pages.parts.viewer import Viewer


def page_head(viewer: Viewer, sources: Sequence[Freshness], as_of: datetime) -> None:
    """The name of the screen, and the age of the data."""
    with st.container(horizontal=True, vertical_alignment="center", key="page_head"):
        st.title(viewer.text("Today"), anchor=False, width="content")
        st.space("stretch")
        st.caption(ages(viewer, list(sources), as_of), width="content")


def blocked_figures(viewer: Viewer, blocked: Blocked) -> None:
    """Accounts blocked now, for how long, and what waits meanwhile."""
    _ = viewer.text
    figures = (
        (_("Blocked now"), formats.number(viewer, blocked.accounts), _("Expired or refused.")),
        (
            _("Blocked days"),
            formats.number(viewer, blocked.days_blocked),
            _("The days that these accounts have been blocked so far, together."),
        ),
        (
            _("Orders waiting ≈"),
            formats.estimate(viewer, blocked.orders),
            _("Orders a day × days blocked, for each account that is blocked."),
        ),
        (
            _("Money in them ≈"),
            formats.short_money(viewer, blocked.money),
            _("Orders waiting × average order value."),
        ),
    )
    with st.container(horizontal=True, gap="xsmall", key="tiles_blocked"):
        for label, value, help_text in figures:
            with st.container(border=True, gap=None):
                st.metric(label, value, help=help_text)


def list_head(viewer: Viewer, shown: Group | None) -> str:
    """What the list is, and for the call list whose accounts it has; returns whose."""
    _ = viewer.text
    with st.container(horizontal=True, vertical_alignment="center", key="list_head"):
        st.header(group_name(viewer, shown), anchor=False, width="content")
        if shown is not None:
            return EVERYBODY
        names = {EVERYBODY: _("Everybody's"), MINE: _("Mine"), NOBODYS: _("Nobody's")}
        return st.segmented_control(
            _("Whose accounts"),
            WHOSE,
            default=EVERYBODY,
            required=True,
            format_func=names.get,
            key="whose",
            label_visibility="collapsed",
            wrap=True,
        )


def how_many_shown(viewer: Viewer, work: WorkList, shown: Group | None) -> str:
    """How much of the list the table has, and what is left out of it."""
    _ = viewer.text
    if shown is not None:
        if work.in_all <= MOST:
            return ""
        return _("The first {n} of {in_all}.").format(
            n=formats.number(viewer, len(work.rows)), in_all=formats.number(viewer, work.in_all)
        )
    said = _("The {n} with the most harm to avoid, of {in_all} who lapse within 30 days.").format(
        n=formats.number(viewer, min(SHOWN, work.in_all)),
        in_all=formats.number(viewer, work.in_all),
    )
    if work.snoozed:
        more = viewer.plural("{n} more is snoozed.", "{n} more are snoozed.", work.snoozed)
        said += " " + more.format(n=formats.number(viewer, work.snoozed))
    return said
