"""What Streamlit says to a tab, under a test's hands."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Stream:
    """What Streamlit says to a tab; it may be held back."""

    def __init__(self, page: Page) -> None:
        self._is_held: Callable[[bytes | str], bool] = lambda frame: False
        self._kept: list[bytes | str] = []
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, tab: WebSocketRoute) -> None:
        self._tab = tab
        tab.connect_to_server().on_message(self._said)

    def _said(self, frame: bytes | str) -> None:
        if self._is_held(frame):
            self._kept.append(frame)
        else:
            self._tab.send(frame)

    def hold(self) -> None:
        """Keeps everything from now on."""
        self._is_held = lambda frame: True

    def hold_only(self, those: Callable[[ForwardMsg], bool]) -> None:
        """Keeps those messages from now on."""
        self._is_held = lambda frame: (
            isinstance(frame, bytes) and those(ForwardMsg.FromString(frame))
        )

    def let_go(self) -> None:
        """Hands over what was kept, and everything after it at once."""
        self._is_held = lambda frame: False
        for frame in self._kept:
            self._tab.send(frame)
        self._kept.clear()
