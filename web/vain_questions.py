"""Who asks for news while there are none gets no answer.

Each open tab asks every few seconds, nearly always in vain, and Streamlit would run the part of the
screen that asks each time: with a hundred tabs a fifth of a processor. Here one look a moment is
taken for all of them; only a tab that does not know the latest, or is old, runs anything.
"""

import asyncio
from contextlib import suppress

import structlog
from streamlit.errors import StreamlitAPIException
from streamlit.proto.ClientState_pb2 import ClientState

from data_access.failures import where
from data_access.news import ASKS, Version, is_true, latest_version
from web.in_one_go import InOneGo

LOOK_EVERY = 0.5

log = structlog.get_logger()


class Watch:
    """Knows the version of the latest news; None where nobody knows it, so that each tab asks."""

    def __init__(self) -> None:
        self.version: Version | None = None

    async def run(self) -> None:
        """Looks again and again until cancelled."""
        failing = False
        while True:
            try:
                self.version = await asyncio.to_thread(latest_version)
                failing = False
            except Exception as error:
                self.version = None
                if not failing:
                    log.warning("news.not_looked_for", **where(error))
                failing = True
            await asyncio.sleep(LOOK_EVERY)


watch = Watch()
"""The one of this process."""


class QuietTabs(InOneGo):
    """A browser's session that runs nothing for a question in vain."""

    def request_rerun(self, client_state: ClientState | None) -> None:
        """As Streamlit does it, and as it does with a part that is gone: nothing, for such a
        question."""
        if client_state is None or not self._is_in_vain(client_state):
            super().request_rerun(client_state)

    def _is_in_vain(self, asked: ClientState) -> bool:
        if not asked.is_auto_rerun or watch.version is None:
            return False
        with suppress(KeyError, StreamlitAPIException):
            asks = self._fragment_storage.resolve_target(ASKS)
            return asked.fragment_id in asks and is_true(self.session_state, watch.version)
        return False
