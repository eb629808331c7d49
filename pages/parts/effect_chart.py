"""Blocked accounts and waiting orders over a year: the chosen scenario against nobody renewing."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from pages.parts import formats
from pages.parts.axes import as_read_by, day_format, of_counts, with_room
from pages.parts.colours import BLUE, BLUE_WASH, NEUTRAL
from pages.parts.effect_data import Effect
from pages.parts.effect_scenarios import full_name
from pages.parts.effect_url import View
from pages.parts.finished_figure import FinishedFigure
from pages.parts.viewer import Viewer
from rules.scenarios import Scenario

_DRAWN = ("accounts_blocked", "orders_waiting")


def chart(viewer: Viewer, effect: Effect) -> None:
    """Draws both; the dotted line is the day of the slider."""
    # Moving the slider moves a line; the figure itself is not built again.
    view = replace(effect.view, days=0)
    built = _figure(repr((effect.key, effect.in_force.values, view, viewer)), viewer, effect)
    layout = built["layout"] | {"shapes": [_line(axis, effect.view) for axis in ("", "2")]}
    st.plotly_chart(
        FinishedFigure(built | {"layout": layout}),
        key="effect_chart",
        height=354,
        config={"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d"]},
        alt=_summary(viewer, effect),
    )


def figure_of(viewer: Viewer, effect: Effect) -> go.Figure:
    """The figure: two rows that share their days, a line for each scenario."""
    _ = viewer.text
    titles = (_("Accounts blocked (estimate)"), _("Orders waiting (estimate)"))
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.14, subplot_titles=titles
    )
    lines = [(Scenario.NOBODY, {"color": NEUTRAL, "width": 2, "dash": "dash"}, None)]
    if effect.view.scenario is not Scenario.NOBODY:
        lines.append((effect.view.scenario, {"color": BLUE, "width": 2.5}, "tozeroy"))
    else:
        lines = [(Scenario.NOBODY, {"color": BLUE, "width": 2.5}, "tozeroy")]
    for scenario, line, fill in lines:
        daily = effect.daily(scenario)
        days = [effect.view.as_of + timedelta(days=int(day)) for day in daily.index]
        for row, name in enumerate(_DRAWN, start=1):
            figure.add_scatter(
                x=[day.date() for day in days],
                y=[round(value, 1) for value in daily[name]],
                name=full_name(viewer, effect, scenario),
                legendgroup=scenario.value,
                showlegend=row == 1,
                mode="lines",
                line=line,
                fill=fill,
                fillcolor=BLUE_WASH,
                hovertemplate="<b>%{y:,.0f}</b>",
                row=row,
                col=1,
            )
    figure.update_xaxes(hoverformat=day_format(viewer))
    figure.update_yaxes(rangemode="tozero", nticks=4)
    highest = [max(effect.daily(each)[name].max() for each, *_ in lines) for name in _DRAWN]
    for row, up_to in enumerate(highest, start=1):
        figure.update_yaxes(of_counts(up_to), row=row)
    figure.update_annotations(x=0, xanchor="left", font={"size": 13})
    figure.update_layout(
        legend={"orientation": "h", "y": -0.14, "yanchor": "top", "x": 0},
        hovermode="x unified",
    )
    # On a phone the tools always stand above the chart; its title has a line of its own below them.
    with_room(figure, max(highest), r=8, t=48, b=70)
    as_read_by(viewer, figure)
    return figure


@st.cache_resource(max_entries=24, show_spinner=False)
def _figure(key: str, _viewer: Viewer, _effect: Effect) -> dict:
    return figure_of(_viewer, _effect).to_plotly_json()


def _line(axis: str, view: View) -> dict:
    day = view.until.date().isoformat()
    style = {"color": NEUTRAL, "width": 2, "dash": "dot"}
    place = {"xref": f"x{axis}", "yref": f"y{axis} domain", "x0": day, "x1": day, "y0": 0, "y1": 1}
    return {"type": "line", "line": style} | place


def _summary(viewer: Viewer, effect: Effect) -> str:
    """What the chart shows, for those who do not see it."""
    _ = viewer.text
    said = []
    for scenario in dict.fromkeys((Scenario.NOBODY, effect.view.scenario)):
        row: pd.Series = effect.daily(scenario).iloc[effect.view.days]
        said.append(
            _("{scenario}: {accounts} accounts blocked and {orders} orders waiting.").format(
                scenario=full_name(viewer, effect, scenario),
                accounts=formats.number(viewer, row["accounts_blocked"]),
                orders=formats.estimate(viewer, row["orders_waiting"]),
            )
        )
    return " ".join(said)
