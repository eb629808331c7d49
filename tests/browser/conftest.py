"""A desk as `make run` starts it, and a real browser to use it with."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Playwright,
    ViewportSize,
    WebSocket,
    expect,
    sync_playwright,
)
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from data_access import demo, demo_casework
from data_access.database import make_engine
from data_access.migrate import migrate
from data_access.settings import ROOT
from tests.serving import free_port, wait_until_served

READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",
)

AT_REST = """(table, column) => new Promise(done => {
  let before = '', since = 0;
  const look = now => {
    const cells = table.querySelectorAll(`[role=gridcell][aria-colindex="${column}"]`);
    const text = [...cells].map(cell => cell.textContent).join();
    if (text !== before) [before, since] = [text, now];
    now - since > 400 ? done() : requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
"""Waits until the texts of a column have been the same for twice as long as they may be behind."""

GO = """address => {
  history.pushState({}, '', address);
  dispatchEvent(new PopStateEvent('popstate', {state: {}}));
}"""
"""Goes to an address as the back button does: the tab stays, and what is loaded in it."""

CUT_OFF = """table => [...table.querySelectorAll('th, td, button, a, .label')]
  .filter(each => each.scrollWidth > each.clientWidth && each.clientWidth > 0)
  .filter(each => !each.closest('[title]'))
  .map(each => `${each.tagName} ${each.className}: ${each.textContent}`)"""

TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""By then a tab has drawn what it was told before."""

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

ROW = 36
"""The height of the heading and of each row of Streamlit's tables, which have no boxes to click."""

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def sellers_of_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with 300 demo accounts as of now, to be copied."""
    file = tmp_path_factory.mktemp("sellers") / "desk.sqlite"
    engine = make_engine(f"sqlite:///{file}")
    migrate(engine)
    now = datetime.now(UTC)
    demo.fill(300, 1, now, of=engine)
    demo_casework.fill(1, now, of=engine)
    engine.dispose()
    return file


def copied(file: Path, home: Path) -> str:
    """The address of a copy of a SQLite file."""
    return f"sqlite:///{shutil.copy(file, home)}"


@pytest.fixture(scope="session")
def started_desk(
    tmp_path_factory: pytest.TempPathFactory, sellers_of_today: Path
) -> Iterator[Callable[..., str]]:
    """Starts desks; each has its own token database with 300 sellers and ends with the tests."""
    running: list[subprocess.Popen] = []

    def start(**settings: str) -> str:
        home = tmp_path_factory.mktemp("desk")
        if "DESK_DATABASE_URL" not in settings:
            settings["DESK_DATABASE_URL"] = copied(sellers_of_today, home)
        environment = {
            **os.environ,
            "DESK_LINK_KEY": "k" * 40,
            "DESK_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            **settings,
        }
        port = free_port()
        log = home / "log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        running.append(process)
        address = f"http://127.0.0.1:{port}"
        wait_until_served(f"{address}/_stcore/health", process, log)
        return address

    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
    for process in running:
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def desk_database(tmp_path_factory: pytest.TempPathFactory, sellers_of_today: Path) -> str:
    """The token database of `desk`, for what happens there while people look."""
    return copied(sellers_of_today, tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="session")
def desk(started_desk: Callable[..., str], desk_database: str) -> str:
    """The address of a desk with 300 demo accounts."""
    return started_desk(DESK_DATABASE_URL=desk_database)


def installed_chromium() -> str | None:
    """The system's Chromium; None for the one that Playwright fetched."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Gone with this folder: while it lives, its event loop is in everybody else's way."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium, for windows that know nothing of each other."""
    launched = playwright.chromium.launch(executable_path=installed_chromium(), args=list(FLAGS))
    yield launched
    launched.close()


@contextmanager
def _profile(playwright: Playwright, home: Path) -> Iterator[BrowserContext]:
    # As people's browsers do it keeps Streamlit's scripts compiled: a private window compiles them
    # anew at each visit, which takes longer than most tests.
    with playwright.chromium.launch_persistent_context(
        home,
        executable_path=installed_chromium(),
        args=list(FLAGS),
        viewport=DESKTOP,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    ) as window:
        # A tab of this machine's pages that stays open: all others share its process, in which
        # Streamlit's scripts are ready to run, and open in half the time.
        window.pages[0].route("**", lambda route: route.fulfill(body=""))
        window.pages[0].goto("http://127.0.0.1/")
        yield window


@pytest.fixture(scope="package")
def _window(playwright: Playwright, tmp_path_factory) -> Iterator[BrowserContext]:
    with _profile(playwright, tmp_path_factory.mktemp("profile")) as window:
        yield window


@pytest.fixture(scope="package")
def _colleagues_window(playwright: Playwright, tmp_path_factory) -> Iterator[BrowserContext]:
    with _profile(playwright, tmp_path_factory.mktemp("profile")) as window:
        yield window


_sockets: WeakKeyDictionary[Page, WebSocket] = WeakKeyDictionary()
"""Through which each tab hears of its desk."""


def _new_tab(window: BrowserContext) -> Page:
    tab = window.new_page()
    tab.on("websocket", lambda socket: _sockets.update({tab: socket}))
    # Shown where a test fails: a script of the page that broke explains what is missing on it.
    tab.on("pageerror", lambda error: print(f"The page broke: {error}"))
    return tab


def _is_drawn(frame: bytes | str) -> bool:
    """Whether the desk says that it has drawn all of a page."""
    if isinstance(frame, str):
        return False
    said = ForwardMsg.FromString(frame)
    return (
        said.WhichOneof("type") == "script_finished"
        and said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
    )


@contextmanager
def _fresh_tab(window: BrowserContext) -> Iterator[Page]:
    tab = _new_tab(window)
    others = [each for each in window.pages if each is not tab]
    yield tab
    for opened in window.pages:
        if opened not in others:
            opened.close()
    window.clear_cookies()


@pytest.fixture(scope="package")
def _standing_tab(
    request: pytest.FixtureRequest, _window: BrowserContext
) -> Iterator[Callable[[], Page]]:
    """Gives the tab that stays open; a new one after a failure, or where a dialog was left."""
    opened: list[Page] = []
    failed = 0

    def tab() -> Page:
        nonlocal failed
        unknown = request.session.testsfailed != failed
        if not opened or unknown or opened[-1].get_by_role("dialog").count():
            failed = request.session.testsfailed
            opened.append(_new_tab(_window))
        return opened[-1]

    yield tab
    for each in opened:
        each.close()


@pytest.fixture
def page(_standing_tab: Callable[[], Page]) -> Page:
    """A tab in Berlin, in English, at a desktop. It stays open from test to test, as an agent's
    does all day: nothing else takes these tests longer than to load the desk."""
    tab = _standing_tab()
    # One in the background draws nothing.
    tab.bring_to_front()
    tab.set_viewport_size(DESKTOP)
    tab.emulate_media(color_scheme="light")
    return tab


@pytest.fixture
def fresh_page(_window: BrowserContext) -> Iterator[Page]:
    """The same, newly opened; for tests of the opening, and those that leave ticks, deeds or a
    login behind. Of former tests it has nothing but the cache."""
    with _fresh_tab(_window) as tab:
        yield tab


@pytest.fixture
def colleague(_colleagues_window: BrowserContext) -> Iterator[Page]:
    """A new tab of somebody else's browser, which shares nothing with `page`."""
    with _fresh_tab(_colleagues_window) as tab:
        yield tab


def settled(page: Page) -> Page:
    """Waits until the desk has drawn what was asked for."""
    page.wait_for_selector(READY)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    return page


def visit(page: Page, address: str) -> Page:
    """Opens an address of the desk and waits until it is drawn."""
    if urlsplit(page.url).netloc == urlsplit(address).netloc:
        with _sockets[settled(page)].expect_event("framereceived", _is_drawn):
            page.evaluate(GO, address)
        page.evaluate(TWO_FRAMES)
    else:
        page.goto(address)
    return settled(page)


def cells(page: Page, column: int, grid: int = 0) -> list[str]:
    """The texts of one column of one of Streamlit's tables, as far as it is drawn; counted from 1.

    They are those for screen readers, which follow what is painted a moment later.
    """
    table = page.get_by_test_id("stDataFrame").nth(grid)
    found = table.locator(f'[role=gridcell][aria-colindex="{column}"]')
    expect(found.first).to_be_attached()
    table.evaluate(AT_REST, column)
    return found.all_text_contents()


def accounts(page: Page) -> Locator:
    """The rows of the list of accounts."""
    return page.locator(".account-rows tbody tr")


def in_column(page: Page, column: str) -> Locator:
    """The cells of a column of the list of accounts; pages/parts/account_table.py names them."""
    return accounts(page).locator(f".{column}")


def texts(page: Page, column: str) -> list[str]:
    """What stands in a column of the list of accounts."""
    expect(accounts(page).first).to_be_visible()
    return in_column(page, column).all_text_contents()


def tick(page: Page, row: int = 0) -> None:
    """Ticks an account of the list; rows are counted from 0."""
    accounts(page).nth(row).get_by_role("checkbox").check()


def press(page: Page, column: str, row: int = 0) -> None:
    """Clicks the button or the link that an account of the list has in a column."""
    in_column(page, column).nth(row).locator("button, a").click()


def heading(page: Page, column: str) -> Locator:
    """The heading of a column of the list of accounts."""
    return page.locator(f".account-rows thead .{column}")


def cut_off_without_a_title(page: Page) -> list[str]:
    """What has no room in the list of accounts and is not said under the pointer either."""
    return page.locator(".account-rows").evaluate(CUT_OFF)
