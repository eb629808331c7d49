"""Messages: what the desk has sent, what waits, what failed and why."""

import pandas as pd
import streamlit as st

from data_access.outbox import FAILED, WAITING
from data_access.outbox_list import SHOWN, STATES, outbox_of
from pages.parts import formats, message_list, message_words
from pages.parts.failures import said_plainly
from pages.parts.live import stop
from pages.parts.opening import go_to_opened, open_column
from pages.parts.ticked import table_of_ids
from pages.parts.viewer import require_viewer

viewer = require_viewer()
_ = viewer.text

go_to_opened()

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
        st.info(message_words.none_is(viewer, state), icon=":material/mail:")
        message_list.nothing_to_choose(viewer)
        stop(viewer)
    ids = [int(each) for each in rows["id"]]
    accounts = [None if pd.isna(each) else int(each) for each in rows["authorization_id"]]
    key, ticked = table_of_ids("messages", state, ids)
    # Nothing can be done to what has left, or never will.
    can_change = state in (WAITING, FAILED)
    drawn = st.dataframe(
        message_list.table_of(viewer, rows),
        key=key,
        hide_index=True,
        height=min(len(rows), 15) * 35 + 38,
        on_select="rerun" if can_change else "ignore",
        selection_mode="multi-row",
        selection_default=ticked if can_change else None,
        column_config=message_list.columns(viewer)
        | {"open": open_column(_("Account"), key, accounts, width=80)},
        alt=_("Messages"),
    )
    if len(rows) == SHOWN:
        st.caption(_("The latest {n}.").format(n=SHOWN))
    if can_change:
        chosen = drawn["selection"]["rows"]
        picked = rows.iloc[[each for each in chosen if each < len(rows)]]
        message_list.buttons(viewer, picked, state == WAITING)
    else:
        message_list.nothing_to_choose(viewer)
