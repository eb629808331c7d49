"""Who one is, how one reads times and texts, and the way out: small, at the end of the menu."""

import streamlit as st

from data_access.settings import settings
from data_access.texts import languages
from pages.parts.allowed import role_name
from pages.parts.failures import pressed
from pages.parts.formats import plain
from pages.parts.identity import sign_out
from pages.parts.viewer import LANGUAGE_NAMES, LOCALE, Viewer
from rules.acts import Role


def viewer_menu(viewer: Viewer) -> None:
    """What one may, language and zone, small, at the end of the menu."""
    _ = viewer.text
    with st.container(horizontal=True, vertical_alignment="center"):
        if not settings().login:
            st.badge(_("Demo, no login"), icon=":material/science:")
        elif settings().mode == "demo":
            st.badge(_("Demo"), icon=":material/science:")
        if viewer.role is Role.VIEWER:
            st.caption(
                ":material/visibility: " + _("You see everything; agents and admins change it."),
                width="content",
            )
        st.space("stretch")
        st.caption(
            ":material/schedule: " + _("Times in {zone}").format(zone=viewer.zone.key),
            width="content",
        )
        st.segmented_control(
            _("Language"),
            languages(LOCALE),
            default=viewer.language,
            required=True,
            format_func=lambda code: LANGUAGE_NAMES.get(code, code),
            key="viewer_language",
            label_visibility="collapsed",
        )
        if settings().login:
            _person(viewer)


def _person(viewer: Viewer) -> None:
    _ = viewer.text
    short = viewer.name.partition("@")[0]
    with st.popover(plain(short), icon=":material/account_circle:", key="person"):
        st.text(viewer.name)
        st.caption(role_name(viewer))
        st.button(
            _("Sign out"),
            icon=":material/logout:",
            key="sign_out",
            on_click=_sign_out,
            args=(viewer,),
        )


@pressed
def _sign_out(_viewer: Viewer) -> None:
    sign_out()
