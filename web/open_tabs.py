"""The open tabs of people who are signed in: each ends with its session.

A session that this process ends takes its tabs along at once; one that another process ended, or
that ran out, within LOOK_EVERY seconds.
"""

import asyncio
from collections import defaultdict
from datetime import datetime
from typing import Any

import structlog
from starlette.types import Message, Receive, Send

from data_access import login_sessions
from data_access.clock import utc_now
from web.streamlit_login import go_to

LOOK_EVERY = 2.0
SIGNED_OUT = "/sign-in?left=1"
POLICY_VIOLATION = 1008

log = structlog.get_logger()


class OpenTabs:
    """Which websockets belong to which session."""

    def __init__(self) -> None:
        self._tabs: defaultdict[str, set[Tab]] = defaultdict(set)
        self._watching: asyncio.Task | None = None

    def opened(self, digest: str, receive: Receive, send: Send) -> "Tab":
        """A tab of that session; from now on it is watched."""
        tab = Tab(receive, send)
        self._tabs[digest].add(tab)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch(), name="open-tabs")
        return tab

    def closed(self, digest: str, tab: "Tab") -> None:
        """The tab is gone."""
        self._tabs[digest].discard(tab)
        if not self._tabs[digest]:
            del self._tabs[digest]

    def end(self, digest: str) -> None:
        """The session has ended; to be called from any thread."""
        for tab in list(self._tabs.get(digest, ())):
            tab.end()

    async def _watch(self) -> None:
        while self._tabs:
            await asyncio.sleep(LOOK_EVERY)
            # Those of now: a tab that is opened while we look was not asked about.
            asked = set(self._tabs)
            try:
                alive = await asyncio.to_thread(_look_at, asked, utc_now())
            except Exception as error:
                # Nobody is signed out because we cannot look; the look itself must go on.
                log.warning("tabs.not_looked_at", error=type(error).__name__)
                continue
            for digest in asked - alive:
                self.end(digest)


class Tab:
    """One websocket, until it or its session ends."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._accepted = False

    def end(self) -> None:
        """Its session has ended."""
        self._loop.call_soon_threadsafe(self._ended.set)

    async def receive(self) -> Message:
        """The next message of the browser; of an ended session that it has gone."""
        message: asyncio.Future[Any] = asyncio.ensure_future(self._receive())
        ended = asyncio.ensure_future(self._ended.wait())
        await asyncio.wait({message, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not self._ended.is_set():
            return await message
        message.cancel()
        await self._send_away()
        return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}

    async def send(self, message: Message) -> None:
        """Passes on what a screen draws, as long as the session lives."""
        if self._ended.is_set():
            return
        self._accepted |= message["type"] == "websocket.accept"
        await self._send(message)

    async def _send_away(self) -> None:
        try:
            if self._accepted:
                await self._send({"type": "websocket.send", "bytes": go_to(SIGNED_OUT)})
            await self._send({"type": "websocket.close", "code": POLICY_VIOLATION})
        except Exception as error:
            # The browser was faster and has left by itself.
            log.debug("tab.gone", error=type(error).__name__)


def _look_at(digests: set[str], now: datetime) -> set[str]:
    alive = login_sessions.alive_among(digests, now)
    unseen = [d for d, seen_at in alive.items() if now - seen_at >= login_sessions.SEEN_EVERY]
    if unseen:
        login_sessions.note_seen(unseen, now)
    return set(alive)


open_tabs = OpenTabs()
"""Those of this process."""

login_sessions.ended.append(open_tabs.end)
