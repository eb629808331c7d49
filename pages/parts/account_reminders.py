"""Whether an account's seller gets reminders, and the switch for it."""

import streamlit as st

from data_access.unsubscribe import SELLER, opted_out, set_by_agent
from pages.parts import formats
from pages.parts.failures import pressed
from pages.parts.formats import plain
from pages.parts.viewer import Viewer
from rules.acts import Act


def account_reminders(viewer: Viewer, account_id: int) -> None:
    """Since when the seller gets none and who decided so; one click changes and undoes it.

    Raises DatabaseAway.
    """
    _ = viewer.text
    st.subheader(_("Reminders"), anchor=False)
    ended = opted_out(account_id)
    if ended is None:
        st.markdown(_("✔ The seller is reminded before the expiry and while it is blocked."))
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


@pressed
def _switch(viewer: Viewer, account_id: int, reminders: bool) -> None:
    set_by_agent(viewer.actor, [account_id], reminders, viewer.now())
