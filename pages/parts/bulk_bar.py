"""What to do with the accounts that are picked in a list, or with all of its filter."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

import streamlit as st

from data_access import casework
from data_access.case_batches import Done, Progress
from data_access.case_reading import owners
from pages.parts import formats, presses
from pages.parts.allowed import only
from pages.parts.as_drawn import do_if_as_drawn
from pages.parts.chosen import Chosen
from pages.parts.deeds import carry_out
from pages.parts.places import ACCOUNT
from pages.parts.plan_dialog import how_many, open_plan
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.acts import Act

NOBODY = ""

PRESSED = "bulk_pressed"
"""The place of the screen that does what was pressed."""

Deed = Callable[[Viewer, Chosen], None]


class Picked(Protocol):
    """A row that was selected in a list of accounts."""

    id: int
    seller_name: str


def bulk_bar(
    viewer: Viewer,
    selected: Sequence[Picked],
    as_of: datetime,
    matching: int,
    wanted: AccountFilter | None = None,
) -> None:
    """Draws the bar under a list, and does what was pressed in it.

    matching: how many accounts are in the list
    wanted: its filter; with None only picked accounts can be meant
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="bulk_bar"):
        chosen = _chosen(viewer, selected, as_of, matching, wanted) if matching else None
        if chosen is not None:
            _buttons(viewer, chosen)
        if len(selected) == 1:
            # The keyboard ticks a row with Shift+Space; it presses no button of a table.
            st.page_link(
                ACCOUNT,
                label=viewer.text("Open {seller}").format(
                    seller=formats.plain(selected[0].seller_name)
                ),
                icon=":material/arrow_forward:",
                query_params={"id": str(selected[0].id)},
            )
    # Below the bar, where progress and a failure have room.
    do_if_as_drawn(viewer, PRESSED, None if chosen is None else chosen.meant)


def _buttons(viewer: Viewer, chosen: Chosen) -> None:
    """Each means the accounts that it was drawn for, whatever is ticked when it is pressed."""
    _ = viewer.text
    for_these = hash(chosen.meant)

    def button(name: str, label: str, icon: str, act: Act, deed: Deed) -> None:
        key = f"bulk_{name}-{for_these}"
        allowed = only(viewer, act)
        st.button(label, icon=icon, key=key, **allowed, on_click=_press, args=(chosen, deed))

    button("plan", _("Note, promise, snooze"), ":material/event_note:", Act.SNOOZE, _plan)
    to_me = partial(assign, owner=viewer.name)
    button("mine", _("Assign to me"), ":material/person_add:", Act.ASSIGN, to_me)
    key = f"bulk_owner-{for_these}"
    st.menu_button(
        _("Assign to"),
        [NOBODY, *(name for name in owners() if name != viewer.name)],
        format_func=lambda name: name or _("nobody"),
        icon=":material/group:",
        key=key,
        **only(viewer, Act.ASSIGN),
        on_click=lambda: _press(chosen, partial(assign, owner=str(st.session_state[key]))),
    )
    button("wake", _("Wake"), ":material/alarm:", Act.WAKE, wake)


def _press(chosen: Chosen, deed: Deed) -> None:
    presses.note(PRESSED, chosen.meant, lambda viewer: deed(viewer, chosen))


def _plan(_viewer: Viewer, chosen: Chosen) -> None:
    open_plan(chosen)


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
    matching: int,
    wanted: AccountFilter | None,
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
