"""Tabs end with their session, and with no other."""

import asyncio

from web import open_tabs
from web.open_tabs import OpenTabs


async def nothing(*_: object) -> dict:
    """A browser that says nothing and hears all."""
    return {}


def test_a_tab_opened_while_one_looks_is_left_open(monkeypatch):
    tabs = OpenTabs()

    async def day() -> tuple[bool, bool]:
        loop, looked = asyncio.get_running_loop(), asyncio.Event()
        opened = []

        async def open_another() -> None:
            opened.append(tabs.opened("came meanwhile", nothing, nothing))

        def look(digests: set[str], _now: object) -> set[str]:
            if not opened:
                assert digests == {"has ended"}
                asyncio.run_coroutine_threadsafe(open_another(), loop).result(10)
                return set()
            loop.call_soon_threadsafe(looked.set)
            return digests - {"has ended"}

        monkeypatch.setattr(open_tabs, "LOOK_EVERY", 0)
        monkeypatch.setattr(open_tabs, "_look_at", look)
        old = tabs.opened("has ended", nothing, nothing)
        await asyncio.wait_for(looked.wait(), 10)
        ended = old._ended.is_set(), opened[0]._ended.is_set()
        tabs.closed("has ended", old)
        tabs.closed("came meanwhile", opened[0])
        await tabs._watching
        return ended

    assert asyncio.run(day()) == (True, False)
