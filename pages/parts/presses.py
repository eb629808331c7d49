"""What was pressed and is done further down the screen, once that is drawn."""

from collections.abc import Callable, Hashable
from typing import Any

import streamlit as st

_PRESSED = "pressed"


def note(place: str, meant: Hashable, deed: Callable[[Any], None]) -> None:
    """Keeps a press for the place of the screen that does what was pressed.

    meant  what the button was drawn for
    deed   what it does for a viewer
    """
    st.session_state[_PRESSED] = place, meant, deed


def taken(place: str) -> tuple[Hashable, Callable[[Any], None]] | None:
    """What was pressed for a place, with what it meant; each press once."""
    noted = st.session_state.get(_PRESSED)
    if noted is None or noted[0] != place:
        return None
    forget()
    return noted[1:]


def forget() -> None:
    """Where a screen ends before it does what was pressed, and says that nothing was changed, or
    somebody has gone to another: later nobody would expect it any more."""
    st.session_state.pop(_PRESSED, None)
