"""Audit trail: who did what to which account, when, and whether the trail is whole."""

import streamlit as st

from data_access.account_order import BadCursor
from data_access.audit_list import how_many, trail_page
from data_access.named_views import view_names
from pages.parts import audit_trail
from pages.parts.audit_filters import filter_bar, trail_filter
from pages.parts.failures import said_plainly
from pages.parts.open_sessions import open_sessions
from pages.parts.opening import go_to_opened
from pages.parts.url import cursor_from_url, show_address
from pages.parts.viewer import require_viewer
from rules.acts import Role

PAGE_SIZE = 50

viewer = require_viewer()
_ = viewer.text
as_of = viewer.now()

go_to_opened()

st.title(_("Audit trail"), anchor=False)
if not viewer.actor.is_at_least(Role.AGENT):
    st.info(_("Agents and admins read the audit trail."), icon=":material/lock:")
    st.stop()

with said_plainly(viewer):
    state = st.container()
    show_address()
    wanted, unread = trail_filter()
    filter_bar(viewer, wanted, unread)
    cursor, first_row = cursor_from_url()
    try:
        page = trail_page(wanted, as_of, cursor, PAGE_SIZE)
    except BadCursor:
        st.info(_("That page of the list is no more; this is the first one."))
        cursor, first_row = None, 1
        page = trail_page(wanted, as_of, None, PAGE_SIZE)
    if page.rows.empty and wanted.is_empty:
        st.info(_("Nobody has done anything yet."), icon=":material/history:")
    elif page.rows.empty:
        st.info(_("Nothing like that was done."), icon=":material/search_off:")
    else:
        audit_trail.entries(viewer, page, view_names(), f"trail-{wanted.to_query()}-{cursor}")
        audit_trail.pager(viewer, page, first_row, how_many(wanted, as_of), PAGE_SIZE)
        audit_trail.export_link(viewer, wanted, as_of)
    open_sessions(viewer)
    # Last, so that nobody waits for it to read the list.
    with state:
        audit_trail.chain_state(viewer, as_of)
