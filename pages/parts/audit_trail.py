"""The blocks of the audit screen: the state of the chain, the entries, the export."""

from collections.abc import Mapping
from datetime import datetime

import pandas as pd
import streamlit as st

from data_access.audit_chain import Chain, examined
from data_access.audit_export import trail_export_path
from data_access.audit_list import COUNTED_UP_TO, TrailPage
from pages.parts import audit_words, formats
from pages.parts.account_table import ROW_HEIGHT
from pages.parts.opening import open_column
from pages.parts.paging import page_button
from pages.parts.viewer import Viewer
from rules.acts import Act
from rules.trail_filter import TrailFilter


def chain_state(viewer: Viewer, as_of: datetime) -> None:
    """Whether every entry is as it was written; checked once a session, and at a click."""
    _ = viewer.text
    with st.container(horizontal=True, vertical_alignment="center"):
        place = st.container(width="stretch")
        again = st.button(
            _("Check again"), icon=":material/verified_user:", key="check_chain", type="tertiary"
        )
    if again or "chain" not in st.session_state:
        with place, st.spinner(_("Checking every entry …")):
            st.session_state["chain"] = (examined(), as_of)
    chain, at = st.session_state["chain"]
    with place:
        _say(viewer, chain, at)


def _say(viewer: Viewer, chain: Chain, at: datetime) -> None:
    _, plural = viewer.text, viewer.plural
    checked = _("checked on {moment}").format(moment=formats.moment_with_zone(viewer, at))
    if chain.broken is None:
        whole = plural("Chain whole, {n} entry", "Chain whole, {n} entries", chain.entries)
        whole = whole.format(n=formats.number(viewer, chain.entries))
        st.markdown(
            f":green[:material/verified_user: **{whole}**] :gray[· {checked}]",
            help=_("It ends in {hash}: keep it elsewhere, and a chain made anew shows.").format(
                hash=chain.end
            ),
        )
        return
    broken = _("The chain is broken at entry {n}: it is not as it was written, or missing.")
    st.error(
        broken.format(n=formats.number(viewer, chain.broken))
        + " "
        + _("Somebody with access to the database changed it. Compare with a backup.")
        + f" ({checked})",
        icon=":material/gpp_bad:",
    )


def entries(viewer: Viewer, page: TrailPage, views: Mapping[str, str], key: str) -> None:
    """The table of a page; an account opens by a click.

    views: the names of those that there are, by what the trail calls them
    """
    _ = viewer.text
    rows = page.rows
    accounts = [None if pd.isna(each) else int(each) for each in rows["account_id"]]
    shown = pd.DataFrame(
        {
            "at": [formats.moment_with_seconds(viewer, at) for at in rows["at"]],
            "who": rows["actor"],
            "role": [
                audit_words.role(viewer, name, said)
                for name, said in zip(rows["role"], rows["details"], strict=True)
            ],
            "what": [
                audit_words.act(viewer, name, said)
                for name, said in zip(rows["act"], rows["details"], strict=True)
            ],
            "open": [None if each is None else _("Open") for each in accounts],
            "account": ["" if each is None else str(each) for each in accounts],
            "seller": rows["seller"],
            "details": [
                audit_words.details(viewer, name, said, views)
                for name, said in zip(rows["act"], rows["details"], strict=True)
            ],
            "entry": rows["id"],
        }
    )
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=min(len(shown), 15) * ROW_HEIGHT + ROW_HEIGHT + 3,
        column_config={
            "at": st.column_config.TextColumn(
                _("When"),
                width=145,
                help=_("Times in {zone}").format(zone=viewer.zone.key),
            ),
            "who": st.column_config.TextColumn(_("Who"), width=175),
            "role": st.column_config.TextColumn(_("Role"), width=110),
            "what": st.column_config.TextColumn(_("What"), width=190),
            "open": open_column(_("Open"), key, accounts, width=70),
            "account": st.column_config.TextColumn(_("Account"), width=75, alignment="right"),
            "seller": st.column_config.TextColumn(_("Seller"), width=160),
            "details": st.column_config.TextColumn(_("Before → after, details"), width=285),
            "entry": st.column_config.NumberColumn(_("Entry"), width=60, format="%d"),
        },
        alt=_("Audit trail"),
    )


def pager(viewer: Viewer, page: TrailPage, first_row: int, total: int, size: int) -> None:
    """Where one is, and the way to the pages beside; `size`: entries of a page."""
    _ = viewer.text
    if page.before is None:
        first_row = 1
    last_row = first_row + len(page.rows) - 1
    of = formats.number(viewer, total)
    if total == COUNTED_UP_TO + 1:
        of = _("more than {n}").format(n=formats.number(viewer, COUNTED_UP_TO))
    shown = _("{first} to {last} of {total}").format(
        first=formats.number(viewer, first_row), last=formats.number(viewer, last_row), total=of
    )
    back, on = page.before is not None, page.after is not None
    row_before = first_row - size
    with st.container(horizontal=True, vertical_alignment="center"):
        page_button(_("Later"), "chevron_left", "trail_before", back, page.before, row_before)
        st.caption(shown, width="content")
        page_button(_("Earlier"), "chevron_right", "trail_after", on, page.after, last_row + 1)


def export_link(viewer: Viewer, wanted: TrailFilter, as_of: datetime) -> None:
    """For admins: exactly these entries as CSV."""
    _ = viewer.text
    if not viewer.actor.may(Act.EXPORT_AUDIT):
        st.caption(_("Admins export the trail."))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Export these entries; the export becomes an entry itself:"), width="content")
        st.link_button(
            "CSV",
            trail_export_path(wanted, as_of, viewer.actor),
            icon=":material/download:",
            key="export_trail",
        )
