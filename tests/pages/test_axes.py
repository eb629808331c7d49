"""The room that numbers on an axis need."""

import plotly.graph_objects as go
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.axes import with_room

WIDEST = {"0": 6.3, ",": 3.2}
"""Pixels of a digit and of a separator in Arial at the size of the axes, 11.25 pixels; Verdana is a
ninth wider."""


@given(st.floats(0, 1e12))
def test_the_highest_number_on_the_axis_has_room(highest):
    figure = go.Figure()
    with_room(figure, highest, r=1)
    written = f"{highest * 1.05:,.0f}"
    width = sum(WIDEST.get(letter, WIDEST["0"]) for letter in written)
    assert width * 10 / 9 < figure.layout.margin.l < width * 10 / 9 + 20 + 0.1 * width


def test_only_given_margins_change():
    figure = go.Figure(layout={"margin": {"t": 34, "b": 5}})
    with_room(figure, 999, b=62)
    margin = figure.layout.margin
    assert (margin.t, margin.b) == (34, 62)
