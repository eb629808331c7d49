"""Casework from a screen: done with progress, said in a sentence, undone with one click."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import streamlit as st
import structlog
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException

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
    to_the_end = _ToTheEnd(viewer)
    try:
        for deed in deeds(to_the_end.progress):
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
        last = Undoable(_with_remarks(viewer, said, done), tuple(done))
        to_the_end.do(lambda: _keep(last))
    to_the_end.finish(failure)
    return not failure


def _keep(last: Undoable) -> None:
    """A second press that changed nothing takes nobody's undo away."""
    before: Undoable | None = st.session_state.get("undoable")
    if before is None or not before.deeds or any(deed.changes for deed in last.deeds):
        st.session_state["undoable"] = last


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
        Wrong.NO_NAME: _(
            "That is no name of somebody: in filters it stands for nobody, or for anybody."
        ),
    }[of]


class _ToTheEnd:
    """A bar for many accounts, gone afterwards, and a deed that no click breaks off.

    Streamlit ends a run at whatever it draws or keeps next, if somebody has clicked meanwhile. What
    is under way is done and kept first, so that its sentence and its undo are about all of it.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._place = st.empty()
        self._asked: RerunException | None = None

    def progress(self, done: int, total: int) -> None:
        """So many accounts of all are done."""
        if total >= SHOWN_FROM:
            said = self._viewer.text("{done} of {total} accounts").format(
                done=formats.number(self._viewer, done), total=formats.number(self._viewer, total)
            )
            self.do(lambda: self._place.progress(done / total, said))

    def do(self, work: Callable[[], object]) -> None:
        """Does it, whoever asks for another run; each asks once."""
        while True:
            try:
                work()
                return
            except RerunException as asked:
                self._asked = asked

    def finish(self, failure: str) -> None:
        """Says the failure, if there is one, and lets the run come that was asked for."""
        self.do(self._place.empty)
        if self._asked is None:
            if failure:
                st.error(failure, icon=":material/error:")
            return
        if failure:
            # What the page says is gone with the next run; this stays a while.
            self.do(lambda: st.toast(failure, icon=":material/error:"))
        raise self._asked


def _undo(viewer: Viewer, last: Undoable) -> None:
    # In the place of the undo bar, where one looks.
    with st.bottom:
        to_the_end = _ToTheEnd(viewer)
    told = _put_back(viewer, last, to_the_end.progress)
    to_the_end.do(lambda: st.session_state.update(undoable=told))
    to_the_end.finish("")


def _put_back(viewer: Viewer, last: Undoable, progress: Progress) -> Undoable:
    """Undoes it; what is to be said then."""
    _, plural = viewer.text, viewer.plural
    back: set[int] = set()
    left: set[int] = set()
    try:
        # The last first, as each was done on top of the one before.
        for done in reversed(last.deeds):
            undone = undo(done, viewer.actor, viewer.now(), progress=progress)
            back.update(undone.back)
            left.update(undone.left)
    except (DatabaseAway, HalfDone):
        # The deeds stay: undoing again leaves alone what is back already.
        said = _("The token database does not answer. Undo again in a moment.")
        return Undoable(said, last.deeds)
    said = plural("Undone for {n} account.", "Undone for {n} accounts.", len(back)).format(
        n=formats.number(viewer, len(back))
    )
    if left:
        said += " " + plural(
            "{n} was left: somebody changed it since, or its seller has renewed.",
            "{n} were left: somebody changed them since, or their sellers have renewed.",
            len(left),
        ).format(n=formats.number(viewer, len(left)))
    return Undoable(said, ())


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
