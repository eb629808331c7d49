"""The expiry timeline as a chart: bars by week or day, today, cliffs; a click or a box filters."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from data_access.timeline import Timeline
from pages.parts import formats, statuses
from pages.parts.url import write_filter
from pages.parts.viewer import Viewer
from rules.account_filter import REGIONS, AccountFilter
from rules.authorization import Status

REGION_LOOKS = {"EU": ("#3a8fc4", ""), "NA": ("#d07a1e", "/"), "FE": ("#8b63c2", "x")}
EARLIER = 16
"""Days before the shown time at which the bar of all that is older stands, apart from the weeks."""

CONFIG = {
    "displaylogo": False,
    "displayModeBar": True,
    "modeBarButtonsToRemove": ["lasso2d", "autoScale2d", "toImage"],
}
NEUTRAL = "#8a97a0"
"""A grey that is seen on light and on dark."""


def timeline_chart(
    viewer: Viewer, drawn: Timeline, wanted: AccountFilter, as_of: datetime, by_region: bool
) -> None:
    """Draws the bars; choosing some narrows the list to their days."""
    _ = viewer.text
    if drawn.bars.empty:
        st.info(_("None of these accounts has an expiry."), icon=":material/event_busy:")
        return
    figure = figure_of(viewer, drawn, wanted, as_of, by_region)
    # A new figure is a new widget: an old selection never means other days.
    key = f"timeline-{hash(figure.to_json())}"
    st.plotly_chart(
        figure,
        key=key,
        height=280,
        on_select=lambda: _selected(key, wanted),
        selection_mode=("points", "box"),
        config=CONFIG,
        alt=summary(viewer, drawn),
    )
    st.caption(_("Click a bar to see its accounts; the tools above zoom, or choose several bars."))


def figure_of(
    viewer: Viewer, drawn: Timeline, wanted: AccountFilter, as_of: datetime, by_region: bool
) -> go.Figure:
    """The figure: one trace for each status or region, stacked."""
    _ = viewer.text
    bars = _placed(drawn)
    by = "region" if by_region else "status"
    figure = go.Figure()
    for value in REGIONS if by_region else [of.value for of in Status]:
        rows = bars[bars[by] == value]
        if rows.empty:
            continue
        rows = rows.groupby(["x", "first", "last", "days"], as_index=False)["accounts"].sum()
        name, colour, pattern = _look(viewer, value, by_region)
        figure.add_bar(
            x=list(rows["x"]),
            y=list(rows["accounts"]),
            width=[(days - 0.35 if days > 1 else 0.85) * 86_400_000 for days in rows["days"]],
            offset=0,
            name=name,
            marker={"color": colour, "pattern": _pattern(pattern)},
            customdata=[[str(a), str(b)] for a, b in zip(rows["first"], rows["last"], strict=True)],
            hovertemplate=f"<b>%{{y}}</b> {name}<br>%{{customdata[0]}} – %{{customdata[1]}}"
            "<extra></extra>",
        )
    _mark_window(figure, drawn, wanted, as_of)
    _mark_today(viewer, figure, as_of)
    _name_cliffs(viewer, figure, drawn)
    _name_earlier(viewer, figure, drawn)
    figure.update_layout(
        barmode="stack",
        margin={"l": 0, "r": 0, "t": 34, "b": 62},
        legend={"orientation": "h", "y": -0.14, "x": 0, "yanchor": "top"},
        # With "select" as the drag mode Plotly hears no click; the toolbar's box selects.
        clickmode="event+select",
        xaxis={"range": [_x(drawn.first, -EARLIER - 1), _x(drawn.last, 1)], "type": "date"},
        yaxis={"title": None, "rangemode": "tozero", "tickformat": ",d"},
        separators=",." if viewer.language == "de" else ".,",
    )
    return figure


def summary(viewer: Viewer, drawn: Timeline) -> str:
    """What the chart shows, for those who do not see it."""
    _ = viewer.text
    known = drawn.bars.dropna(subset=["start"])
    ahead = known[known["status"] != Status.EXPIRED]
    text = _("Expiries from {first} to {last}: {n} still ahead.").format(
        first=formats.day(viewer, drawn.first),
        last=formats.day(viewer, drawn.last),
        n=int(ahead["accounts"].sum()),
    )
    for cliff in drawn.cliffs.itertuples():
        text += " " + _("{n} on {day}.").format(
            n=cliff.accounts, day=formats.day(viewer, cliff.day)
        )
    return text


def selected_days(selection: dict) -> tuple[date, date] | None:
    """The first and last day of the bars that were clicked or boxed; None if none was."""
    days = [
        (date.fromisoformat(point["customdata"][0]), date.fromisoformat(point["customdata"][1]))
        for point in selection.get("points", ())
        if "customdata" in point
    ]
    if not days:
        return None
    return min(first for first, _ in days), max(last for _, last in days)


def _selected(key: str, wanted: AccountFilter) -> None:
    days = selected_days(st.session_state[key]["selection"])
    if days is not None:
        first, last = days
        write_filter(replace(wanted, within=None, expires_from=first, expires_to=last))


def _placed(drawn: Timeline) -> pd.DataFrame:
    """Bars with a place on the axis; all that is older stands in one bar at the left edge."""
    bars = drawn.bars.copy()
    older = bars["start"].isna() & (
        bars["end"].apply(lambda d: isinstance(d, date) and d < drawn.first)
    )
    bars = bars[bars["start"].notna() | older].copy()
    older = bars["start"].isna()
    bars["last"] = bars["end"].where(~older, drawn.first - timedelta(days=1))
    bars["first"] = bars["start"].where(~older, date(2000, 1, 1))
    bars["x"] = bars["start"].where(~older, _x(drawn.first, -EARLIER))
    bars["days"] = [
        7 if is_older else (last - first).days + 1
        for is_older, first, last in zip(older, bars["first"], bars["last"], strict=True)
    ]
    return bars


def _look(viewer: Viewer, value: str, by_region: bool) -> tuple[str, str, str]:
    if by_region:
        return value, *REGION_LOOKS[value]
    look = statuses.LOOKS[Status(value)]
    return statuses.label(viewer, Status(value)), look.colour, look.pattern


def _pattern(shape: str) -> dict:
    return {"shape": shape, "fillmode": "overlay", "fgcolor": "rgba(255,255,255,0.6)", "size": 7}


def _mark_window(
    figure: go.Figure, drawn: Timeline, wanted: AccountFilter, as_of: datetime
) -> None:
    """The days that the list is narrowed to, however that came about."""
    starts, ends = wanted.window(as_of)
    if starts is None and ends is None:
        return
    figure.add_shape(
        type="rect",
        x0=starts.astimezone(as_of.tzinfo).date() if starts else _x(drawn.first, -EARLIER - 1),
        x1=ends.astimezone(as_of.tzinfo).date() if ends else _x(drawn.last, 1),
        y0=0,
        y1=1,
        yref="paper",
        fillcolor=NEUTRAL,
        opacity=0.18,
        line={"width": 0},
        layer="below",
    )


def _mark_today(viewer: Viewer, figure: go.Figure, as_of: datetime) -> None:
    figure.add_shape(
        type="line",
        x0=as_of.date(),
        x1=as_of.date(),
        y0=0,
        y1=1,
        yref="paper",
        line={"color": NEUTRAL, "width": 2, "dash": "dot"},
    )
    figure.add_annotation(
        x=as_of.date(),
        y=1,
        yref="paper",
        text=viewer.text("today"),
        showarrow=False,
        xanchor="right",
        yanchor="top",
    )


def _name_cliffs(viewer: Viewer, figure: go.Figure, drawn: Timeline) -> None:
    known = drawn.bars.dropna(subset=["start"])
    for number, cliff in enumerate(drawn.cliffs.itertuples()):
        height = known[(known["start"] <= cliff.day) & (known["end"] >= cliff.day)][
            "accounts"
        ].sum()
        figure.add_annotation(
            x=cliff.day,
            y=int(height),
            text=f"{cliff.accounts} · {formats.short_day(viewer, cliff.day)}",
            showarrow=True,
            arrowhead=2,
            arrowcolor=NEUTRAL,
            ax=0,
            # By turns higher and lower, so that neighbours can be read on a phone.
            ay=-16 - 14 * (number % 2),
        )


def _name_earlier(viewer: Viewer, figure: go.Figure, drawn: Timeline) -> None:
    """Says that the bar at the left edge is no week."""
    figure.add_annotation(
        x=_x(drawn.first, -EARLIER),
        y=1,
        yref="paper",
        text=viewer.text("earlier"),
        showarrow=False,
        xanchor="left",
        yanchor="top",
    )


def _x(day: date, days: int) -> date:
    return day + timedelta(days=days)
