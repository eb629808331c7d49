"""Each account of the filter on its expiry date, its size the money that a lapse puts at risk."""

from datetime import datetime

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from data_access.settings import settings
from pages.parts import formats, statuses
from pages.parts.axes import as_read_by
from pages.parts.colours import NEUTRAL
from pages.parts.opening import open_account
from pages.parts.viewer import Viewer
from rules.authorization import Status

MOST = 1_000
"""Marks drawn at once; more are neither told apart nor quick to draw."""


def bubble_chart(viewer: Viewer, accounts: pd.DataFrame, matching: int, as_of: datetime) -> None:
    """accounts: rows of the list, MOST at most. A click opens the account."""
    _ = viewer.text
    dated = accounts.dropna(subset=["expires_at"])
    if dated.empty:
        st.info(_("None of these accounts has an expiry."), icon=":material/event_busy:")
        return
    st.plotly_chart(
        figure_of(viewer, dated, as_of),
        height=330,
        key="bubbles",
        on_select=_selected,
        selection_mode="points",
        config={"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d"]},
        alt=_("{n} accounts by expiry date and money per day").format(n=len(dated)),
    )
    if matching > len(accounts):
        st.caption(
            _("The first {shown} of {matching} accounts in the order of the list.").format(
                shown=formats.number(viewer, len(accounts)),
                matching=formats.number(viewer, matching),
            )
        )


def figure_of(viewer: Viewer, dated: pd.DataFrame, as_of: datetime) -> go.Figure:
    """One trace for each status, with a symbol of its own."""
    _ = viewer.text
    largest = max(float(dated["daily_value"].max()), 1.0)
    figure = go.Figure()
    for of in Status:
        rows = dated[dated["status"] == of.value]
        if rows.empty:
            continue
        look = statuses.LOOKS[of]
        figure.add_scatter(
            x=[at.astimezone(viewer.zone).replace(tzinfo=None) for at in rows["expires_at"]],
            y=[max(value, 1.0) for value in rows["daily_value"]],
            mode="markers",
            name=statuses.label(viewer, of),
            marker={
                "color": look.colour,
                "symbol": look.symbol,
                "size": [7 + 27 * (value / largest) ** 0.5 for value in rows["daily_value"]],
                "opacity": 0.75,
                "line": {"width": 1, "color": NEUTRAL},
            },
            customdata=[
                [
                    int(row.id),
                    _hover(row.seller_name),
                    formats.moment(viewer, row.expires_at),
                    formats.money(viewer, row.daily_value),
                ]
                for row in rows.itertuples()
            ],
            hovertemplate="<b>%{customdata[1]}</b><br>%{customdata[2]}<br>%{customdata[3]} "
            + _("per day")
            + "<extra></extra>",
        )
    figure.add_vline(
        x=as_of.replace(tzinfo=None), line={"color": NEUTRAL, "width": 2, "dash": "dot"}
    )
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 34, "b": 0},
        legend={"orientation": "h", "y": 1.16, "x": 0, "itemsizing": "constant"},
        yaxis={
            "type": "log",
            "title": _("money per day") + f" ({settings().currency})",
            "tickformat": ",~f",
        },
    )
    as_read_by(viewer, figure)
    return figure


def _hover(name: str) -> str:
    # Plotly reads a little HTML in hover texts; a seller's name is none.
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _selected() -> None:
    points = st.session_state["bubbles"]["selection"]["points"]
    if points:
        open_account(points[0]["customdata"][0])
