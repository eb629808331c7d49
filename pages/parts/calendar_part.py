"""Calendar feeds: make a key, see the keys and when they were used, revoke one."""

import streamlit as st

from data_access.calendar_keys import (
    CalendarKey,
    feed_address,
    keys_in_force,
    make_key,
    revoke_key,
)
from data_access.settings import settings
from pages.parts import formats
from pages.parts.failures import pressed
from pages.parts.formats import plain
from pages.parts.viewer import Viewer
from rules.acts import Act, Role

MADE = "calendar_made"


def calendars(viewer: Viewer) -> None:
    """Draws the keys that the viewer may see: the team's and their own, an admin all."""
    _ = viewer.text
    st.header(_("Calendar"), anchor=False)
    st.caption(
        _(
            "Subscribe to the expiries of the next {days} days in any calendar program. Entries "
            "move when an account is renewed. The address needs no login: whoever has it reads the "
            "calendar until its key is revoked."
        ).format(days=settings().calendar_days)
    )
    if not viewer.actor.may(Act.MAKE_CALENDAR_KEY):
        st.caption(_("Agents and admins make the keys."))
        return
    with st.container(horizontal=True):
        for owner, label, icon in (
            ("", _("Make an address for the team"), ":material/groups:"),
            (viewer.name, _("Make one for my accounts"), ":material/person:"),
        ):
            st.button(
                label,
                icon=icon,
                key=f"make_calendar_{'mine' if owner else 'team'}",
                on_click=_make,
                args=(viewer, owner),
            )
    if address := st.session_state.get(MADE):
        st.success(_("Copy it now: it is not shown again."), icon=":material/key:")
        st.code(address, language=None, wrap_lines=True)
        st.button(_("Copied, hide it"), key="hide_calendar", on_click=_hide)
    shown = [key for key in keys_in_force() if _is_visible(viewer, key)]
    for key in shown:
        _key(viewer, key)


def _is_visible(viewer: Viewer, key: CalendarKey) -> bool:
    return viewer.role is Role.ADMIN or key.owner in ("", viewer.name)


def _key(viewer: Viewer, key: CalendarKey) -> None:
    _ = viewer.text
    whose = _("the team") if not key.owner else plain(key.owner)
    used = (
        _("not used yet")
        if key.used_at is None
        else _("last used {ago}").format(ago=formats.ago(viewer, key.used_at, viewer.now()))
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            _("**{whose}** · made by {who} on {day} · {used}").format(
                whose=whose,
                who=plain(key.made_by),
                day=formats.day(viewer, key.made_at.astimezone(viewer.zone).date()),
                used=used,
            ),
            width="content",
        )
        st.button(
            _("Revoke"),
            icon=":material/block:",
            type="tertiary",
            key=f"revoke_calendar_{key.digest[:12]}",
            help=_("Programs that subscribed with it get nothing from now on."),
            on_click=_revoke,
            args=(viewer, key.digest),
        )


@pressed
def _make(viewer: Viewer, owner: str) -> None:
    st.session_state[MADE] = feed_address(make_key(viewer.actor, owner, viewer.now()))


@pressed
def _revoke(viewer: Viewer, digest: str) -> None:
    _hide()
    revoke_key(viewer.actor, digest, viewer.now())
    st.toast(viewer.text("The key is revoked."), icon=":material/block:")


def _hide() -> None:
    st.session_state.pop(MADE, None)
