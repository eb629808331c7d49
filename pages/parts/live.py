"""Keeps an open tab true: when something happens to an account, and every few minutes, the screen
draws itself anew."""

from contextlib import suppress
from time import monotonic
from typing import NoReturn

import streamlit as st

from data_access.database import DatabaseAway
from data_access.news import ASKS, DRAWN, KNOWN, Renewal, is_true, latest_version, news_since
from pages.parts.away import EVERY
from pages.parts.formats import plain
from pages.parts.viewer import Viewer


def know_the_latest() -> None:
    """Notes where we are before a tab draws anything: what happens meanwhile is news to it."""
    st.session_state[DRAWN] = monotonic()
    if KNOWN not in st.session_state:
        with suppress(DatabaseAway):  # The page itself says so.
            st.session_state[KNOWN] = latest_version()


def follow(viewer: Viewer) -> None:
    """Looks for news every few seconds; tells the agent whose link was used."""

    @st.fragment(run_every=EVERY, key=ASKS)
    def look() -> None:
        known = st.session_state.get(KNOWN)
        try:
            news = news_since(known)
        except DatabaseAway:
            return  # The page itself says so when it is drawn next.
        if known is not None and not is_true(st.session_state, news.version):
            for renewal in news.renewals:
                _tell(viewer, renewal)
            st.session_state[KNOWN] = news.version
            st.rerun()
        st.session_state[KNOWN] = news.version

    look()


def stop(viewer: Viewer) -> NoReturn:
    """Ends a page that has nothing more to show yet; the tab looks for news all the same."""
    follow(viewer)
    st.stop()


def _tell(viewer: Viewer, renewal: Renewal) -> None:
    _ = viewer.text
    if renewal.agent == viewer.name:
        text = _("{seller} has renewed with your link.")
        st.toast(text.format(seller=plain(renewal.seller)), icon=":material/celebration:")
