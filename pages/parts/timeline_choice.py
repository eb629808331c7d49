"""What is chosen in the expiry timeline: bars that are clicked or boxed narrow the list."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from pages.parts.url import filter_from_url, write_filter
from rules.address_values import day_in

_DRAWN, _TOLD = "timeline_drawn", "timeline_told"


def begin(chart: str) -> None:
    """Notes which chart is being drawn, by its key: bars of one that stands there anew are not
    chosen yet."""
    if st.session_state.get(_DRAWN) != chart:
        st.session_state[_DRAWN] = chart
        if st.session_state.get(_TOLD, ("",))[0] == chart:
            del st.session_state[_TOLD]


def narrow_to(chart: str, said: Any) -> None:
    """Narrows the list to the chosen days, in a callback.

    The list of now: a click before this one may have changed the filter since the chart was drawn.
    Until it hears of the next chart, a browser tells with each click what was chosen in this one.

    said: the state of the chart as a browser tells of it
    """
    days = selected_days(said.get("selection") if isinstance(said, Mapping) else None)
    told = chart, days
    if days is not None and told != st.session_state.get(_TOLD):
        wanted, _ignored = filter_from_url()
        first, last = days
        write_filter(replace(wanted.without_window(), expires_from=first, expires_to=last))
    st.session_state[_TOLD] = told


def selected_days(selection: Any) -> tuple[date, date] | None:
    """The first and last day of the bars that were clicked or boxed; None if none was.

    selection: a browser's word for it, which may be anything
    """
    points = selection.get("points") if isinstance(selection, Mapping) else None
    bars = [_days_of(point) for point in points] if isinstance(points, list) else []
    days = [bar for bar in bars if bar is not None]
    if not days:
        return None
    return min(first for first, _ in days), max(last for _, last in days)


def _days_of(point: Any) -> tuple[date, date] | None:
    """The days of a bar; None where no bar of ours has them."""
    said = point.get("customdata") if isinstance(point, Mapping) else None
    bounds = said[:2] if isinstance(said, list) else []
    if len(bounds) < 2 or not all(isinstance(bound, str) for bound in bounds):
        return None
    first, last = map(day_in, bounds)
    return (first, last) if first and last and first <= last else None
