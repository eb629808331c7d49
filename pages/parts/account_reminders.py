"""Whether an account's seller gets reminders, and the switch for it."""

import streamlit as st

from data_access.reminder_accounts import withheld_from
from data_access.smtp import can_send
from data_access.unsubscribe import SELLER, opted_out, set_by_agent
from pages.parts import formats, message_words
from pages.parts.failures import pressed
from pages.parts.formats import plain
from pages.parts.viewer import Viewer
from rules.acts import Act


def account_reminders(viewer: Viewer, account_id: int) -> None:
    """Whether they come, or why none does; who ended them and when, which one click changes.

    Raises DatabaseAway.
    """
    _ = viewer.text
    st.header(_("Reminders"), anchor=False)
    ended = opted_out(account_id)
    if ended is None:
        st.markdown(_whether(viewer, account_id))
        label, icon = _("Send no more reminders"), ":material/notifications_off:"
    else:
        who = _("the seller") if ended.by == SELLER else plain(ended.by)
        st.markdown(
            _("✖ No reminders since {at}, by {who}.").format(
                at=formats.moment_with_zone(viewer, ended.at), who=who
            )
        )
        label, icon = _("Send reminders again"), ":material/notifications_active:"
    if viewer.may(Act.OPT_OUT):
        st.button(
            label,
            icon=icon,
            key="reminders",
            on_click=_switch,
            args=(viewer, account_id, ended is not None),
        )


def _whether(viewer: Viewer, account_id: int) -> str:
    """Of an account whose reminders nobody has stopped: whether any comes as things stand."""
    _ = viewer.text
    if not can_send():
        return _("✖ No reminders: the desk sends no mail, as no mail server is set.")
    if why := withheld_from(account_id, viewer.now()):
        return _("✖ No reminders at present: {why}.").format(why=message_words.reason(viewer, why))
    return _("✔ The seller is reminded before the expiry and while it is blocked.")


@pressed
def _switch(viewer: Viewer, account_id: int, reminders: bool) -> None:
    set_by_agent(viewer.actor, [account_id], reminders, viewer.now())
