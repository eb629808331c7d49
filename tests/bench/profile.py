"""Where the time goes that a person waits: what the browser's main thread does between the press
and the frame that shows the answer, by script, over the largest database."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tests.bench.browser import CHART, COMPARED, FIRST_ROW, search_for
from tests.bench.databases import commit_nothing
from tests.bench.servers import cpu_seconds, desk
from tests.bench.table import Results
from tests.bench.tabs import Tab, chromium
from tests.bench.visits import Visit
from tests.browser.tabs import READY

ROUNDS = 7
USEFUL = {"row": FIRST_ROW, "chart": CHART}
SAMPLE_US = 500
LEAST_SHARE = 0.03
"""Scripts below it are put together."""

NATIVE = {
    "(idle)": "waiting",
    "(program)": "the browser itself: laying out, painting, compiling",
    "(garbage collector)": "garbage collector",
}
OTHERS = "other scripts"
SERVER = "the server's processor, meanwhile"

Moments = tuple[float, float]
"""Begin and end, in ms since 1970."""


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """Loads of the list, the clicks that people do most there, and all that Streamlit draws after
    the slider of the simulation was moved; chart and tiles follow that by themselves."""
    (engine, accounts), url = max(urls.items(), key=lambda each: each[0][1])
    with chromium() as browser, desk(url) as (address, pid):
        forget = partial(commit_nothing, url)
        visit = Visit(results, browser, "profile", engine, accounts, address, pid, READY, forget)
        _loads(visit)
        _clicks(visit)
        _slider(visit)


def _loads(visit: Visit) -> None:
    cold = []
    for _ in range(ROUNDS):
        with visit.tab(USEFUL) as tab:
            cold.append(_sampled(visit, tab, partial(_load, tab, partial(tab.load, visit.address))))
    _tell(visit, "cold load to row and chart", cold)
    warm = []
    with visit.tab(USEFUL) as tab:
        tab.load(visit.address)
        for _ in range(ROUNDS):
            tab.settle()
            warm.append(_sampled(visit, tab, partial(_load, tab, tab.reload)))
    _tell(visit, "warm reload to row and chart", warm)


def _clicks(visit: Visit) -> None:
    with visit.tab(USEFUL) as tab:
        within = tab.page.get_by_role("radio", name="in 30 days", exact=True)
        acts = {"filter 30 days": within.click, "search gmbh": search_for(tab.page, "gmbh")}
        for what, act in acts.items():
            rounds = []
            for _ in range(ROUNDS):
                tab.load(visit.address)
                tab.settle()
                rounds.append(_sampled(visit, tab, partial(_click, tab, act, FIRST_ROW)))
            _tell(visit, what, rounds)


def _slider(visit: Visit) -> None:
    with visit.tab({"chart": CHART}) as tab:
        tab.load(f"{visit.address}/sync-effect")
        move = partial(tab.page.get_by_role("slider").first.press, "ArrowRight")
        rounds = []
        for _ in range(ROUNDS):
            tab.settle()
            rounds.append(_sampled(visit, tab, partial(_click, tab, move, COMPARED)))
        _tell(visit, "slider of the simulation, to all that Streamlit draws", rounds)


def _sampled(visit: Visit, tab: Tab, act: Callable[[], Moments]) -> Mapping[str, float]:
    """What an act took, in ms by share; the server's processor runs while the browser waits."""
    visit.forget()
    sampler = _Sampler(tab)
    before = cpu_seconds(visit.pid)
    moments = act()
    used = (cpu_seconds(visit.pid) - before) * 1_000
    return {SERVER: used} | sampler.between(*moments)


def _tell(visit: Visit, what: str, rounds: Sequence[Mapping[str, float]]) -> None:
    for share, taken in _together(rounds).items():
        visit.add(f"{what}: {share}", "ms", taken)


def shares(profile: Mapping, begin: float, end: float) -> Counter[str]:
    """Milliseconds by script between two moments of a profile of V8 (µs of its own clock)."""
    names = {node["id"]: _name(node["callFrame"]) for node in profile["nodes"]}
    found: Counter[str] = Counter()
    moment = profile["startTime"]
    for node, lasted in zip(profile["samples"], profile["timeDeltas"], strict=True):
        before, moment = moment, moment + lasted
        found[names[node]] += max(min(moment, end) - max(before, begin), 0) / 1_000
    return found


def _name(frame: Mapping) -> str:
    if native := NATIVE.get(frame["functionName"]):
        return native
    # PlotlyChart.D9Z0_fxz.js: a hash follows the name.
    return frame["url"].rpartition("/")[2].partition(".")[0] or OTHERS


def _together(rounds: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """What each share took in each round, the largest first; the small ones are one."""
    all_of_it = sum(sum(each.values()) for each in rounds)
    largest = Counter()
    for each in rounds:
        largest.update(each)
    found: dict[str, list[float]] = {}
    for name, took in largest.most_common():
        share = name if took >= LEAST_SHARE * all_of_it else OTHERS
        known = found.setdefault(share, [0.0] * len(rounds))
        found[share] = [a + each.get(name, 0.0) for a, each in zip(known, rounds, strict=True)]
    return found


def _load(tab: Tab, load: Callable[[], Mapping[str, float]]) -> Moments:
    took = max(load().values())
    began = tab.page.evaluate("performance.timeOrigin")
    return began, began + took


def _click(tab: Tab, act: Callable[[], object], selector: str) -> Moments:
    took = tab.timed(act, selector)
    began = float(tab.page.evaluate("sessionStorage.getItem('acted')"))
    return began, began + took


class _Sampler:
    """Samples the main thread of a tab, from now on."""

    def __init__(self, tab: Tab) -> None:
        self._page = tab.page
        self._cdp = tab.page.context.new_cdp_session(tab.page)
        self._cdp.send("Performance.enable")
        self._cdp.send("Profiler.enable")
        self._cdp.send("Profiler.setSamplingInterval", {"interval": SAMPLE_US})
        self._cdp.send("Profiler.start")

    def between(self, begin: float, end: float) -> Counter[str]:
        """What came of it between two moments in ms since 1970."""
        profile = self._cdp.send("Profiler.stop")["profile"]
        metrics = self._cdp.send("Performance.getMetrics")["metrics"]
        ticks = next(each["value"] for each in metrics if each["name"] == "Timestamp")
        now = self._page.evaluate("performance.timeOrigin + performance.now()")
        self._cdp.detach()
        # V8 counts from the start of the machine, a page from 1970.
        return shares(profile, *((ticks * 1_000 + (each - now)) * 1_000 for each in (begin, end)))
