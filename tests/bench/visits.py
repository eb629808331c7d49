"""One served page, used as a hand uses it, and every line of the table that comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Browser, Error

from tests.bench.measurement import Measurement
from tests.bench.servers import megabytes
from tests.bench.table import Failure, Results
from tests.bench.tabs import Tab

ROUNDS = 7
CLICK_KB = 25
COLD_MB = 3
EMPTY_LOAD, EMPTY_RELOAD = "cold load to text", "warm reload to text"
EMPTY_CLICK, EMPTY_MEMORY = "rerun", "server memory"
"""What is measured of an empty page, which all else is held beside."""


@dataclass(frozen=True)
class Visit:
    """Measures what is served at an address by a process, over so many accounts.

    settled  the selector that holds when the page has drawn what was asked for
    forget   lets go what the server still knows of former clicks, which would make those cheap
             that come after the first of their kind
    """

    results: Results
    browser: Browser
    part: str
    where: str
    accounts: int
    address: str
    pid: int
    settled: str
    forget: Callable[[], object] = lambda: None

    def add(
        self,
        what: str,
        unit: str,
        values: list[float],
        target: float | None = None,
        remark: str = "",
        like: str = "",
    ) -> None:
        """One line of the table."""
        self.results.add(
            Measurement(
                self.part, what, self.where, self.accounts, unit, values, target, remark, like
            )
        )

    def fail(self, what: str, error: Exception) -> None:
        """What could not be measured; it must not cost the rest of the table."""
        why = str(error).splitlines()[0]
        self.results.fail(Failure(self.part, what, self.where, self.accounts, why))

    def tab(self, awaited: Mapping[str, str]) -> Tab:
        """A fresh private window."""
        return Tab(self.browser, awaited, self.settled)

    def loads(
        self,
        path: str,
        awaited: Mapping[str, str],
        targets: Mapping[str, tuple[float | None, float | None]] | None = None,
        label: str = "",
    ) -> bool:
        """Cold loads in fresh windows, then warm reloads in one; whether they came to an end.

        targets: the most milliseconds to each awaited text, cold and warm
        """
        targets = targets or {}
        address, label = self.address + path, f"{label}: " if label else ""
        cold, sizes, warm = [], [], []
        try:
            for _ in range(ROUNDS):
                with self.tab(awaited) as tab:
                    cold.append(tab.load(address))
                    tab.settle()
                    sizes.append(tab.wire.taken() / 1_000)
            with self.tab(awaited) as tab:
                tab.load(address)
                for _ in range(ROUNDS):
                    tab.settle()
                    warm.append(tab.reload())
        except Error as error:
            self.fail(f"{label}load", error)
            return False
        kinds = (("cold load", cold, EMPTY_LOAD), ("warm reload", warm, EMPTY_RELOAD))
        for at, (kind, took, like) in enumerate(kinds):
            for name in awaited:
                target = targets.get(name, (None, None))[at]
                values = [each[name] for each in took]
                self.add(f"{label}{kind} to {name}", "ms", values, target, like=like)
        sent = "cold load over the wire"
        self.add(f"{label}{sent}", "MB", sizes, COLD_MB, like=sent)
        return True

    def clicks(
        self,
        tab: Tab,
        what: str,
        act: Callable[[], object],
        selector: str,
        target: float | None = None,
        back: Callable[[], object] | None = None,
        remark: str = "",
    ) -> None:
        """Acts and waits for another text in `selector`, each time as the first who asks for it;
        `back` goes ahead of each, unmeasured."""
        taken, sizes = [], []
        try:
            for _ in range(ROUNDS):
                if back is not None:
                    back()
                tab.settle()
                self.forget()
                tab.wire.taken()
                taken.append(tab.timed(act, selector))
                tab.settle()
                sizes.append(tab.wire.taken())
        except Error as error:
            self.fail(what, error)
            return
        self.add(what, "ms", taken, target, remark, EMPTY_CLICK)
        wire = ", over the wire"
        self.add(what + wire, "kB", sizes, CLICK_KB, like=EMPTY_CLICK + wire)

    def memory(self, what: str, target: float | None = None) -> float:
        """What the server holds now, in MB."""
        held = megabytes(self.pid)
        self.add(what, "MB", [held], target, like=EMPTY_MEMORY)
        return held
