"""What is agreed about one account: its snooze and its promise, each with the way to end it."""

from collections.abc import Callable, Iterator

import streamlit as st

from data_access import casework
from data_access.case_batches import Done, Progress
from data_access.case_reading import Case
from pages.parts import formats
from pages.parts.allowed import only
from pages.parts.deeds import carry_out
from pages.parts.viewer import Viewer
from rules.acts import Act
from rules.casework import Due, due


def agreed(viewer: Viewer, account: int, case: Case, key: str) -> None:
    """Draws both, as far as they are in force.

    key: tells the buttons of this place from those of another.
    """
    _ = viewer.text
    if case.snoozed_until is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/snooze: {snooze_words(viewer, case)}", width="content")
            if st.button(
                _("Wake"), icon=":material/alarm:", key=f"{key}_wake", **only(viewer, Act.WAKE)
            ):
                _end(viewer, account, casework.wake, _("Snooze ended"))
    if case.promised_for is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/handshake: {promise_words(viewer, case)}", width="content")
            if st.button(
                _("Take back"),
                icon=":material/undo:",
                key=f"{key}_unpromise",
                **only(viewer, Act.END_PROMISE),
            ):
                _end(viewer, account, casework.end_promise, _("Promise taken back"))


def snooze_words(viewer: Viewer, case: Case) -> str:
    """Until when, by whom and why an account is snoozed."""
    text = viewer.text("Snoozed until {moment} by {agent}: {reason}")
    return text.format(
        moment=formats.moment_with_zone(viewer, case.snoozed_until),
        agent=formats.plain(case.snoozed_by),
        reason=formats.plain(case.reason),
    )


def promise_words(viewer: Viewer, case: Case) -> str:
    """For when, and to whom, a renewal is promised."""
    text = viewer.text("Renewal promised for {day}, to {agent}")
    said = text.format(
        day=formats.weekday(viewer, case.promised_for), agent=formats.plain(case.promised_by)
    )
    return f"{said} · **{due_word(viewer, case)}**" if due_word(viewer, case) else said


def due_word(viewer: Viewer, case: Case) -> str:
    """Whether a promise is due; empty while it is ahead."""
    _ = viewer.text
    words = {Due.OVERDUE: _("overdue"), Due.TODAY: _("due today"), Due.AHEAD: ""}
    return words[due(case.promised_for, viewer.now())]


def _end(viewer: Viewer, account: int, deed: Callable[..., Done], said: str) -> None:
    def ending(progress: Progress) -> Iterator[Done]:
        yield deed(viewer.actor, [account], viewer.now(), None, progress)

    if carry_out(viewer, said, ending):
        st.rerun()
