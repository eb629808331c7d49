"""A button counts for what it was drawn for: between the look and the press a row may have left
its list, or another one been ticked."""

from collections.abc import Callable, Hashable

import streamlit as st

from pages.parts.viewer import Viewer

Deed = Callable[[Viewer], None]


def note_press(place: str, meant: Hashable, deed: Deed) -> None:
    """What a button calls when it is pressed.

    place  where the session keeps the press until the screen is drawn
    meant  what the button was drawn for
    deed   what it does
    """
    st.session_state[place] = meant, deed


def do_if_as_drawn(viewer: Viewer, place: str, now: Hashable | None) -> None:
    """Does what was pressed, if `now` is what the button was drawn for; else says that it did
    nothing. None where nothing is chosen any more."""
    meant, deed = st.session_state.pop(place, (None, None))
    if deed is None:
        return
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
