"""A browser's side of Streamlit's websocket, and what it lets one do by hand."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

QUIET_SECONDS = 60


class Tab:
    """One open screen."""

    def __init__(self, socket: ClientConnection, say: Callable[[str], object]) -> None:
        self._socket = socket
        self._say = say
        self.seen: list[ForwardMsg] = []
        self.kept: set[str] = set()
        """What it says it has kept, by hash."""

    def run(self, page: str = "", query: str = "", **widgets: dict[str, object]) -> bytes:
        """Runs a page by its name or hash with widgets in any state; everything it answers."""
        message = BackMsg()
        message.rerun_script.page_name = page
        self._send(message, query, widgets)
        return self.until_finished()

    def click(self, fragment: str, query: str, **widgets: dict[str, object]) -> None:
        """Runs a part of the page with widgets in any state; waits for no answer."""
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        self._send(message, query, widgets)

    def _send(self, message: BackMsg, query: str, widgets: dict[str, dict[str, object]]) -> None:
        message.rerun_script.query_string = query
        message.rerun_script.cached_message_hashes.extend(self.kept)
        for widget_id, state in widgets.items():
            one = message.rerun_script.widget_states.widgets.add(id=widget_id)
            for name, value in state.items():
                if name == "string_trigger_value":
                    one.string_trigger_value.data = value
                elif name == "string_array_value":
                    one.string_array_value.data.extend(value)
                else:
                    setattr(one, name, value)
        self._socket.send(message.SerializeToString())

    def ask(self, fragment: str) -> None:
        """Lets a part of the page run as if its time had come, whether that is answered or not."""
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = True
        self._socket.send(message.SerializeToString())

    def fragment(self) -> str:
        """The part of the page that was drawn last."""
        return next(m.delta.fragment_id for m in reversed(self.seen) if m.delta.fragment_id)

    def looks(self) -> str:
        """The part of the page that looks at the token database every three seconds."""
        intervals = {m.auto_rerun.fragment_id: m.auto_rerun.interval for m in self.seen}
        return next(part for part, interval in intervals.items() if interval == 3)

    def drawn(self, what: str) -> list[Any]:
        """The elements and blocks of a kind that were ever drawn, disabled ones too; each with its
        id."""
        found = {}
        for message in self.seen:
            if message.WhichOneof("type") == "delta":
                for drawn in (message.delta.new_element, message.delta.add_block):
                    if drawn.WhichOneof("type") == what:
                        one = getattr(drawn, what)
                        found[one.id or id(one)] = one
        return list(found.values())

    def ids(self, what: str) -> set[str]:
        """The ids of those elements."""
        return {each.id for each in self.drawn(what)}

    def read_until_closed(self) -> None:
        """Everything that still comes until the desk closes the websocket."""
        try:
            while True:
                self.seen.append(ForwardMsg.FromString(self._socket.recv(timeout=QUIET_SECONDS)))
        except ConnectionClosed:
            return

    def until_finished(self) -> bytes:
        """Everything that comes until a run has ended."""
        said = b""
        while True:
            raw = self._socket.recv(timeout=QUIET_SECONDS)
            message = ForwardMsg.FromString(raw)
            said += raw
            self.seen.append(message)
            self._answer(message)
            if message.WhichOneof("type") in ("script_finished", "auth_redirect"):
                return said

    def _answer(self, message: ForwardMsg) -> None:
        """Says that the rows are drawn, as a browser does: until then the desk keeps back what
        stands below them, for a second."""
        told = json.loads(message.delta.new_element.bidi_component.json or "{}")
        if told.get("drawn"):
            self._say(told["drawn"])


@contextmanager
def open_tab(url: str, cookies: httpx.Cookies | dict[str, str], origin: str = "") -> Iterator[Tab]:
    """Opens the websocket as the screens do, or as a page of `origin`. Raises InvalidStatus where
    it is refused."""
    header = "; ".join(f"{name}={value}" for name, value in dict(cookies).items())
    headers = {"cookie": header} if header else {}
    with connect(
        url.replace("http", "ws") + "/_stcore/stream",
        subprotocols=["streamlit"],
        additional_headers=headers,
        origin=origin or url,
        max_size=None,
    ) as socket:
        yield Tab(socket, lambda path: httpx.post(f"{url}{path}", headers=headers))
