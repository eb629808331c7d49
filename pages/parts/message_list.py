"""Messages as a table: state, when, to whom, by whom, and the mail server's words."""

from collections.abc import Callable, Collection
from datetime import datetime

import pandas as pd
import streamlit as st

from data_access.outbox_list import cancel, messages_of, retry
from pages.parts import formats, message_words
from pages.parts.allowed import only
from pages.parts.failures import pressed
from pages.parts.viewer import Viewer
from rules.acts import Act, Actor


def of_account(viewer: Viewer, account_id: int) -> None:
    """The messages of one account."""
    _ = viewer.text
    st.subheader(_("Messages"), anchor=False)
    rows = messages_of(account_id)
    if rows.empty:
        st.caption(_("Nothing was sent from here yet."))
        return
    st.dataframe(
        table_of(viewer, rows).drop(columns=[_("Seller"), _("Account")]),
        hide_index=True,
        alt=_("Messages"),
    )


def table_of(viewer: Viewer, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in words."""
    _ = viewer.text
    return pd.DataFrame(
        {
            _("State"): [message_words.state(viewer, each) for each in rows["state"]],
            _("Why"): [message_words.reason(viewer, each) for each in rows["failure"]],
            _("When"): [
                formats.moment(viewer, _when(row.sent_at, row.created_at))
                for row in rows.itertuples()
            ],
            _("Account"): rows["authorization_id"],
            _("Seller"): rows["seller_name"].fillna("–"),
            _("To"): rows["recipient"],
            _("What"): [message_words.kind(viewer, each) for each in rows["kind"]],
            _("By whom"): rows["agent"].replace("", _("the desk")),
            _("Tries"): rows["tries"],
            _("Next try"): [
                formats.moment(viewer, formats.known(each)) for each in rows["next_try_at"]
            ],
        }
    )


def buttons(viewer: Viewer, chosen: pd.DataFrame) -> None:
    """What can be done about the chosen messages."""
    _, plural = viewer.text, viewer.plural
    numbers = [int(each) for each in chosen["id"]]
    with st.container(horizontal=True, vertical_alignment="center"):
        for key, label, icon, does in (
            ("retry", _("Try again now"), "refresh", retry),
            ("cancel", _("Do not send"), "cancel", cancel),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"messages_{key}",
                **only(viewer, Act.SEND_MESSAGE, not numbers),
                on_click=_do,
                args=(viewer, does, numbers),
            )
        text = plural("{n} message selected", "{n} messages selected", len(numbers))
        st.caption(
            text.format(n=len(numbers)) if numbers else _("Select rows to do something with them."),
            width="content",
        )


@pressed
def _do(
    viewer: Viewer, does: Callable[[Actor, Collection[int], datetime], int], numbers: list[int]
) -> None:
    changed = does(viewer.actor, numbers, viewer.now())
    text = viewer.plural("{n} message was changed.", "{n} messages were changed.", changed)
    st.toast(text.format(n=changed), icon=":material/check:")


def _when(sent_at: datetime, created_at: datetime) -> datetime:
    return created_at if pd.isna(sent_at) else sent_at
