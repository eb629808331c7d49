"""A chart that is made once and drawn at every run."""

import plotly.graph_objects as go


class FinishedFigure(go.Figure):
    """A figure that was checked when it was made, and that nobody changes any more.

    Streamlit asks a figure for its dictionary at every run, for which Plotly copies all of it: this
    one gives the one it was made of.
    """

    def __init__(self, made: dict) -> None:
        """made: as `to_plotly_json` gives it; may be shared with other tabs."""
        super().__init__()
        self._made = made

    def to_dict(self) -> dict:
        """The dictionary; to be read only."""
        return self._made
