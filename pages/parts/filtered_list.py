"""The accounts that a filter means: the filter bar, the chart, the rows and what to do with them.

A fragment: a click in it draws it anew without the rest of the screen.
"""

from datetime import UTC, datetime, timedelta

import streamlit as st

from data_access.account_list import SHOWS, account_page
from data_access.account_order import BadCursor
from data_access.measures import rerun_timed
from data_access.overview import overview
from data_access.settings import settings
from data_access.snapshot import snapshot
from data_access.timeline import timeline
from pages.parts import outreach, outreach_many
from pages.parts.account_table import account_table
from pages.parts.bubbles import MOST, bubble_chart
from pages.parts.bulk_bar import bulk_bar
from pages.parts.deeds import undo_bar
from pages.parts.failures import said_plainly
from pages.parts.filters import filter_bar, what_is_shown
from pages.parts.listed_page import PAGE_SIZE, listed
from pages.parts.listing import export_links, known_languages, pager, selection_bar
from pages.parts.opening import go_to_opened
from pages.parts.plan_dialog import plan_dialog
from pages.parts.rows_first import let_rows_be_seen
from pages.parts.timeline_chart import HEIGHT, how_to_choose, timeline_chart
from pages.parts.url import cursor_from_url, filter_from_url
from pages.parts.viewer import Viewer, require_viewer

TOP_HOLDS_FOR = timedelta(minutes=1)
"""So long a click in the list leaves the counters and the age of the data above it as they are."""


@st.fragment(key=SHOWS)
@rerun_timed("accounts")
def filtered_list(top_drawn_at: datetime) -> None:
    """Draws all of it.

    top_drawn_at: when what stands above the list was drawn. If that is long ago it is drawn anew.
    """
    viewer = require_viewer()
    go_to_opened()
    # In UTC: where the clocks go back, a minute would last an hour.
    if viewer.now().astimezone(UTC) - top_drawn_at > TOP_HOLDS_FOR:
        st.rerun()
    with said_plainly(viewer):
        _draw_list(viewer)
        plan_dialog(viewer)
    outreach.show_asked(viewer)
    outreach_many.show_asked(viewer)


def _draw_list(viewer: Viewer) -> None:
    """Draws the rows before the chart that stands above them: they are what a click waits for."""
    _ = viewer.text
    shared = snapshot()
    as_of = shared.as_of.astimezone(viewer.zone)
    bands = settings().bands
    wanted, ignored = filter_from_url()
    chart = st.session_state.get("chart", "weeks")
    cursor, first_row = cursor_from_url()
    try:
        page = listed(shared, wanted, as_of, cursor)
    except BadCursor:
        page = None
    # Whoever stood on a page may have gone from the list since.
    is_gone = page is None or (cursor is not None and not page.accounts)
    if is_gone:
        page, cursor, first_row = listed(shared, wanted, as_of, None), None, 1
    place_of_bar = st.container(horizontal=True, vertical_alignment="center")
    place_of_chart_choice = st.container(horizontal=True, vertical_alignment="center")
    has_height = page.accounts and chart != "accounts"
    place_of_chart = st.container(
        height=HEIGHT if has_height else "content", border=False, key="place_of_chart"
    )
    above_rows = st.container()
    if is_gone:
        above_rows.info(_("That page of the list is no more; this is the first one."))
    selected = account_table(viewer, shared, page, wanted, cursor)
    with place_of_bar:
        filter_bar(viewer, wanted, known_languages)
    seen = overview(wanted, as_of, bands, shared=shared)
    with above_rows:
        what_is_shown(viewer, wanted, seen.matching, ignored)
    with place_of_chart_choice:
        by_region = _chart_choice(viewer)
    let_rows_be_seen()
    if page.accounts:
        pager(viewer, page, first_row, seen.matching, PAGE_SIZE)
    bulk_bar(viewer, selected, as_of, seen.matching, wanted)
    if page.accounts:
        selection_bar(viewer, selected)
        outreach_many.offer_all(viewer, wanted, seen.matching)
        export_links(viewer, wanted, as_of, seen.matching)
    undo_bar(viewer)
    with place_of_chart:
        if chart == "accounts":
            marks = account_page(wanted, as_of, size=MOST, bands=bands).rows
            bubble_chart(viewer, marks, seen.matching, as_of)
        else:
            drawn = timeline(wanted, as_of, chart == "days", bands, shared=shared)
            # Where no account is listed, only what lies around the filter's days is worth drawing.
            if drawn.bars or page.accounts:
                timeline_chart(viewer, drawn, wanted, as_of, by_region)


def _chart_choice(viewer: Viewer) -> bool:
    """Which chart is drawn, as `chart` of the session; returns whether it stacks by region."""
    _ = viewer.text
    chart = st.segmented_control(
        _("Chart"),
        ["weeks", "days", "accounts"],
        default="weeks",
        required=True,
        format_func=lambda name: {
            "weeks": _("Weeks"),
            "days": _("Days"),
            "accounts": _("Each account"),
        }[name],
        key="chart",
        label_visibility="collapsed",
        wrap=True,
    )
    by_region = st.toggle(_("Stack by region"), key="by_region", disabled=chart == "accounts")
    if chart != "accounts":
        how_to_choose(viewer)
    return by_region
