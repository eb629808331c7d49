"""What a person waits for, in a real browser, beside an empty Streamlit page in the same run.

Times are read from the page itself: from the moment of the click to the first animation frame in
which the awaited text stands there. Playwright's own round trips are not in them.
"""

import shutil
import time
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tests.bench.servers import EMPTY, desk, megabytes, running
from tests.bench.table import Measurement, Results
from tests.browser.conftest import FLAGS, READY

ROUNDS = 7
TAB = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "en-GB",
    "timezone_id": "Europe/Berlin",
}
GRID = '[data-testid="stDataFrame"] [role=gridcell][aria-colindex="2"]'
CHART = '[data-testid="stPlotlyChart"] .main-svg'

# Resolves with the milliseconds until `ready` holds; looks at every frame of the browser.
WATCH = """([selector, before]) => new Promise((resolve, reject) => {
  const began = window.__clicked ?? performance.now();
  const look = () => {
    const found = document.querySelector(selector);
    if (found && found.textContent !== before) resolve(performance.now() - began);
    else if (performance.now() - began > 30000) reject(new Error('not within 30 s: ' + selector));
    else requestAnimationFrame(look);
  };
  look();
})"""
NOTE_CLICKS = """
for (const kind of ['pointerdown', 'keydown'])
  addEventListener(kind, () => { window.__clicked = performance.now(); }, true);
"""


class Wire:
    """Counts what arrives over the network, as compressed as it arrives."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda e: self._add(e["encodedDataLength"]))
        session.on("Network.webSocketFrameReceived", lambda e: self._add(_frame(e["response"])))

    def _add(self, size: float) -> None:
        self.bytes += int(size)

    def taken(self) -> float:
        """kB since the last call."""
        size, self.bytes = self.bytes / 1_000, 0
        return size


def _frame(response: dict) -> float:
    # Binary frames come in base64.
    return len(response["payloadData"]) * (0.75 if response["opcode"] == 2 else 1)


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """The empty page, then the desk over each database."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        with running(EMPTY) as (address, pid):
            _Empty(results, browser, address, pid).measure()
        for (engine, accounts), url in urls.items():
            with desk(url) as (address, pid):
                _Screens(results, browser, address, pid, engine, accounts).measure()
            results.write()
        browser.close()


class _Measured:
    """Opens pages and adds what they took."""

    where, accounts = "empty page", 0

    def __init__(self, results: Results, browser: Browser, address: str, pid: int) -> None:
        self.results, self.browser, self.address, self.pid = results, browser, address, pid

    def add(self, what: str, unit: str, values: list[float], target: float | None = None) -> None:
        """One line of the table."""
        self.results.add(
            Measurement("browser", what, self.where, self.accounts, unit, values, target)
        )

    def opened(self) -> tuple[BrowserContext, Page, Wire]:
        """A fresh private window, its page not loaded yet."""
        context = self.browser.new_context(**TAB)
        context.add_init_script(NOTE_CLICKS)
        page = context.new_page()
        return context, page, Wire(context.new_cdp_session(page))

    def loads(
        self, path: str, awaited: dict[str, tuple[str, float | None]], reload: float | None
    ) -> None:
        """Cold loads in fresh windows, then warm reloads in one."""
        cold: dict[str, list[float]] = {name: [] for name in awaited}
        sizes = []
        for _ in range(ROUNDS):
            context, page, wire = self.opened()
            page.goto(self.address + path, wait_until="commit")
            for name, (selector, _) in awaited.items():
                cold[name].append(page.evaluate(WATCH, [selector, None]))
            page.wait_for_selector(READY)
            page.wait_for_timeout(300)
            sizes.append(wire.taken() / 1_000)
            context.close()
        for name, (_, target) in awaited.items():
            self.add(f"{path}: cold load to {name}", "ms", cold[name], target)
        self.add(f"{path}: cold load over the wire", "MB", sizes, 3)
        context, page, wire = self.opened()
        page.goto(self.address + path)
        warm = []
        for _ in range(ROUNDS):
            page.wait_for_selector(READY)
            page.reload(wait_until="commit")
            warm.append(
                max(page.evaluate(WATCH, [selector, None]) for selector, _ in awaited.values())
            )
        self.add(f"{path}: warm reload to all of it", "ms", warm, reload)
        context.close()

    def clicks(
        self,
        page: Page,
        wire: Wire,
        what: str,
        act: Callable[[], object],
        selector: str,
        target: float | None = None,
        back: Callable[[], object] | None = None,
    ) -> None:
        """Acts and waits for another text in `selector`; `back` undoes it, unmeasured."""
        taken, sizes = [], []
        for _ in range(ROUNDS):
            page.wait_for_selector(READY)
            page.wait_for_timeout(400)
            before = page.text_content(selector)
            wire.taken()
            try:
                act()
                taken.append(page.evaluate(WATCH, [selector, before]))
            except Exception as error:  # one that fails must not cost the rest of the table
                print(f"  {what}: {str(error).splitlines()[0]}", flush=True)
                return
            page.wait_for_selector(READY)
            page.wait_for_timeout(200)
            sizes.append(wire.taken())
            if back is not None:
                back()
        self.add(what, "ms", taken, target)
        self.add(f"{what}, over the wire", "kB", sizes, 25)


class _Empty(_Measured):
    def measure(self) -> None:
        """Load and rerun of nothing at all."""
        self.loads("/", {"text": ('[data-testid="stMarkdown"] p', None)}, None)
        context, page, wire = self.opened()
        page.goto(self.address)
        page.wait_for_selector(READY)
        button = page.get_by_role("button", name="Again")
        self.clicks(page, wire, "rerun", button.click, '[data-testid="stMarkdown"] p')
        self.add("server memory", "MB", [megabytes(self.pid)])
        context.close()


class _Screens(_Measured):
    def __init__(
        self,
        results: Results,
        browser: Browser,
        address: str,
        pid: int,
        engine: str,
        accounts: int,
    ) -> None:
        super().__init__(results, browser, address, pid)
        self.where, self.accounts = engine, accounts

    def measure(self) -> None:
        """Both screens; ten open sessions at the end."""
        self.loads("/", {"row": (GRID, 1_000), "chart": (CHART, 1_400)}, 500)
        context, page, wire = self.opened()
        page.goto(self.address)
        page.wait_for_selector(GRID, state="attached")
        self._accounts(page, wire)
        context.close()
        self._sync_effect()
        self._sessions()

    def _accounts(self, page: Page, wire: Wire) -> None:
        def afresh() -> None:
            page.goto(self.address)
            page.wait_for_selector(GRID, state="attached")

        soon = page.get_by_role("link", name="30 days").or_(
            page.get_by_role("button", name="30 days")
        )
        self.clicks(
            page, wire, "filter 30 days to redrawn table", soon.first.click, GRID, 50, afresh
        )
        search = page.get_by_role("textbox").first

        def look_for(text: str) -> Callable[[], None]:
            def act() -> None:
                search.fill(text)
                search.press("Enter")

            return act

        for term in ("gmbh", "shop77.", "x"):
            self.clicks(page, wire, f"search {term}", look_for(term), GRID, 55, afresh)
        afresh()
        following = page.get_by_role("button", name="Next")
        self.clicks(page, wire, "next page", following.click, GRID)
        afresh()
        last = page.get_by_role("button", name="Last")
        self.clicks(page, wire, "last page", last.click, GRID, None, afresh)

    def _sync_effect(self) -> None:
        self.loads("/sync-effect", {"chart": (CHART, None)}, None)
        context, page, wire = self.opened()
        page.goto(f"{self.address}/sync-effect")
        page.wait_for_selector(CHART, state="attached")
        slider = page.get_by_role("slider").first
        if slider.count():
            target = 80 if self.accounts == 100_000 else None
            self.clicks(
                page,
                wire,
                "slider of the simulation to redrawn chart",
                lambda: slider.press("ArrowRight"),
                CHART,
                target,
            )
        context.close()

    def _sessions(self) -> None:
        before = megabytes(self.pid)
        contexts = []
        for _ in range(10):
            context, page, _ = self.opened()
            page.goto(self.address)
            page.wait_for_selector(GRID, state="attached")
            contexts.append(context)
        time.sleep(1)
        held = megabytes(self.pid)
        self.add("server memory, 10 sessions", "MB", [held], 250)
        self.add("memory of an open session", "MB", [max(held - before, 0) / 10])
        for context in contexts:
            context.close()
