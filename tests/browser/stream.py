"""What the desk says to a tab, under a test's hands."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, WebSocketRoute
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.tabs import TWO_FRAMES
from tests.waiting import wait_until


class Stream:
    """What Streamlit says to a tab; it may be held back."""

    def __init__(self, page: Page) -> None:
        self._is_held: Callable[[bytes | str], bool] = lambda frame: False
        self._kept: list[bytes | str] = []
        self.page = page
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

    def wait_until_ended(self, runs: int) -> None:
        """Waits until so many runs have ended whose ends are kept."""
        wait_until(lambda: self.page.evaluate("true") and self._ends() >= runs)

    def _ends(self) -> int:
        return sum(map(_is_an_end, self._kept))

    def let_go_of_a_run(self) -> None:
        """Hands over what was kept up to the end of a run, and keeps the rest."""
        ends = (place for place, frame in enumerate(self._kept, 1) if _is_an_end(frame))
        first = next(ends)
        for frame in self._kept[:first]:
            self._tab.send(frame)
        del self._kept[:first]
        self.page.evaluate(TWO_FRAMES)

    def let_go(self) -> None:
        """Hands over what was kept, and everything after it at once."""
        self._is_held = lambda frame: False
        for frame in self._kept:
            self._tab.send(frame)
        self._kept.clear()


def _is_an_end(frame: bytes | str) -> bool:
    return isinstance(frame, bytes) and ForwardMsg.FromString(frame).HasField("script_finished")


class LateRows:
    """The answer of /account-rows to one query, which comes when it is let go."""

    def __init__(self, page: Page, query: str) -> None:
        self._page = page
        self._routes: list[Route] = []
        self._answer = re.compile(rf"/account-rows\?{query}")
        page.route(self._answer, lambda route: self._routes.append(route))

    def let_go(self) -> None:
        """Answers, and waits until the tab has drawn whatever it makes of it."""
        (route,) = self._routes
        with self._page.expect_response(route.request.url) as answer:
            route.continue_()
        assert answer.value.finished() is None
        self._page.unroute(self._answer)
        self._page.evaluate(TWO_FRAMES)
