"""Messages as a table: state, when, to whom, by whom, and the mail server's words."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data_access.outbox_list import cancel, messages_of, retry
from pages.parts import formats, message_words, presses
from pages.parts.allowed import only
from pages.parts.as_drawn import do_if_as_drawn
from pages.parts.failures import pressed
from pages.parts.viewer import Viewer
from rules.acts import Act, Actor

PRESSED = "messages_pressed"
"""The place of the screen that does what was pressed."""


def of_account(viewer: Viewer, account_id: int) -> None:
    """The messages of one account."""
    _ = viewer.text
    st.header(_("Messages"), anchor=False)
    rows = messages_of(account_id)
    if rows.empty:
        st.caption(_("Nothing was sent from here yet."))
        return
    shown = table_of(viewer, rows).drop(columns=["seller", "open"])
    st.dataframe(shown, hide_index=True, column_config=columns(viewer), alt=_("Messages"))


def table_of(viewer: Viewer, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows in words; why, and when next, only where any of them says so."""
    _ = viewer.text
    table = pd.DataFrame(
        {
            "state": [message_words.state(viewer, each) for each in rows["state"]],
            "why": [message_words.reason(viewer, each) for each in rows["failure"]],
            "when": [
                formats.moment(viewer, _when(row.sent_at, row.created_at))
                for row in rows.itertuples()
            ],
            "seller": rows["seller_name"].fillna("–"),
            # The digest is about no account.
            "open": ["" if pd.isna(each) else _("Open") for each in rows["authorization_id"]],
            "to": rows["recipient"],
            "what": [message_words.kind(viewer, each) for each in rows["kind"]],
            "agent": rows["agent"].replace("", _("the desk")),
            "tries": rows["tries"],
            "next": [formats.moment(viewer, formats.known(each)) for each in rows["next_try_at"]],
        }
    )
    told = {"why": rows["failure"] != "", "next": rows["next_try_at"].notna()}
    return table.drop(columns=[name for name, says in told.items() if not says.any()])


def columns(viewer: Viewer) -> dict[str, Any]:
    """Their headings."""
    _ = viewer.text
    return {
        "state": _("State"),
        "why": _("Why"),
        "when": _("When"),
        "seller": _("Seller"),
        "to": _("To"),
        "what": _("What"),
        "agent": _("By whom"),
        "tries": _("Tries"),
        "next": _("Next try"),
    }


def buttons(viewer: Viewer, chosen: pd.DataFrame, are_waiting: bool) -> None:
    """What can be done about the chosen messages, and does what was pressed.

    are_waiting: what has failed already cannot be kept from being sent
    """
    _, plural = viewer.text, viewer.plural
    deeds = [("retry", _("Try again now"), "refresh", retry)]
    if are_waiting:
        deeds.append(("cancel", _("Do not send"), "cancel", cancel))
    meant = frozenset(zip(chosen["id"], chosen["state"], strict=True))
    numbers = [int(each) for each in chosen["id"]]
    with st.container(horizontal=True, vertical_alignment="center"):
        for key, label, icon, does in deeds:
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"messages_{key}-{hash(meant)}",
                **only(viewer, Act.SEND_MESSAGE, not numbers),
                on_click=presses.note,
                args=(PRESSED, meant, partial(_do, does=does, numbers=numbers)),
            )
        text = plural("{n} message selected", "{n} messages selected", len(numbers))
        st.caption(
            text.format(n=len(numbers)) if numbers else _("Select rows to do something with them."),
            width="content",
        )
    do_if_as_drawn(viewer, PRESSED, meant)


def nothing_to_choose(viewer: Viewer) -> None:
    """Answers a press that comes when the list has run empty, or is another."""
    do_if_as_drawn(viewer, PRESSED, None)


@pressed
def _do(
    viewer: Viewer, does: Callable[[Actor, Collection[int], datetime], int], numbers: list[int]
) -> None:
    changed = does(viewer.actor, numbers, viewer.now())
    left = len(numbers) - changed
    said = []
    if changed:
        text = viewer.plural("{n} message was changed.", "{n} messages were changed.", changed)
        said.append(text.format(n=changed))
    if left:
        text = viewer.plural(
            "{n} message was left as it is: it is being sent, or has left.",
            "{n} messages were left as they are: they are being sent, or have left.",
            left,
        )
        said.append(text.format(n=left))
    st.toast(" ".join(said), icon=f":material/{'info' if left else 'check'}:")
    # What stands above was read before.
    st.rerun()


def _when(sent_at: datetime, created_at: datetime) -> datetime:
    return created_at if pd.isna(sent_at) else sent_at
