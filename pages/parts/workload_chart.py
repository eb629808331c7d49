"""Expiries a week for the next year, as accounts and as people; a click on a bar opens its list."""

from datetime import date, timedelta

import plotly.graph_objects as go
import streamlit as st

from data_access.workload import expiring_between
from pages.parts import formats
from pages.parts.axes import as_read_by, day_format, of_counts
from pages.parts.colours import BLUE, NEUTRAL, ORANGE, striped
from pages.parts.finished_figure import FinishedFigure
from pages.parts.places import ACCOUNTS
from pages.parts.timeline_choice import selected_days
from pages.parts.timeline_marks import name_cliffs
from pages.parts.url import query_of
from pages.parts.viewer import Viewer
from pages.parts.workload_data import Plan
from rules.account_filter import AccountFilter

OPEN = "open_list"
HEADROOM = 1.36


def follow_click() -> None:
    """Goes to the list of the bar that was clicked; the first thing that the page does."""
    if OPEN in st.session_state:
        st.switch_page(ACCOUNTS, query_params=query_of(st.session_state.pop(OPEN)))


def workload_chart(viewer: Viewer, plan: Plan) -> None:
    """Draws the bars, and a line for the weeks as they would be with the proposal."""
    _ = viewer.text
    weeks = plan.ahead.weeks
    key = repr((list(weeks["accounts"]), plan.ahead.cliffs, plan.proposal, plan.effort, viewer))
    built = _figure(key, viewer, plan)
    widget = f"workload-{hash(key)}"
    st.plotly_chart(
        FinishedFigure(built),
        key=widget,
        height=330,
        on_select=lambda: _clicked(widget),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=summary(viewer, plan),
    )
    st.caption(_("Click a bar to see its accounts."))


def figure_of(viewer: Viewer, plan: Plan) -> go.Figure:
    """The figure. The two axes are of one scale: so many accounts need so many people."""
    figure = go.Figure()
    with_cliff = [bool(plan.ahead.cliffs_of(n)) for n in range(len(plan.ahead.weeks))]
    _bars(viewer, plan, figure, [n for n, cliff in enumerate(with_cliff) if not cliff], False)
    _bars(viewer, plan, figure, [n for n, cliff in enumerate(with_cliff) if cliff], True)
    if plan.proposal.moves:
        _with_proposal(viewer, plan, figure)
    _people_axis(plan, figure)
    begins = plan.ahead.weeks["first"].iloc[0]
    name_cliffs(
        viewer, figure, plan.ahead.cliffs, lambda day: plan.accounts((day - begins).days // 7)
    )
    _lay_out(viewer, plan, figure)
    return figure


def list_clicked(selection: dict) -> AccountFilter | None:
    """The accounts of the bars that were clicked; None if none was."""
    days = selected_days(selection)
    return None if days is None else expiring_between(*days)


def summary(viewer: Viewer, plan: Plan) -> str:
    """What the chart shows, for those who do not see it."""
    _ = viewer.text
    weeks = plan.ahead.weeks
    if weeks["accounts"].sum() == 0:
        return _("Nothing expires in the next 52 weeks.")
    highest = int(weeks["accounts"].argmax())
    return _(
        "Expiries in the next 52 weeks: {n} accounts. The most are {most}, in the week of {day}."
    ).format(
        n=formats.number(viewer, weeks["accounts"].sum()),
        most=formats.number(viewer, plan.accounts(highest)),
        day=formats.day(viewer, weeks["first"].iloc[highest]),
    )


def _bars(viewer: Viewer, plan: Plan, figure: go.Figure, weeks: list[int], cliff: bool) -> None:
    _ = viewer.text
    if not weeks:
        return
    rows = plan.ahead.weeks.iloc[weeks]
    lists = [plan.list_of(n) for n in weeks]
    said = [
        [
            str(wanted.expires_from),
            str(wanted.expires_to),
            formats.number(viewer, plan.effort.contacts(n)),
            formats.decimal(viewer, round(plan.effort.people(n), 1)),
        ]
        for wanted, n in zip(lists, rows["accounts"], strict=True)
    ]
    days = day_format(viewer)
    hover = _("<b>{n} accounts</b><br>about {contacts} contacts, {people} people (estimate)")
    figure.add_bar(
        x=list(rows["first"]),
        y=[int(n) for n in rows["accounts"]],
        width=6.4 * 86_400_000,
        offset=0,
        name=_("Week with a cliff") if cliff else _("Expiries"),
        marker={
            "color": ORANGE if cliff else BLUE,
            "pattern": striped("/" if cliff else ""),
        },
        customdata=said,
        hovertemplate=hover.format(n="%{y}", contacts="%{customdata[2]}", people="%{customdata[3]}")
        + f"<br>%{{customdata[0]|{days}}} – %{{customdata[1]|{days}}}<extra></extra>",
    )


def _with_proposal(viewer: Viewer, plan: Plan, figure: go.Figure) -> None:
    _ = viewer.text
    firsts = list(plan.ahead.weeks["first"])
    figure.add_scatter(
        # The last step needs an end to be seen.
        x=[*firsts, firsts[-1] + timedelta(days=7)],
        y=[*plan.proposal.after, plan.proposal.after[-1]],
        name=_("With the proposal, and so a year later"),
        mode="lines",
        line={"color": NEUTRAL, "width": 2.5, "shape": "hv", "dash": "4px,2px"},
        hoverinfo="skip",
    )


def _people_axis(plan: Plan, figure: go.Figure) -> None:
    """An axis is drawn only where a trace uses it."""
    figure.add_scatter(
        x=[plan.ahead.weeks["first"].iloc[0]],
        y=[0],
        yaxis="y2",
        mode="markers",
        marker={"opacity": 0},
        showlegend=False,
        hoverinfo="skip",
    )


def _lay_out(viewer: Viewer, plan: Plan, figure: go.Figure) -> None:
    _ = viewer.text
    weeks = plan.ahead.weeks
    top = max(int(weeks["accounts"].max()), max(plan.proposal.after), 1) * HEADROOM
    axis = {"fixedrange": True, "rangemode": "tozero", "nticks": 6}
    figure.update_layout(
        barmode="overlay",
        margin={"l": 0, "r": 0, "t": 26, "b": 0},
        legend={"orientation": "h", "y": -0.12, "x": 0, "yanchor": "top"},
        clickmode="event+select",
        dragmode=False,
        xaxis={
            "range": [_before(weeks["first"].iloc[0]), _before(weeks["last"].iloc[-1], -3)],
            "type": "date",
            "fixedrange": True,
        },
        yaxis=axis | {"range": [0, top], **of_counts(top)},
        yaxis2=axis
        | {
            "range": [0, max(plan.effort.people(top), 0.001)],
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
        },
        annotations=[
            *figure.layout.annotations,
            _over_axis(_("accounts"), 0, "left"),
            _over_axis(_("people (estimate)"), 1, "right"),
        ],
    )
    as_read_by(viewer, figure)


def _over_axis(text: str, x: float, anchor: str) -> dict:
    place = {"x": x, "y": 1, "xref": "paper", "yref": "paper", "xanchor": anchor}
    return place | {"text": text, "showarrow": False, "yanchor": "bottom", "font": {"size": 12}}


def _before(day: date, days: int = 3) -> date:
    return day - timedelta(days=days)


@st.cache_resource(max_entries=24, show_spinner=False)
def _figure(key: str, _viewer: Viewer, _plan: Plan) -> dict:
    return figure_of(_viewer, _plan).to_plotly_json()


def _clicked(widget: str) -> None:
    wanted = list_clicked(st.session_state[widget]["selection"])
    if wanted is not None:
        st.session_state[OPEN] = wanted
