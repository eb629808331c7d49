"""What is marked and written into the expiry timeline: the chosen days, today, cliffs, the past."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import plotly.graph_objects as go

from data_access.timeline import Timeline
from pages.parts import formats
from pages.parts.colours import NEUTRAL
from pages.parts.viewer import Viewer
from rules.cliffs import Cliff

EARLIER = 16
"""Days before the shown time at which the bar of all that is older stands, apart from the weeks."""

LINE = 15
"""Pixels of a line of text."""

Window = tuple[date | None, date | None]
"""First and last day that a list is narrowed to; None where it is open."""


def mark_window(figure: go.Figure, drawn: Timeline, window: Window) -> None:
    """The days that the list is narrowed to, however that came about."""
    starts, ends = window
    if starts is None and ends is None:
        return
    figure.add_shape(
        type="rect",
        x0=starts or x_of(drawn.first, -EARLIER - 1),
        x1=ends or x_of(drawn.last, 1),
        y0=0,
        y1=1,
        yref="paper",
        fillcolor=NEUTRAL,
        opacity=0.18,
        line={"width": 0},
        layer="below",
    )


def mark_today(viewer: Viewer, figure: go.Figure, today: date) -> None:
    """Where the viewer's today begins."""
    figure.add_shape(
        type="line",
        x0=today,
        x1=today,
        y0=0,
        y1=1,
        yref="paper",
        line={"color": NEUTRAL, "width": 2, "dash": "dot"},
    )
    figure.add_annotation(
        x=today,
        y=1,
        yref="paper",
        text=viewer.text("today"),
        showarrow=False,
        xanchor="left",
        # Over the bars, as "earlier" is: within them both would run into the cliffs on a phone.
        yanchor="bottom",
    )


def name_cliffs(
    viewer: Viewer, figure: go.Figure, cliffs: Iterable[Cliff], height: Callable[[date], int]
) -> None:
    """Says how many expire on the days on which unusually many do; those of a week in one place.

    height: of what is drawn for a day
    """
    over = 0
    for near in _near_each_other(cliffs):
        highest = max(near, key=lambda cliff: height(cliff.day))
        figure.add_annotation(
            x=highest.day,
            y=height(highest.day),
            text="<br>".join(
                f"{formats.number(viewer, cliff.accounts)} · {formats.short_day(viewer, cliff.day)}"
                for cliff in near
            ),
            showarrow=True,
            arrowhead=2,
            arrowcolor=NEUTRAL,
            ax=0,
            ay=-9 - LINE * over,
            yanchor="bottom",
        )
        # By turns at the bar and over the neighbour, so that both can be read on a phone.
        over = 0 if over else len(near)


def _near_each_other(cliffs: Iterable[Cliff]) -> list[list[Cliff]]:
    groups: list[list[Cliff]] = []
    for cliff in sorted(cliffs, key=lambda each: each.day):
        if groups and cliff.day - groups[-1][0].day < timedelta(weeks=1):
            groups[-1].append(cliff)
        else:
            groups.append([cliff])
    return groups


def name_earlier(viewer: Viewer, figure: go.Figure, drawn: Timeline) -> None:
    """Says that the bar at the left edge is no week."""
    figure.add_annotation(
        x=x_of(drawn.first, -EARLIER),
        y=1,
        yref="paper",
        text=viewer.text("earlier"),
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
    )


def x_of(day: date, days: int) -> date:
    """So many days after a day, as a place on the axis."""
    return day + timedelta(days=days)
