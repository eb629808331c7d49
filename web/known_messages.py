"""A browser is told again what it may have forgotten.

What is large, a browser keeps, and with each click it says what it has: Streamlit sends a name for
that in place of the whole. Between the click and its answer the browser hears of runs that were
under way, though, and forgets with each what it has not seen for a while; a name that tells it
nothing any more, it takes for a broken connection, and draws no further.
"""

from typing import Any

from streamlit import config
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import create_reference_msg

from web.late_clicks import LateClicks


class KnownMessages(LateClicks):
    """A browser's session that counts along what its browser forgets."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._kept: frozenset[str] = frozenset()
        """What the browser had when it last said so, by hash."""
        self._runs = 0
        """Ends of runs that it has been sent."""
        self._seen: dict[str, int] = {}
        """After how many of these it was last sent something large, by hash."""

    def request_rerun(self, client_state: ClientState | None) -> None:
        """Runs what is asked for."""
        if client_state is not None:
            self._kept = frozenset(client_state.cached_message_hashes)
            # A run would put names in their place too early: what is sent before counts as well.
            client_state.ClearField("cached_message_hashes")
        super().request_rerun(client_state)

    def flush_browser_queue(self) -> list[ForwardMsg]:
        """What is to be handed over now."""
        return [self._as_known(message) for message in super().flush_browser_queue()]

    def _as_known(self, message: ForwardMsg) -> ForwardMsg:
        if message.HasField("script_finished"):
            self._runs += 1
            oldest = self._runs - int(config.get_option("global.maxCachedMessageAge"))
            self._seen = {name: run for name, run in self._seen.items() if run >= oldest}
        if not message.metadata.cacheable:
            return message
        is_known = message.hash in self._kept and message.hash in self._seen
        self._seen[message.hash] = self._runs
        return create_reference_msg(message) if is_known else message
