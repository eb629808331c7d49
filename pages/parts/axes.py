"""Numbers and days in charts as the viewer reads them, and the room that they need."""

import re

import plotly.graph_objects as go
from babel.dates import get_date_format

from pages.parts.viewer import Viewer

NUMBERS_FOR_DAYS = (
    {"dtickrange": [None, 86_400_000 - 1], "value": "%d.%m. %H:%M"},
    {"dtickrange": [86_400_000, "M1"], "value": "%d.%m."},
    {"dtickrange": ["M1", None], "value": "%m/%Y"},
)
"""Streamlit brings Plotly without the names of months in other languages than English."""

DIRECTIVES = {"dd": "%d", "d": "%-d", "MMM": "%b", "MM": "%m", "M": "%-m", "y": "%Y"}
"""What Plotly calls the parts of a day in Babel's formats."""

DIGIT, SEPARATOR, BESIDE = 7, 3.5, 9
"""Pixels at most of what a number on an axis is written with, in the sans-serif fonts that systems
bring, and between it and the axis."""
FEW = 4
"""Below it Plotly would put ticks between whole numbers."""
ABOVE_HIGHEST = 1.4
"""So far above the highest value an axis goes on where something is written over it."""


def as_read_by(viewer: Viewer, figure: go.Figure, days: bool = True) -> None:
    """Separators of numbers; with `days` the ticks of the horizontal axes, at every zoom."""
    if viewer.language == "en":
        return
    figure.update_layout(separators=",.")
    if days:
        figure.update_xaxes(tickformatstops=NUMBERS_FOR_DAYS)


def of_counts(highest: float) -> dict[str, object]:
    """An axis of counts up to `highest`: whole numbers, and none of them twice."""
    return {"tickformat": ",d"} | ({"dtick": 1} if highest < FEW else {})


def day_format(viewer: Viewer) -> str:
    """Lets Plotly write a day as pages.parts.formats does."""
    pattern = get_date_format("medium", viewer.locale).pattern
    return re.sub("|".join(DIRECTIVES), lambda part: DIRECTIVES[part[0]], pattern)


def with_room(figure: go.Figure, highest: float, **margins: float) -> None:
    """Sets the margins, on the left such that numbers up to `highest` have room.

    Plotly gives the labels of its axes the room that they turn out to need, but has drawn all of
    the figure until it knows, and draws it once more.
    """
    digits = len(str(int(highest * ABOVE_HIGHEST)))
    left = DIGIT * digits + SEPARATOR * ((digits - 1) // 3) + BESIDE
    figure.update_layout(margin={"l": left, **margins})
