"""The colours of charts, each seen on light and on dark, and what tells bars apart without them."""

BLUE = "#3a8fc4"
ORANGE = "#d07a1e"
VIOLET = "#8b63c2"
NEUTRAL = "#8a97a0"
"""A grey."""

BLUE_WASH = "rgba(58,143,196,0.14)"
"""The blue under a line of it."""


def striped(shape: str) -> dict[str, object]:
    """The pattern of a bar, by Plotly's name for its shape; "" for none."""
    return {"shape": shape, "fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.6)", "size": 7}
