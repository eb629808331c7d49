"""The rows of a tab are drawn before its chart and what stands below them.

Plotly's script takes a browser longer to read than all the rest of the screen, and until it is read
nothing else that came with it is shown.
"""

from secrets import token_urlsafe
from threading import Event
from weakref import WeakValueDictionary

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data_access.measures import unmeasured
from pages.parts import rows_ahead

PATH = f"{rows_ahead.PATH}/drawn/"
AT_MOST = 1.0
"""Seconds: the tab of a browser that says nothing may be hidden, or another process may have heard
it."""

_SEEN = "rows_first_seen"
_awaited: WeakValueDictionary[str, Event] = WeakValueDictionary()


def told_at() -> str | None:
    """The address by which the browser says that it has drawn the rows; None where nobody waits for
    it, after a tab's first run."""
    if _SEEN in st.session_state:
        return None
    key = token_urlsafe(12)
    _awaited[key] = st.session_state[_SEEN] = Event()
    return f"{PATH}{key}"


def let_rows_be_seen() -> None:
    """In a tab's first run, holds back what is drawn after this until the browser has drawn the
    rows.

    A click meanwhile waits for that too.
    """
    seen: Event | None = st.session_state.get(_SEEN)
    if seen is not None and not seen.is_set():
        with unmeasured():
            seen.wait(AT_MOST)
        seen.set()


async def drawn(request: Request) -> Response:
    """Takes a browser's word for it; of a run that waits no longer, it means nothing."""
    seen = _awaited.get(request.path_params["key"])
    if seen is not None:
        seen.set()
    return Response(status_code=204)


DRAWN = Route(f"{PATH}{{key}}", drawn, methods=["POST"])
