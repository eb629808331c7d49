"""The expiry timeline as a chart: a click or a box filters; until Plotly has come, a picture."""

from datetime import datetime
from typing import Any

import streamlit as st

from data_access.timeline import Timeline
from pages.parts.timeline_choice import begin, narrow_to
from pages.parts.timeline_figure import Shown, made
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter

CONFIG = {
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtonsToRemove": ["lasso2d", "autoScale2d", "toImage"],
}
HEIGHT = 240
"""In pixels: low enough for the first rows to be seen below it."""

DRAWN_OF_BARS = ("name", "x", "y", "width", "marker")


def timeline_chart(
    viewer: Viewer, drawn: Timeline, wanted: AccountFilter, as_of: datetime, by_region: bool
) -> None:
    """Draws the bars; choosing some narrows the list to their days."""
    _ = viewer.text
    if not drawn.bars:
        st.info(_("None of these accounts has an expiry."), icon=":material/event_busy:")
        return
    chart = made(Shown.of(viewer, drawn, wanted, as_of, by_region))
    # A new figure is a new widget: an old selection never means other days.
    key = f"timeline-{chart.digest}"
    begin(key)
    st.plotly_chart(
        chart.figure,
        key=key,
        height=HEIGHT,
        on_select=lambda: narrow_to(key, st.session_state[key]),
        selection_mode=("points", "box"),
        config=CONFIG,
        alt=chart.summary,
    )


def first_picture(
    viewer: Viewer, drawn: Timeline, wanted: AccountFilter, as_of: datetime
) -> dict[str, Any]:
    """The chart of a new tab for what draws it until Plotly has come (chart.js): the figure without
    the parts that only Plotly makes use of."""
    chart = made(Shown.of(viewer, drawn, wanted, as_of, by_region=False))
    figure = chart.figure.to_dict()
    return {
        "alt": chart.summary,
        "height": HEIGHT,
        "bars": [{part: trace[part] for part in DRAWN_OF_BARS} for trace in figure["data"]],
        "layout": {part: of for part, of in figure["layout"].items() if part != "template"},
    }


def how_to_choose(viewer: Viewer) -> None:
    """What clicks on the chart do, in a line beside what it shows."""
    _ = viewer.text
    st.caption(
        _("Click a bar to see its accounts; the chart's tools zoom, or choose several bars."),
        width="content",
    )
