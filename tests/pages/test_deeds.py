"""What is done to many accounts is done and undone as a whole, whatever is pressed meanwhile."""

from contextlib import nullcontext
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from data_access.case_batches import Done
from data_access.casework_undo import Undone
from data_access.database import DatabaseAway
from pages.parts import deeds, viewer
from pages.parts.deeds import SHOWN_FROM, Undoable, carry_out
from rules.acts import Act, Role
from tests.conftest import NOW

ANNA = viewer.Viewer("anna", Role.AGENT, "en", "en", ZoneInfo("UTC"))
SOME = Done(Act.ASSIGN, NOW, changes=("an account",))
NONE = Done(Act.ASSIGN, NOW)


@pytest.fixture
def screen(monkeypatch):
    """Streamlit on which somebody clicks as soon as a bar is drawn."""
    said: list[str] = []
    clicks = iter([RerunException(RerunData())])

    def progress(*_):
        for click in clicks:
            raise click

    place = SimpleNamespace(progress=progress, empty=lambda: None)
    made = SimpleNamespace(
        empty=lambda: place,
        session_state={},
        bottom=nullcontext(),
        error=lambda text, icon: said.append(text),
        toast=lambda text, icon: said.append(text),
        said=said,
    )
    monkeypatch.setattr(deeds, "st", made)
    return made


def many(*done: Done, then: Exception | None = None):
    """Deeds that tell their progress."""

    def deeds_of(progress):
        for each in done:
            progress(SHOWN_FROM, 2 * SHOWN_FROM)
            yield each
        if then:
            raise then

    return deeds_of


def test_a_click_meanwhile_comes_after_the_whole_deed_which_can_be_undone(screen):
    with pytest.raises(RerunException):
        carry_out(ANNA, "Taken over.", many(SOME, SOME))
    assert screen.session_state["undoable"] == Undoable("Taken over.", (SOME, SOME))


def test_a_failure_of_meanwhile_outlives_the_run_that_a_click_asks_for(screen):
    with pytest.raises(RerunException):
        carry_out(ANNA, "Taken over.", many(SOME, then=DatabaseAway("gone")))
    assert screen.said == ["The token database does not answer. Nothing was changed."]
    assert screen.session_state["undoable"].deeds == (SOME,)


def test_a_second_press_that_changes_nothing_leaves_the_undo(screen):
    assert carry_out(ANNA, "Assigned.", lambda _: [SOME])
    assert carry_out(ANNA, "Assigned.", lambda _: [NONE])
    assert screen.session_state["undoable"].deeds == (SOME,)


def test_a_click_while_much_is_undone_comes_after_all_of_it(screen, monkeypatch):
    def slowly(done, actor, at, progress):
        progress(SHOWN_FROM, 2 * SHOWN_FROM)
        return Undone(back=(1, 2), left=())

    monkeypatch.setattr(deeds, "undo", slowly)
    with pytest.raises(RerunException):
        deeds._undo(ANNA, Undoable("Taken over.", (SOME,)))
    assert screen.session_state["undoable"] == Undoable("Undone for 2 accounts.", ())
