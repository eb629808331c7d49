"""What to do with the accounts that are picked in a list, or with all of its filter."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

import streamlit as st

from data_access import casework
from data_access.case_batches import Done, Progress
from data_access.case_reading import owners
from pages.parts import formats
from pages.parts.allowed import only
from pages.parts.chosen import Chosen
from pages.parts.deeds import carry_out
from pages.parts.places import ACCOUNT
from pages.parts.plan_dialog import how_many, open_plan
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.acts import Act

NOBODY = ""


class Picked(Protocol):
    """A row that was selected in a list of accounts."""

    id: int
    seller_name: str


def bulk_bar(
    viewer: Viewer,
    selected: Sequence[Picked],
    as_of: datetime,
    wanted: AccountFilter | None = None,
    matching: int = 0,
) -> None:
    """Draws the bar under a list.

    wanted, matching: the filter of the list and how many accounts it means; with None only picked
    accounts can be meant.
    """
    _ = viewer.text
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="bulk_bar"):
        chosen = _chosen(viewer, selected, as_of, wanted, matching)
        if chosen is None:
            return
        st.button(
            _("Note, promise, snooze"),
            icon=":material/event_note:",
            key="bulk_plan",
            **only(viewer, Act.SNOOZE),
            on_click=open_plan,
            args=(chosen,),
        )
        mine = st.button(
            _("Assign to me"),
            icon=":material/person_add:",
            key="bulk_mine",
            **only(viewer, Act.ASSIGN),
        )
        other = st.menu_button(
            _("Assign to"),
            [NOBODY, *(name for name in owners() if name != viewer.name)],
            format_func=lambda name: name or _("nobody"),
            icon=":material/group:",
            key="bulk_owner",
            **only(viewer, Act.ASSIGN),
        )
        waking = st.button(
            _("Wake"), icon=":material/alarm:", key="bulk_wake", **only(viewer, Act.WAKE)
        )
        if len(selected) == 1:
            # The keyboard ticks a row with Shift+Space; it presses no button of a table.
            st.page_link(
                ACCOUNT,
                label=_("Open {seller}").format(seller=formats.plain(selected[0].seller_name)),
                icon=":material/arrow_forward:",
                query_params={"id": str(selected[0].id)},
            )
    # Below the bar, where progress and a failure have room.
    if mine or other is not None:
        assign(viewer, chosen, viewer.name if mine else str(other))
    elif waking:
        wake(viewer, chosen)


def assign(viewer: Viewer, chosen: Chosen, owner: str) -> None:
    """Makes `owner` the owner, with progress, and draws the screen anew."""
    about = chosen.title or how_many(viewer, chosen.count)
    told = viewer.text("{accounts}: now held by {owner}.").format(
        accounts=formats.plain(about), owner=formats.plain(owner) or viewer.text("nobody")
    )

    def deeds(progress: Progress) -> Iterator[Done]:
        yield casework.assign(
            viewer.actor, chosen.accounts(), owner, viewer.now(), progress=progress
        )

    if carry_out(viewer, told, deeds):
        st.rerun()


def wake(viewer: Viewer, chosen: Chosen) -> None:
    """Ends the snoozes, with progress, and draws the screen anew."""
    about = chosen.title or how_many(viewer, chosen.count)
    told = viewer.text("{accounts}: snooze ended.").format(accounts=formats.plain(about))

    def deeds(progress: Progress) -> Iterator[Done]:
        yield casework.wake(viewer.actor, chosen.accounts(), viewer.now(), progress=progress)

    if carry_out(viewer, told, deeds):
        st.rerun()


def _chosen(
    viewer: Viewer,
    selected: Sequence[Picked],
    as_of: datetime,
    wanted: AccountFilter | None,
    matching: int,
) -> Chosen | None:
    """Which accounts are meant; says so, or says how to pick some."""
    _, plural = viewer.text, viewer.plural
    if selected:
        count = len(selected)
        said = plural("**{n} account selected**", "**{n} accounts selected**", count)
        st.markdown(said.format(n=count), width="content")
        title = selected[0].seller_name if count == 1 else ""
        return Chosen(count, as_of, tuple(int(each.id) for each in selected), title=title)
    if wanted is None:
        st.caption(_("Select rows to do something with many at once."), width="content")
        return None
    st.caption(_("Select rows, or"), width="content")
    if st.toggle(
        plural(
            "the {n} account of this filter", "all {n} accounts of this filter", matching
        ).format(n=formats.number(viewer, matching)),
        key=f"all-{hash(wanted)}",
    ):
        return Chosen(matching, as_of, wanted=wanted)
    return None
