"""The expiry timeline as a figure: bars by week or day, today, cliffs, the days of the filter."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

import plotly.graph_objects as go

from data_access.timeline import Bar, Timeline
from data_access.workload import STILL_AHEAD
from pages.parts import formats, statuses
from pages.parts.axes import as_read_by, day_format, of_counts, with_room
from pages.parts.colours import BLUE, ORANGE, VIOLET, striped
from pages.parts.finished_figure import FinishedFigure
from pages.parts.timeline_marks import (
    EARLIER,
    Window,
    mark_today,
    mark_window,
    name_cliffs,
    name_earlier,
    x_of,
)
from pages.parts.viewer import Viewer
from rules.account_filter import REGIONS, AccountFilter
from rules.authorization import Status

REGION_LOOKS = {"EU": (BLUE, ""), "NA": (ORANGE, "/"), "FE": (VIOLET, "x")}


@dataclass(frozen=True)
class Shown:
    """Everything that the chart depends on. Equal ones are one figure, which is made once: Plotly
    takes as long for it as the rest of the screen, and most clicks leave it as it is."""

    drawn: Timeline
    people: tuple[str, str, str]
    today: date
    window: Window
    by_region: bool
    viewer: Viewer = field(compare=False)

    @classmethod
    def of(
        cls,
        viewer: Viewer,
        drawn: Timeline,
        wanted: AccountFilter,
        as_of: datetime,
        by_region: bool,
    ) -> "Shown":
        """The same picture in whose words, and on which day."""
        people = (viewer.language, viewer.locale, viewer.zone.key)
        window = window_days(wanted, as_of)
        return cls(drawn, people, as_of.date(), window, by_region, viewer)


@dataclass(frozen=True)
class Made:
    """A figure, a number that only the same figure has, and what it shows in words."""

    figure: FinishedFigure
    digest: int
    summary: str


@lru_cache(maxsize=64)
def made(shown: Shown) -> Made:
    """A figure is shared by all tabs that show the same: nobody may change it."""
    figure = figure_of(shown.viewer, shown.drawn, shown.window, shown.today, shown.by_region)
    finished = FinishedFigure(figure.to_plotly_json())
    return Made(finished, hash(figure.to_json()), summary(shown.viewer, shown.drawn))


def window_days(wanted: AccountFilter, as_of: datetime) -> Window:
    """First and last day that the list is narrowed to; None where it is not."""
    starts, ends = wanted.window(as_of)
    return (
        starts.astimezone(as_of.tzinfo).date() if starts else None,
        ends.astimezone(as_of.tzinfo).date() if ends else None,
    )


def figure_of(
    viewer: Viewer, drawn: Timeline, window: Window, today: date, by_region: bool
) -> go.Figure:
    """The figure: one trace for each status or region, stacked."""
    _ = viewer.text
    stacks, days = _stacks(drawn, by_region), day_format(viewer)
    figure = go.Figure()
    for value in REGIONS if by_region else [of.value for of in Status]:
        accounts = stacks.get(value)
        if not accounts:
            continue
        places = sorted(accounts)
        name, colour, pattern = _look(viewer, value, by_region)
        figure.add_bar(
            x=[place.x for place in places],
            y=[accounts[place] for place in places],
            width=[_width(place.days) for place in places],
            offset=0,
            name=name,
            marker={"color": colour, "pattern": striped(pattern)},
            customdata=[[str(place.first), str(place.last)] for place in places],
            hovertemplate=f"<b>%{{y}}</b> {name}<br>%{{customdata[0]|{days}}} – "
            f"%{{customdata[1]|{days}}}<extra></extra>",
        )
    mark_window(figure, drawn, window)
    mark_today(viewer, figure, today)
    name_cliffs(viewer, figure, drawn.cliffs, lambda day: _height(drawn, day))
    name_earlier(viewer, figure, drawn)
    highest = max(sum(stacks.values(), Counter()).values(), default=0)
    figure.update_layout(
        barmode="stack",
        legend={"orientation": "h", "y": -0.16, "x": 0, "yanchor": "top"},
        # With "select" as the drag mode Plotly hears no click; the toolbar's box selects.
        clickmode="event+select",
        xaxis={"range": [x_of(drawn.first, -EARLIER - 1), x_of(drawn.last, 1)], "type": "date"},
        yaxis={"title": None, "rangemode": "tozero", **of_counts(highest)},
    )
    with_room(figure, highest, r=0, t=34, b=62)
    as_read_by(viewer, figure)
    return figure


def summary(viewer: Viewer, drawn: Timeline) -> str:
    """What the chart shows, for those who do not see it."""
    _ = viewer.text
    ahead = (bar for bar in drawn.bars if bar.is_shown and bar.status in STILL_AHEAD)
    text = _("Expiries from {first} to {last}: {n} still ahead.").format(
        first=formats.day(viewer, drawn.first),
        last=formats.day(viewer, drawn.last),
        n=sum(bar.accounts for bar in ahead),
    )
    for cliff in drawn.cliffs:
        text += " " + _("{n} on {day}.").format(
            n=cliff.accounts, day=formats.day(viewer, cliff.day)
        )
    return text


class _Place(NamedTuple):
    """Where a bar stands on the axis, and the days that a click on it means."""

    x: date
    first: date
    last: date
    days: int


def _stacks(drawn: Timeline, by_region: bool) -> dict[str, Counter[_Place]]:
    """The accounts of each status or region in each place."""
    stacks: dict[str, Counter[_Place]] = {}
    for bar in drawn.bars:
        if place := _place(bar, drawn.first):
            value = bar.region if by_region else bar.status
            stacks.setdefault(value, Counter())[place] += bar.accounts
    return stacks


def _place(bar: Bar, first: date) -> _Place | None:
    """All that is older stands in one bar at the left edge; what is later has no place."""
    if bar.end is None:
        return None
    if bar.start is None:
        return _Place(x_of(first, -EARLIER), date(2000, 1, 1), bar.end, 7)
    return _Place(bar.start, bar.start, bar.end, (bar.end - bar.start).days + 1)


def _width(days: int) -> float:
    # In milliseconds, as on every axis of time.
    return (days - 0.35 if days > 1 else 0.85) * 86_400_000


def _look(viewer: Viewer, value: str, by_region: bool) -> tuple[str, str, str]:
    if by_region:
        return value, *REGION_LOOKS[value]
    look = statuses.LOOKS[Status(value)]
    return statuses.label(viewer, Status(value)), look.colour, look.pattern


def _height(drawn: Timeline, day: date) -> int:
    """How many accounts are drawn in the bar that a day belongs to."""
    return sum(bar.accounts for bar in drawn.bars if bar.is_shown and bar.start <= day <= bar.end)
