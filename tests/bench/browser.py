"""What a person waits for, in a real browser, beside an empty Streamlit page in the same run."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from playwright.sync_api import Error, Locator, Page

from pages.parts.account_table import SORTED_BY
from tests.bench.databases import commit_nothing
from tests.bench.measurement import EMPTY_PAGE
from tests.bench.servers import EMPTY, desk, megabytes, running
from tests.bench.table import Results
from tests.bench.tabs import Tab, chromium
from tests.bench.visits import EMPTY_CLICK, EMPTY_MEMORY, Visit
from tests.browser.tabs import READY

FIRST_ROW = ".account-rows tbody th"
"""Of the list, or of the rows that the start page begins with."""
IN_USE = f"#root {FIRST_ROW}"
"""Of the list itself, whose boxes and buttons can be used."""
CHART = '[data-testid="stPlotlyChart"] .main-svg'
"""In use, as Plotly draws it."""
PICTURE = f"#first-chart svg, {CHART}"
"""Of the chart, which the start page begins with."""
DAY_LINE = '[data-testid="stPlotlyChart"] .shapelayer path@d'
"""The line of the slider's day in the chart of the simulation."""
BY_DAY = ".st-key-tiles_damage [data-testid=stCaptionContainer] p"
"""What a tile says of that day."""
COMPARED = "[data-testid=stTable]"
"""All scenarios on that day: of what the slider changes, what Streamlit draws last."""
SEARCH = 'input[aria-label="Search"]'
SESSIONS = 10


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """The empty page, then the desk over each database."""
    with chromium() as browser:
        with running(EMPTY) as (address, pid):
            _empty(Visit(results, browser, "browser", EMPTY_PAGE, 0, address, pid, READY))
        for (engine, accounts), url in urls.items():
            with desk(url) as (address, pid):
                visit = Visit(
                    results,
                    browser,
                    "browser",
                    engine,
                    accounts,
                    address,
                    pid,
                    READY,
                    partial(commit_nothing, url),
                )
                for part in (_accounts, _sync_effect, _sessions):
                    try:
                        part(visit)
                    except Error as error:
                        visit.fail(part.__name__, error)
            results.write()


def _empty(visit: Visit) -> None:
    """Load and rerun of nothing at all."""
    text = '[data-testid="stMarkdown"] p'
    visit.loads("/", {"text": text})
    with visit.tab({"text": text}) as tab:
        tab.load(visit.address)
        visit.clicks(tab, EMPTY_CLICK, tab.page.get_by_role("button", name="Again").click, text)
    visit.memory(EMPTY_MEMORY)


def _accounts(visit: Visit) -> None:
    useful = {
        "row": FIRST_ROW,
        "first picture of the chart": PICTURE,
        "list in use": IN_USE,
        "chart in use": CHART,
    }
    targets = {"row": (1_000, 500), "first picture of the chart": (1_400, 500)}
    visit.loads("/", useful, targets, "accounts")
    with visit.tab({"row": IN_USE}) as tab:
        page = tab.page

        def afresh() -> None:
            tab.load(visit.address)

        within = page.get_by_role("radio", name="in 30 days", exact=True)
        visit.clicks(
            tab, "filter 30 days to redrawn table", within.click, FIRST_ROW, 50, back=afresh
        )
        for term in ("gmbh", "shop77.", "x"):
            search = search_for(page, term)
            visit.clicks(tab, f"search {term}", search, FIRST_ROW, 55, back=afresh)
        afresh()
        _typing(visit, tab)
        afresh()
        _paging(visit, tab)
        afresh()
        _sorting(visit, tab)


def search_for(page: Page, term: str) -> Callable[[], None]:
    """Fills the search in and presses Enter."""

    def act() -> None:
        page.locator(SEARCH).fill(term)
        page.locator(SEARCH).press("Enter")

    return act


def _typing(visit: Visit, tab: Tab) -> None:
    """A shop letter by letter, faster than the list follows, then one more."""
    search = tab.page.locator(SEARCH)

    def begin() -> None:
        tab.load(visit.address)
        tab.settle()
        search.press_sequentially("shop7")

    remark = "the list asks 80 ms after a letter, the rest of the screen after 500"
    visit.clicks(
        tab,
        "typing in the search, a letter to its row",
        lambda: search.press("7"),
        FIRST_ROW,
        back=begin,
        remark=remark,
    )


def _paging(visit: Visit, tab: Tab) -> None:
    """As many pages forth as back; the last one again and again from the first."""
    for what, name in (("next page", "Next"), ("previous page", "Previous")):
        visit.clicks(tab, what, tab.page.get_by_role("button", name=name).click, FIRST_ROW)
    last = tab.page.get_by_role("button", name="Last page")
    visit.clicks(tab, "last page", last.click, FIRST_ROW, back=lambda: tab.load(visit.address))


def _sorting(visit: Visit, tab: Tab) -> None:
    """Each heading that orders the accounts; the next click on it turns the order round."""
    for column, (one, other) in SORTED_BY.items():
        visit.clicks(
            tab,
            f"sort by {column}",
            heading(tab.page, column).click,
            FIRST_ROW,
            back=None if one != other else lambda: tab.load(visit.address),
        )


def heading(page: Page, column: str) -> Locator:
    """What one clicks to order the accounts by a column."""
    return page.locator(f".account-rows thead .{column} button")


def _sync_effect(visit: Visit) -> None:
    visit.loads("/sync-effect", {"chart": CHART}, label="sync effect")
    with visit.tab({"chart": CHART}) as tab:
        tab.load(f"{visit.address}/sync-effect")
        tab.settle()
        move = partial(tab.page.get_by_role("slider").first.press, "ArrowRight")
        wanted = 80 if visit.accounts == 100_000 else None
        visit.clicks(tab, "slider of the simulation to redrawn chart", move, DAY_LINE, wanted)
        visit.clicks(tab, "slider of the simulation to the tiles", move, BY_DAY)
        visit.clicks(tab, "slider of the simulation to all that Streamlit draws", move, COMPARED)


def _sessions(visit: Visit) -> None:
    before = megabytes(visit.pid)
    with ExitStack() as open_tabs:
        for _ in range(SESSIONS):
            tab = open_tabs.enter_context(visit.tab({"row": IN_USE}))
            tab.load(visit.address)
            tab.settle()
        time.sleep(1)
        held = visit.memory(f"server memory, {SESSIONS} sessions", 250)
    visit.add("memory of an open session", "MB", [max(held - before, 0) / SESSIONS])
