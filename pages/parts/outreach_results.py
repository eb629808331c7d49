"""What became of messages to many sellers: each with its result, as soon as it has one."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from data_access.export import export_path
from data_access.outbox import AT_ONCE, due
from data_access.outbox_list import batch_of
from data_access.outbox_sending import send_due
from pages.parts import formats, message_words
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages that were queued in one go, as one batch; at: when somebody pressed the button."""

    batch: str
    at: datetime


def results(viewer: Viewer, sent: Sent) -> bool:
    """Sends what is still to be sent, then draws what became of each message; returns whether
    somebody has closed it."""
    _ = viewer.text
    with st.empty():
        _send(viewer, sent.batch, len(batch_of(sent.batch)))
    rows = batch_of(sent.batch)
    counts = rows["state"].value_counts()
    st.markdown(
        " · ".join(
            f"**{formats.number(viewer, n)}** {message_words.state(viewer, state)}"
            for state, n in counts.items()
        )
    )
    st.dataframe(
        pd.DataFrame(
            {
                _("State"): [message_words.state(viewer, each) for each in rows["state"]],
                _("Seller"): rows["seller_name"],
                _("To"): rows["recipient"],
                _("Why"): [message_words.reason(viewer, each) for each in rows["failure"]],
            }
        ),
        hide_index=True,
        height=360,
        alt=_("Results"),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button(
            "CSV",
            export_path("csv", AccountFilter(), sent.at, viewer.name, "messages"),
            icon=":material/download:",
        )
        closed = st.button(_("Close"), key="write_many_close")
    st.caption(_("What waits is tried again by itself; you may close this."))
    return closed


def _send(viewer: Viewer, batch: str, count: int) -> None:
    """Sends what can be sent now; whoever closes the tab meanwhile leaves it to the desk."""
    said = viewer.text("{n} of {all} are through")
    through = 0

    def show(done: int) -> None:
        share = min((through + done) / count, 1.0)
        st.progress(share, said.format(n=through + done, all=count))

    for _round in range(count // AT_ONCE + 2):
        waiting = len(due(viewer.now(), batch=batch))
        if not waiting:
            return
        show(0)
        send_due(batch=batch, progress=show)
        through += waiting
