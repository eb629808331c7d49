"""Accounts: what an agent needs at half past eight, without a click."""

import streamlit as st

from data_access.account_list import BadCursor, account_page
from data_access.expiry_counts import Counted
from data_access.freshness import freshness
from data_access.overview import overview
from data_access.settings import settings
from data_access.timeline import timeline
from pages.parts import outreach, outreach_many
from pages.parts.account_table import account_table
from pages.parts.bubbles import MOST, bubble_chart
from pages.parts.bulk_bar import bulk_bar
from pages.parts.counters import band_counters, stale_data, status_counters
from pages.parts.deeds import undo_bar
from pages.parts.failures import said_plainly
from pages.parts.filters import filter_bar, what_is_shown
from pages.parts.listing import export_links, known_languages, no_accounts, pager, selection_bar
from pages.parts.places import ACCOUNT
from pages.parts.plan_dialog import plan_dialog
from pages.parts.rows_first import chart_may_come
from pages.parts.timeline_chart import HEIGHT, how_to_choose, timeline_chart
from pages.parts.url import address_of, cursor_from_url, filter_from_url, show_address
from pages.parts.viewer import require_viewer
from rules.account_filter import AccountFilter

PAGE_SIZE = 50

viewer = require_viewer()
_ = viewer.text
as_of = viewer.now()
bands = settings().bands
counted: Counted = {}

if "open_account" in st.session_state:
    st.switch_page(ACCOUNT, query_params={"id": str(st.session_state.pop("open_account"))})

with said_plainly(viewer):
    everyone = overview(AccountFilter(), as_of, bands, counted=counted)
    sources = freshness()
    stale_data(viewer, sources, as_of)
    if everyone.total == 0:
        no_accounts(viewer)
        st.stop()
    status_counters(viewer, everyone)
    band_counters(viewer, everyone, sources)

    show_address()
    wanted, ignored = filter_from_url()
    seen = everyone if wanted.is_empty else overview(wanted, as_of, bands, counted=counted)
    filter_bar(viewer, wanted, known_languages())

    with st.container(horizontal=True, vertical_alignment="center"):
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
        )
        by_region = st.toggle(_("Stack by region"), key="by_region", disabled=chart == "accounts")
        if chart != "accounts":
            how_to_choose(viewer)
    # Stands above the rows and is drawn after them: the browser takes as long for it as for all the
    # rest, and shows nothing meanwhile.
    place_of_chart = st.container(height=HEIGHT if chart != "accounts" else "content", border=False)

    what_is_shown(viewer, wanted, seen.matching, ignored)
    cursor, first_row = cursor_from_url()
    try:
        page = account_page(wanted, as_of, cursor, PAGE_SIZE, bands)
    except BadCursor:
        st.info(_("That page of the list is no more; this is the first one."))
        page, first_row = account_page(wanted, as_of, None, PAGE_SIZE, bands), 1
    if not page.accounts:
        st.info(_("No account is like that."), icon=":material/search_off:")
    else:
        selected = account_table(viewer, page, wanted, as_of, f"t-{address_of(wanted)}-{cursor}")
        pager(viewer, page, first_row, seen.matching)
        bulk_bar(viewer, selected, as_of, wanted, seen.matching)
        selection_bar(viewer, selected)
        outreach_many.offer_all(viewer, wanted, seen.matching)
        export_links(viewer, wanted, as_of, seen.matching)
    undo_bar(viewer)
    with place_of_chart:
        kind = chart if chart_may_come() else None
        if kind == "accounts":
            marks = account_page(wanted, as_of, size=MOST, bands=bands).rows
            bubble_chart(viewer, marks, seen.matching, as_of)
        elif kind:
            drawn = timeline(wanted, as_of, kind == "days", bands, counted=counted)
            timeline_chart(viewer, drawn, wanted, as_of, by_region)
    plan_dialog(viewer)

outreach.show_asked(viewer)
outreach_many.show_asked(viewer)
