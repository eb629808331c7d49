"""What is written into the expiry timeline can be read."""

from datetime import date

import plotly.graph_objects as go

from pages.parts.timeline_marks import name_cliffs
from pages.parts.viewer import Viewer
from rules.acts import Role
from rules.cliffs import Cliff

ANNA = Viewer("anna", Role.AGENT, "en", "en_GB", None)


def written(heights: dict[date, int]) -> list[tuple[date, int, str]]:
    """The day, the height and the text of each label, where so many expire on cliffs."""
    figure = go.Figure()
    cliffs = [Cliff(day, accounts, 3) for day, accounts in heights.items()]
    name_cliffs(ANNA, figure, cliffs, heights.get)
    return [
        (date.fromisoformat(str(each.x)), each.y, each.text) for each in figure.layout.annotations
    ]


def test_cliffs_of_a_week_share_a_label_at_the_highest():
    heights = {date(2026, 12, 18): 1598, date(2026, 12, 17): 1383, date(2026, 12, 24): 900}
    assert written(heights) == [
        (date(2026, 12, 18), 1598, "1,383 · 17 Dec<br>1,598 · 18 Dec"),
        (date(2026, 12, 24), 900, "900 · 24 Dec"),
    ]


def test_without_cliffs_nothing_is_written():
    assert written({}) == []
