"""The desk beside what one would use without it: Dash AG Grid, the Django admin, Datasette, and a
Streamlit page as one writes it first."""

from tests.bench.peers.measuring import measure

__all__ = ["measure"]
