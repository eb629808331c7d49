"""Browser windows and their tabs: how they open, go to an address and wait until it is drawn."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import BrowserContext, Page, Playwright, ViewportSize, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",
)

READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'

TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""When it resolves, the tab has drawn everything that it was told before."""

GO = """address => {
  history.pushState({}, '', address);
  dispatchEvent(new PopStateEvent('popstate', {state: {}}));
}"""
"""Goes to an address as the back button does: the tab stays, and what is loaded in it."""

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

_sockets: WeakKeyDictionary[Page, WebSocket] = WeakKeyDictionary()
"""The connection through which each tab hears from its desk."""


def installed_chromium() -> str | None:
    """The system's Chromium; None for the one that Playwright fetched."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def profile(playwright: Playwright, home: Path, locale: str = "en-GB") -> Iterator[BrowserContext]:
    """A window with a profile of its own: an agent's in Berlin, at a desktop."""
    # An ordinary window keeps Streamlit's scripts compiled, as people's browsers do. A private one
    # compiles them again at each visit, which takes longer than most tests.
    with playwright.chromium.launch_persistent_context(
        home,
        executable_path=installed_chromium(),
        args=list(FLAGS),
        viewport=DESKTOP,
        locale=locale,
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    ) as window:
        # An empty tab that stays open. All others share its process, which keeps Streamlit's
        # scripts ready to run: they open in half the time.
        window.pages[0].route("**", lambda route: route.fulfill(body=""))
        window.pages[0].goto("http://127.0.0.1/")
        yield window


def new_tab(window: BrowserContext) -> Page:
    """An empty tab for `visit`."""
    tab = window.new_page()
    tab.on("websocket", lambda socket: _sockets.update({tab: socket}))
    # Printed where a test fails: a script that broke explains what is missing on the page.
    tab.on("pageerror", lambda error: print(f"The page broke: {error}"))
    return tab


@contextmanager
def fresh_tab(window: BrowserContext) -> Iterator[Page]:
    """A tab that leaves neither cookies nor tabs of its own behind."""
    tab = new_tab(window)
    others = [each for each in window.pages if each is not tab]
    yield tab
    for opened in window.pages:
        if opened not in others:
            opened.close()
    window.clear_cookies()


def settled(page: Page) -> Page:
    """Waits until the desk has drawn what was asked for."""
    page.wait_for_selector(READY)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    return page


def visit(page: Page, address: str) -> Page:
    """Opens an address of the desk and waits until it is drawn.

    A tab that shows the desk already stays loaded; it has to come from `new_tab`.
    """
    if urlsplit(page.url).netloc == urlsplit(address).netloc:
        with _sockets[settled(page)].expect_event("framereceived", _is_drawn):
            page.evaluate(GO, address)
        # What has come may still be in the hands of a Stream, which hands it on before this ends.
        page.evaluate("true")
        page.evaluate(TWO_FRAMES)
    else:
        page.goto(address)
    return settled(page)


def _is_drawn(frame: bytes | str) -> bool:
    """Whether the desk says that it has drawn all of a page."""
    if isinstance(frame, str):
        return False
    said = ForwardMsg.FromString(frame)
    return (
        said.WhichOneof("type") == "script_finished"
        and said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    )
