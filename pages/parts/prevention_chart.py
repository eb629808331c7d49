"""Expiries that were prevented and those that came, side by side for each month or cohort."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.parts import formats
from pages.parts.axes import as_read_by, of_counts
from pages.parts.colours import BLUE, ORANGE, striped
from pages.parts.finished_figure import FinishedFigure
from pages.parts.viewer import Viewer


def prevention_chart(viewer: Viewer, found: pd.DataFrame, labels: list[str]) -> None:
    """Draws the bars from the oldest to the latest, each with its share above it."""
    built = _figure(repr((found.to_dict("list"), labels, viewer)), viewer, found, labels)
    st.plotly_chart(
        FinishedFigure(built),
        key="prevention_chart",
        height=260,
        config={"displayModeBar": False},
        alt=summary(viewer, found, labels),
    )


def figure_of(viewer: Viewer, found: pd.DataFrame, labels: list[str]) -> go.Figure:
    """The figure: lapses on top of the renewals in time."""
    _ = viewer.text
    rows = found.iloc[::-1]
    figure = go.Figure()
    for column, name, colour, shape in (
        ("renewed_in_time", _("Renewed before expiry"), BLUE, ""),
        ("lapses_begun", _("Lapsed"), ORANGE, "/"),
    ):
        figure.add_bar(
            x=labels[::-1],
            y=[int(n) for n in rows[column]],
            name=name,
            marker={"color": colour, "pattern": striped(shape)},
            hovertemplate="%{x}<br><b>%{y}</b> " + name + "<extra></extra>",
        )
    due = rows["renewed_in_time"] + rows["lapses_begun"]
    figure.add_scatter(
        x=labels[::-1],
        y=list(due),
        mode="text",
        text=["" if pd.isna(n) else formats.percent(viewer, n) for n in rows["share_in_time"]],
        textposition="top center",
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )
    figure.update_layout(
        barmode="stack",
        margin={"l": 0, "r": 0, "t": 20, "b": 0},
        legend={"orientation": "h", "y": 1.02, "x": 0, "yanchor": "bottom", "traceorder": "normal"},
        xaxis={"fixedrange": True, "type": "category"},
        yaxis={
            "fixedrange": True,
            **of_counts(due.max()),
            "nticks": 5,
            "range": [0, max(int(due.max()), 1) * 1.15],
        },
    )
    as_read_by(viewer, figure, days=False)
    return figure


def summary(viewer: Viewer, found: pd.DataFrame, labels: list[str]) -> str:
    """What the chart shows, for those who do not see it."""
    return " ".join(
        viewer.text("{when}: {share} renewed before expiry.").format(
            when=label, share="–" if pd.isna(value) else formats.percent(viewer, value)
        )
        for label, value in zip(labels, found["share_in_time"], strict=True)
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _figure(key: str, _viewer: Viewer, _found: pd.DataFrame, _labels: list[str]) -> dict:
    return figure_of(_viewer, _found, _labels).to_plotly_json()
