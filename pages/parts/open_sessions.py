"""Who is signed in, and an end to it: for admins."""

import streamlit as st

from data_access.clock import utc_now
from data_access.login_sessions import Login, end, open_logins
from data_access.settings import settings
from pages.parts import audit_words, formats, identity
from pages.parts.failures import pressed
from pages.parts.viewer import Viewer
from rules.acts import Act


def open_sessions(viewer: Viewer) -> None:
    """Everybody who is signed in, each with a button that signs them out."""
    if not settings().login or not viewer.may(Act.END_SESSION):
        return
    _ = viewer.text
    own = identity.signed_in()
    st.header(_("Signed in now"), anchor=False)
    for login in open_logins(utc_now()):
        is_own = own is not None and login.digest == own.digest
        with st.container(horizontal=True, vertical_alignment="center"):
            role = audit_words.role(viewer, login.role) if login.role else _("no role")
            since = _("since {since}").format(
                since=formats.moment_with_zone(viewer, login.began_at)
            )
            here = " · " + _("this browser") if is_own else ""
            with st.container(gap=None, width="stretch"):
                # As plain text: Markdown would make a link of an address.
                st.text(login.name)
                st.caption(f"{role} · {since}{here}")
            st.button(
                _("End session"),
                icon=":material/logout:",
                type="tertiary",
                key=f"end_{login.digest[:16]}",
                on_click=_end,
                args=(viewer, login),
            )


@pressed
def _end(viewer: Viewer, login: Login) -> None:
    end(login, viewer.actor, utc_now())
