"""The part of the filter bar that is about views: filters with a name that colleagues share."""

from functools import partial

import streamlit as st

from data_access.named_views import MAX_NAME, ViewNameTaken, delete_view, named_views, save_view
from pages.parts import formats
from pages.parts.allowed import only
from pages.parts.failures import pressed
from pages.parts.formats import plain
from pages.parts.places import ACCOUNTS
from pages.parts.url import query_of
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.acts import Act
from rules.typed_text import in_one_line


def views_panel(viewer: Viewer, wanted: AccountFilter) -> None:
    """Every view with its link and its end, and a name for what is shown now."""
    _ = viewer.text
    as_of = viewer.now()
    for view in named_views():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                ACCOUNTS,
                label=plain(view.name),
                icon=":material/bookmark:",
                query_params=query_of(view.wanted),
                help=plain(view.wanted.sentence(_, partial(formats.day, viewer))),
            )
            st.button(
                _("Delete"),
                icon=":material/delete:",
                type="tertiary",
                key=f"delete_view_{view.name}",
                on_click=_delete,
                args=(viewer, view.name),
                **only(viewer, Act.DELETE_VIEW),
            )
    name = st.text_input(_("Name for what is shown now"), max_chars=MAX_NAME, key="view_name")
    replacing = st.checkbox(_("Replace a view of that name"), key="view_replace")
    if st.button(
        _("Save for everybody"),
        key="save_view",
        **only(viewer, Act.SAVE_VIEW, disabled=not in_one_line(name)),
    ):
        try:
            save_view(name, wanted, viewer.actor, as_of, replacing)
            st.rerun()
        except ViewNameTaken:
            st.error(_("A view of that name shows something else. Tick the box to replace it."))


@pressed
def _delete(viewer: Viewer, name: str) -> None:
    delete_view(name, viewer.actor, viewer.now())
