"""Messages: what the desk has sent, what waits, what failed and why."""

import streamlit as st

from data_access.outbox import FAILED, WAITING
from data_access.outbox_list import SHOWN, STATES, outbox_of
from pages.parts import formats, message_list, message_words
from pages.parts.failures import said_plainly
from pages.parts.live import stop
from pages.parts.ticked import table_of_ids
from pages.parts.viewer import require_viewer

viewer = require_viewer()
_ = viewer.text

st.title(_("Messages"), anchor=False)
if why := message_words.why_not_sending(viewer):
    st.info(why, icon=":material/mail_off:")

with said_plainly(viewer):
    linked = st.query_params.get("state", WAITING)
    asked = st.session_state.get("messages_state", linked if linked in STATES else WAITING)
    seen = outbox_of(asked)
    state = st.segmented_control(
        _("State"),
        STATES,
        default=asked,
        required=True,
        format_func=lambda each: (
            f"{message_words.state(viewer, each)} · {formats.number(viewer, seen.counts[each])}"
        ),
        key="messages_state",
        label_visibility="collapsed",
    )
    rows = seen.rows if state == asked else outbox_of(state).rows
    if rows.empty:
        st.caption(_("There is no such message."))
        stop(viewer)
    ids = [int(each) for each in rows["id"]]
    key, ticked = table_of_ids("messages", state, ids)
    chosen = st.dataframe(
        message_list.table_of(viewer, rows),
        key=key,
        hide_index=True,
        height=min(len(rows), 15) * 35 + 38,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default=ticked,
        column_config={_("Account"): st.column_config.NumberColumn(width=80, format="%d")},
        alt=_("Messages"),
    )["selection"]["rows"]
    if len(rows) == SHOWN:
        st.caption(_("The latest {n}.").format(n=SHOWN))
    if state in (WAITING, FAILED):
        message_list.buttons(viewer, rows.iloc[[each for each in chosen if each < len(rows)]])
