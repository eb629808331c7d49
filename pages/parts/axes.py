"""Numbers and days in charts as the viewer reads them."""

import plotly.graph_objects as go

from pages.parts.viewer import Viewer

NUMBERS_FOR_DAYS = (
    {"dtickrange": [None, 86_400_000 - 1], "value": "%d.%m. %H:%M"},
    {"dtickrange": [86_400_000, "M1"], "value": "%d.%m."},
    {"dtickrange": ["M1", None], "value": "%m/%Y"},
)
"""Streamlit brings Plotly without the names of months in other languages than English."""


def as_read_by(viewer: Viewer, figure: go.Figure, days: bool = True) -> None:
    """Separators of numbers; with `days` the ticks of the horizontal axes, at every zoom."""
    if viewer.language == "en":
        return
    figure.update_layout(separators=",.")
    if days:
        figure.update_xaxes(tickformatstops=NUMBERS_FOR_DAYS)
