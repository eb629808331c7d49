"""Casework from a screen: done with progress, said in a sentence, undone with one click."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
import structlog

from data_access.case_batches import Done, HalfDone, Progress
from data_access.casework_undo import undo
from data_access.database import DatabaseAway
from pages.parts import formats
from pages.parts.allowed import refusal
from pages.parts.viewer import Viewer
from rules.acts import NotAllowed
from rules.casework import CaseworkRefused, Wrong

SHOWN_FROM = 1_000
"""From so many accounts on the progress is shown."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Undoable:
    """The last thing the viewer did here, in their words, with what it takes to undo it."""

    said: str
    deeds: tuple[Done, ...]


def carry_out(viewer: Viewer, said: str, deeds: Callable[[Progress], Iterable[Done]]) -> bool:
    """Does what `deeds` yields, keeps it for the undo bar; a failure is a sentence here.

    said: what was done, for the undo bar. Returns whether all of it was done.
    """
    _ = viewer.text
    done: list[Done] = []
    failure = ""
    with _progress(viewer) as progress:
        try:
            for deed in deeds(progress):
                done.append(deed)  # noqa: PERF402 - each as soon as it is done: a break loses none
        except CaseworkRefused as error:
            failure = wrong(viewer, error.wrong)
        except NotAllowed as error:
            failure = refusal(viewer, error.act)
        except HalfDone as half:
            done.append(half.done)
            failure = _(
                "The token database stopped answering after {n} accounts. These are done and can "
                "be undone; the rest is as it was."
            ).format(n=formats.number(viewer, len(half.done.changes)))
        except DatabaseAway as error:
            log.warning("database_away", error=str(error))
            failure = _("The token database does not answer. Nothing was changed.")
    if done:
        st.session_state["undoable"] = Undoable(_with_remarks(viewer, said, done), tuple(done))
    if failure:
        st.error(failure, icon=":material/error:")
    return not failure


def undo_bar(viewer: Viewer) -> None:
    """Says what was done last, at the end of the window, with a button that undoes it."""
    _ = viewer.text
    last: Undoable | None = st.session_state.get("undoable")
    if last is None:
        return
    with (
        st.bottom,
        st.container(horizontal=True, vertical_alignment="center", key="undo_bar"),
    ):
        st.markdown(f":material/check_circle: {last.said}", width="content")
        if last.deeds:
            st.button(
                _("Undo"),
                icon=":material/undo:",
                key="undo",
                shortcut="Alt+Z",
                on_click=_undo,
                args=(viewer, last),
            )
        st.button(
            _("Close"),
            icon=":material/close:",
            type="tertiary",
            key="close_undo",
            on_click=lambda: st.session_state.pop("undoable", None),
        )


def wrong(viewer: Viewer, of: Wrong) -> str:
    """Why something was not taken, in words."""
    _ = viewer.text
    return {
        Wrong.NO_REASON: _("Give a reason for the snooze."),
        Wrong.NO_TEXT: _("The note is empty."),
        Wrong.TOO_LONG: _("That text is too long."),
        Wrong.NOT_AHEAD: _("A snooze ends on a later day than today."),
        Wrong.PAST: _("A promise cannot be for a day that has passed."),
        Wrong.TOO_FAR: _("That day is more than a year away."),
    }[of]


@contextmanager
def _progress(viewer: Viewer) -> Iterator[Progress]:
    """A bar for many accounts, gone afterwards."""
    place = st.empty()

    def show(done: int, total: int) -> None:
        if total >= SHOWN_FROM:
            said = viewer.text("{done} of {total} accounts").format(
                done=formats.number(viewer, done), total=formats.number(viewer, total)
            )
            place.progress(done / total, said)

    try:
        yield show
    finally:
        place.empty()


def _undo(viewer: Viewer, last: Undoable) -> None:
    _, plural = viewer.text, viewer.plural
    back: set[int] = set()
    left: set[int] = set()
    try:
        # The last first, as each was done on top of the one before.
        for done in reversed(last.deeds):
            undone = undo(done, viewer.actor, viewer.now())
            back.update(undone.back)
            left.update(undone.left)
    except (DatabaseAway, HalfDone):
        # The deeds stay: undoing again leaves alone what is back already.
        said = _("The token database does not answer. Undo again in a moment.")
        st.session_state["undoable"] = Undoable(said, last.deeds)
        return
    said = plural("Undone for {n} account.", "Undone for {n} accounts.", len(back)).format(
        n=formats.number(viewer, len(back))
    )
    if left:
        said += " " + plural(
            "{n} was left: somebody changed it since, or its seller has renewed.",
            "{n} were left: somebody changed them since, or their sellers have renewed.",
            len(left),
        ).format(n=formats.number(viewer, len(left)))
    st.session_state["undoable"] = Undoable(said, ())


def _with_remarks(viewer: Viewer, said: str, done: list[Done]) -> str:
    plural = viewer.plural
    cut_short = sum(len(each.cut_short) for each in done)
    if cut_short:
        said += " " + plural(
            "{n} is back earlier, when it expires.",
            "{n} are back earlier, when they expire.",
            cut_short,
        ).format(n=formats.number(viewer, cut_short))
    return said
