"""The casework of an account on its own screen: who holds it, what is agreed, what was said."""

from collections.abc import Iterator
from datetime import datetime

import streamlit as st

from data_access import casework
from data_access.account_detail import AccountDetail
from data_access.case_batches import Done, Progress
from data_access.case_reading import Case, Note, cases_of, notes_of, owners
from pages.parts import formats
from pages.parts.agreed import agreed
from pages.parts.allowed import only
from pages.parts.bulk_bar import NOBODY, assign
from pages.parts.chosen import Chosen
from pages.parts.deeds import carry_out
from pages.parts.plan_dialog import open_plan
from pages.parts.viewer import Viewer
from rules.acts import Act
from rules.casework import LONGEST_OWNER


def account_case(viewer: Viewer, detail: AccountDetail, as_of: datetime) -> None:
    """Draws the block."""
    _ = viewer.text
    account = detail.account
    chosen = Chosen(1, as_of, (account.id,), title=account.seller_name)
    with st.container(border=True, key="account_case"):
        st.header(_("Casework"), anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            _owner(viewer, chosen, account.owner)
            st.button(
                _("Note, promise, snooze"),
                icon=":material/event_note:",
                key="case_plan",
                on_click=open_plan,
                args=(chosen,),
                **only(viewer, Act.SNOOZE),
            )
        case = cases_of([account.id], as_of).get(account.id, Case())
        agreed(viewer, account.id, case, "case")
        notes = notes_of(account.id)
        if not notes:
            st.caption(_("No notes yet."))
        for note in notes:
            _note(viewer, note)


def _owner(viewer: Viewer, chosen: Chosen, owner: str) -> None:
    """Who holds the account; another name, also one that holds nothing yet, takes it over."""
    _ = viewer.text
    names = sorted({NOBODY, viewer.name, owner, *owners()})
    key = f"owner-{chosen.ids[0]}"
    # What the account has now, whatever the widget had before: a colleague may have changed it.
    st.session_state[key] = owner

    def changed() -> None:
        wanted = str(st.session_state[key] or NOBODY)[:LONGEST_OWNER]
        st.session_state["owner_wanted"] = chosen.ids[0], wanted

    st.selectbox(
        _("Owner"),
        names,
        format_func=lambda name: name or _("nobody"),
        key=key,
        accept_new_options=True,
        **only(viewer, Act.ASSIGN),
        width=220,
        on_change=changed,
    )
    # It may have been chosen for another account, whose screen broke off before this.
    account, wanted = st.session_state.pop("owner_wanted", (None, owner))
    if account == chosen.ids[0] and wanted != owner:
        assign(viewer, chosen, wanted)


def _note(viewer: Viewer, note: Note) -> None:
    _ = viewer.text
    said = formats.plain(note.text).replace("\n", "  \n")
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center"):
            who = f"{formats.moment_with_zone(viewer, note.at)} · {formats.plain(note.agent)}"
            st.caption(who, width="content")
            if note.withdrawn_at is None and st.button(
                _("Withdraw"),
                type="tertiary",
                icon=":material/delete:",
                key=f"withdraw_{note.number}",
                **only(viewer, Act.WITHDRAW_NOTE),
            ):
                _withdraw(viewer, note)
        if note.withdrawn_at is None:
            st.markdown(said)
        else:
            when = formats.moment_with_zone(viewer, note.withdrawn_at)
            st.markdown(f":gray[~~{said}~~]")
            st.caption(_("Withdrawn {moment}").format(moment=when))


def _withdraw(viewer: Viewer, note: Note) -> None:
    def deeds(_progress: Progress) -> Iterator[Done]:
        yield casework.withdraw_note(viewer.actor, note.number, viewer.now())

    if carry_out(viewer, viewer.text("Note withdrawn."), deeds):
        st.rerun()
