"""A click means the address that the one before it led to, though its browser does not know it yet.

With each click a browser says which address it shows. What a click has made of it, the browser
learns with the answer; where that takes long, because much is going on or the way is far, the next
click still says the address of before, and Streamlit would draw that again: the filter that was
asked for first would be lost.
"""

from typing import Any

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from web.gathered import Gathered

MOST = 10
"""Addresses that a browser may not have heard of, before a link."""


class LatestAddress(Gathered):
    """A browser's session that knows which address its browser was told last."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._addresses: list[str] = []
        """What the browser said last, and what it was told since."""

    def request_rerun(self, client_state: ClientState | None) -> None:
        """Runs what is asked for, over the latest address."""
        if client_state is not None:
            client_state = self._of_now(client_state)
        super().request_rerun(client_state)

    def _of_now(self, asked: ClientState) -> ClientState:
        said = asked.query_string
        if not asked.fragment_id:
            # A link, or the back button: of a link the browser shows the address when it is told.
            self._addresses = [*self._addresses[-MOST:], said]
            return asked
        if said not in self._addresses:
            self._addresses = [said]
            return asked
        del self._addresses[: self._addresses.index(said)]
        latest = self._addresses[-1]
        if latest == said:
            return asked
        of_now = ClientState()
        of_now.CopyFrom(asked)
        of_now.query_string = latest
        return of_now

    def _enqueue_forward_msg(self, msg: ForwardMsg) -> None:
        if msg.WhichOneof("type") == "page_info_changed":
            told = msg.page_info_changed.query_string
            # A tab that follows the news is told the same all day.
            if self._addresses[-1:] != [told]:
                self._addresses.append(told)
        super()._enqueue_forward_msg(msg)
