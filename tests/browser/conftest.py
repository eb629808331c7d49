"""A desk as `make run` starts it, and a real browser to use it with."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from data_access import demo, demo_casework
from data_access.database import make_engine
from data_access.migrate import migrate
from data_access.settings import ROOT
from tests.browser.account_rows import TABLE
from tests.browser.stream import Stream
from tests.browser.tabs import DESKTOP, FLAGS, fresh_tab, installed_chromium, new_tab, profile
from tests.serving import free_port, wait_until_served

expect.set_options(timeout=15_000)

LEFT_BEHIND = f"[role=dialog], [data-testid=stPopoverBody], {TABLE} input:checked"
"""What a test may leave in the tab that stays open and the next one must not meet."""

SCROLL_BACK = f"""() => document.querySelectorAll('[data-testid=stMain], {TABLE}')
  .forEach(each => each.scrollTo(0, 0))"""


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


@pytest.fixture(scope="package")
def _window(playwright: Playwright, tmp_path_factory) -> Iterator[BrowserContext]:
    with profile(playwright, tmp_path_factory.mktemp("profile")) as window:
        yield window


@pytest.fixture(scope="package")
def _colleagues_window(playwright: Playwright, tmp_path_factory) -> Iterator[BrowserContext]:
    with profile(playwright, tmp_path_factory.mktemp("profile")) as window:
        yield window


@pytest.fixture(scope="package")
def _german_window(playwright: Playwright, tmp_path_factory) -> Iterator[BrowserContext]:
    with profile(playwright, tmp_path_factory.mktemp("profile"), "de-DE") as window:
        yield window


@pytest.fixture(scope="package")
def _standing_tab(
    request: pytest.FixtureRequest, _window: BrowserContext
) -> Iterator[Callable[[], Stream]]:
    """Gives the tab that stays open; a new one after a failure, or where a dialog or ticks were
    left."""
    opened: list[Stream] = []
    failed = 0

    def tab() -> Stream:
        nonlocal failed
        unknown = request.session.testsfailed != failed
        if opened and (unknown or opened[0].page.locator(LEFT_BEHIND).count()):
            # One that stayed open would draw what happens in later tests.
            opened.pop().page.close()
        if not opened:
            failed = request.session.testsfailed
            opened.append(Stream(new_tab(_window)))
        return opened[0]

    yield tab
    for each in opened:
        each.page.close()


@pytest.fixture
def stream(_standing_tab: Callable[[], Stream]) -> Iterator[Stream]:
    """What Streamlit says to `page`."""
    said = _standing_tab()
    yield said
    said.let_go()


@pytest.fixture
def page(stream: Stream) -> Page:
    """A tab in Berlin, in English, at a desktop. It stays open from test to test, as an agent's
    does all day: nothing else takes these tests longer than to load the desk."""
    tab = stream.page
    # One in the background draws nothing.
    tab.bring_to_front()
    tab.set_viewport_size(DESKTOP)
    tab.emulate_media(color_scheme="light")
    tab.evaluate(SCROLL_BACK)
    return tab


@pytest.fixture
def fresh_page(_window: BrowserContext) -> Iterator[Page]:
    """The same, newly opened; for tests of the opening, and those that leave ticks, deeds or a
    login behind. Of former tests it has nothing but the cache."""
    with fresh_tab(_window) as tab:
        yield tab


@pytest.fixture
def fresh_stream(fresh_page: Page) -> Stream:
    """What Streamlit says to the fresh tab."""
    return Stream(fresh_page)


@pytest.fixture
def colleague(_colleagues_window: BrowserContext) -> Iterator[Page]:
    """A new tab of somebody else's browser, which shares nothing with `page`."""
    with fresh_tab(_colleagues_window) as tab:
        yield tab


@pytest.fixture
def german(_german_window: BrowserContext) -> Iterator[Page]:
    """A new tab of a browser that asks for German."""
    with fresh_tab(_german_window) as tab:
        yield tab
