"""A failure on a screen is one clear sentence and a way on, never a stack trace."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec

import streamlit as st
import structlog

from data_access.database import DatabaseAway
from pages.parts.allowed import refusal
from pages.parts.away import stop_until_it_answers
from pages.parts.viewer import Viewer
from rules.acts import NotAllowed

log = structlog.get_logger()
P = ParamSpec("P")


@contextmanager
def said_plainly(viewer: Viewer) -> Iterator[None]:
    """Stops the page where the token database does not answer."""
    try:
        yield
    except DatabaseAway as error:
        log.warning("database_away", error=str(error))
        stop_until_it_answers(viewer.text)


def pressed(
    callback: Callable[Concatenate[Viewer, P], None],
) -> Callable[Concatenate[Viewer, P], None]:
    """What a button does, called before the page is drawn: a failure is a sentence beside it."""

    @wraps(callback)
    def told(viewer: Viewer, *arguments: P.args, **named: P.kwargs) -> None:
        try:
            callback(viewer, *arguments, **named)
        except DatabaseAway as error:
            log.warning("database_away", error=str(error))
            said = viewer.text("The token database does not answer. Nothing was changed.")
            st.toast(said, icon=":material/database_off:")
        except NotAllowed as error:
            st.toast(refusal(viewer, error.act), icon=":material/lock:")

    return told
