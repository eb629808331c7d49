"""A button counts for what it was drawn for: between the look and the press a row may have left
its list, or another one been ticked."""

from collections.abc import Hashable

import streamlit as st

from pages.parts import presses
from pages.parts.viewer import Viewer


def do_if_as_drawn(viewer: Viewer, place: str, now: Hashable | None) -> None:
    """Does what was pressed for a place, if `now` is what the button was drawn for; else says that
    it did nothing. None where nothing is chosen any more."""
    pressed = presses.taken(place)
    if pressed is None:
        return
    meant, deed = pressed
    if now is not None and now == meant:
        deed(viewer)
    else:
        st.warning(
            viewer.text(
                "Nothing was done: what is ticked, or listed, is not what it was when you pressed. "
                "Look again, and press once more."
            ),
            icon=":material/sync_problem:",
        )
