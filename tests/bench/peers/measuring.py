"""The same things done in each of them over the same database, one after the other."""

from functools import partial

from playwright.sync_api import Browser

from tests.bench.databases import commit_nothing
from tests.bench.peers.hands import Hand, hands
from tests.bench.table import Failure, Results
from tests.bench.tabs import chromium
from tests.bench.visits import Visit


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """The desk and its peers over each SQLite database, which the peers only read."""
    with chromium() as browser:
        for (engine, accounts), url in urls.items():
            if engine != "sqlite":
                continue
            for hand in hands():
                try:
                    _measure(results, browser, hand, accounts, url)
                except Exception as error:
                    # Whatever keeps one from being installed or served keeps nobody else from it.
                    why = f"{type(error).__name__}: {error}".splitlines()[0]
                    results.fail(Failure("peers", "all", hand.name, accounts, why))
            results.write()


def _measure(results: Results, browser: Browser, hand: Hand, accounts: int, url: str) -> None:
    with hand.serve(url) as (address, pid):
        visit = Visit(
            results,
            browser,
            "peers",
            hand.name,
            accounts,
            address,
            pid,
            hand.settled,
            # The desk alone holds answers; its peers ask their database at each click.
            partial(commit_nothing, url),
        )
        if not visit.loads(hand.path, {"row": hand.row}):
            return
        with visit.tab({"row": hand.row}) as tab:
            for what, act in hand.acts.items():
                visit.clicks(
                    tab,
                    what,
                    lambda act=act: act(tab.page),
                    hand.row,
                    back=lambda: tab.load(address + hand.path),
                )
        visit.memory("server memory")
    for what, why in hand.lacks.items():
        results.fail(Failure("peers", what, hand.name, accounts, why))
