"""A failure on a screen is one clear sentence and a way on, never a stack trace."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
import structlog

from data_access.database import DatabaseAway
from pages.parts.viewer import Viewer

log = structlog.get_logger()


@contextmanager
def said_plainly(viewer: Viewer) -> Iterator[None]:
    """Stops the page with a sentence and a button when the token database does not answer."""
    _ = viewer.text
    try:
        yield
    except DatabaseAway as error:
        log.warning("database_away", error=str(error))
        st.error(
            _("The token database does not answer. Nothing was changed and nothing is lost."),
            icon=":material/database_off:",
        )
        st.button(_("Try again"), icon=":material/refresh:", key="retry")
        st.stop()
