"""The filter of the audit trail: in widgets and in the address."""

import streamlit as st

from data_access.audit_list import actors
from pages.parts import audit_words
from pages.parts.formats import typed_day
from pages.parts.url import write_query
from pages.parts.viewer import Viewer
from rules.trail_filter import PARAMETERS, TrailFilter, from_query


def trail_filter() -> tuple[TrailFilter, tuple[str, ...]]:
    """The filter that the address asks for, and the parameters that mean nothing."""
    return from_query({name: st.query_params.get_all(name) for name in PARAMETERS})


def filter_bar(viewer: Viewer, wanted: TrailFilter, unread: tuple[str, ...]) -> None:
    """Draws the widgets; using one changes the address and with it the page."""
    _ = viewer.text
    _fill(wanted)
    names = audit_words.acts(viewer)
    known = actors()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            _("Who"),
            known if wanted.who in ("", *known) else [wanted.who, *known],
            key="a_who",
            placeholder=_("everybody"),
            width=220,
            on_change=_changed,
        )
        st.multiselect(
            _("What"),
            sorted(names, key=lambda each: names[each].casefold()),
            format_func=names.get,
            key="a_what",
            placeholder=_("every deed"),
            width=320,
            on_change=_changed,
        )
        st.text_input(
            _("Account"), key="a_account", placeholder=_("number"), width=120, on_change=_changed
        )
        day = {"format": typed_day(viewer), "width": 150, "on_change": _changed}
        st.date_input(_("From"), key="a_from", **day)
        st.date_input(_("Until"), key="a_to", **day)
        if not wanted.is_empty:
            st.button(
                _("Clear filters"),
                icon=":material/filter_alt_off:",
                type="tertiary",
                key="a_clear",
                on_click=write,
                args=(TrailFilter(),),
            )
    if unread:
        asked = ", ".join(f"`{name}`" for name in unread)
        st.warning(
            _("The address asks for what means nothing here: {asked}").format(asked=asked),
            icon=":material/link_off:",
        )


def write(wanted: TrailFilter) -> None:
    """Puts a filter into the address; back to the first page."""
    write_query(PARAMETERS, wanted.to_query())


def _fill(wanted: TrailFilter) -> None:
    st.session_state.update(
        a_who=wanted.who or None,
        a_what=list(wanted.acts),
        a_account="" if wanted.account is None else str(wanted.account),
        a_from=wanted.since,
        a_to=wanted.until,
    )


def _changed() -> None:
    """Reads the widgets back into the address after one was used."""
    now = st.session_state
    wanted, _unread = from_query(
        {
            "who": [now.a_who or ""],
            "what": [act.value for act in now.a_what],
            "account": [now.a_account.strip().removeprefix("#")],
            "from": [now.a_from.isoformat() if now.a_from else ""],
            "to": [now.a_to.isoformat() if now.a_to else ""],
        }
    )
    write(wanted)
