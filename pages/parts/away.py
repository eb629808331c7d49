"""A page that the token database keeps waiting says so, and comes back by itself."""

from collections.abc import Callable
from typing import NoReturn

import streamlit as st

from data_access.database import DatabaseAway
from data_access.news import latest_version
from pages.parts import presses

EVERY = "3s"
"""How often an open tab looks at the token database."""


def stop_until_it_answers(text: Callable[[str], str]) -> NoReturn:
    """Ends the page with a sentence and a button; draws it anew once the database answers.

    text: translates for whoever looks at it
    """
    presses.forget()
    st.error(
        text(
            "The token database does not answer. Nothing was changed and nothing is lost. This "
            "page comes back by itself."
        ),
        icon=":material/database_off:",
    )
    st.button(text("Try again"), icon=":material/refresh:", key="retry")
    _come_back()
    st.stop()


def _come_back() -> None:
    failed_just_now = True

    @st.fragment(run_every=EVERY, key="comes_back")
    def look() -> None:
        nonlocal failed_just_now
        # With the page itself it is run too, and would draw that again at once.
        if failed_just_now:
            failed_just_now = False
            return
        try:
            latest_version()
        except DatabaseAway:
            return
        st.rerun()

    look()
