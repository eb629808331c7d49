"""What was measured, as one table: medians, extremes, and how it grows with the accounts."""

import json
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.bench.beside import beside, times_desk
from tests.bench.measurement import EMPTY_PAGE, Measurement, number


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be measured, and why."""

    part: str
    what: str
    where: str
    accounts: int
    why: str


@dataclass(slots=True)
class Results:
    """Everything of one run, written again and again, so that a stopped run is not lost."""

    folder: Path
    all: list[Measurement] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def add(self, measured: Measurement) -> None:
        """Takes one, and says it."""
        self.all.append(measured)
        print(self._line(measured), flush=True)

    def fail(self, failure: Failure) -> None:
        """Takes what could not be measured, and says it."""
        self.failures.append(failure)
        print(_failure_line(failure), flush=True)

    def write(self) -> None:
        """results.md and results.json in the folder."""
        lines = [
            "| part | what | where | accounts | median | min | max | unit | target "
            "| times fewest | times empty | remark |",
            "|---|---|---|--:|--:|--:|--:|---|--:|--:|--:|---|",
            *map(self._line, self.all),
            *beside(self.all),
            "",
            "Growth over all numbers of accounts: cost ~ accounts ^ exponent (0 flat, 1 linear).",
            "",
            "| part | what | where | exponent |",
            "|---|---|---|--:|",
            *(f"| {' | '.join(key)} | {grows:.2f} |" for key, grows in self.growth().items()),
        ]
        if self.failures:
            lines += ["", "Not measured:", "", *map(_failure_line, self.failures)]
        (self.folder / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        told = {
            "measurements": [
                asdict(each)
                | {
                    "median": each.median,
                    "times_fewest": self._times_fewest(each),
                    "times_empty": self._times_empty(each),
                }
                for each in self.all
            ],
            "times_desk": times_desk(self.all),
            "growth": [[*key, grows] for key, grows in self.growth().items()],
            "failures": [asdict(each) for each in self.failures],
        }
        (self.folder / "results.json").write_text(json.dumps(told, indent=1), encoding="utf-8")

    def growth(self) -> dict[tuple[str, str, str], float]:
        """The exponent of each (part, what, where) that was measured over several numbers of
        accounts."""
        found: dict[tuple[str, str, str], float] = {}
        for of in self.all:
            key = (of.part, of.what, of.where)
            same = [m for m in self._same(of) if m.median > 0]
            if key not in found and len(same) > 1 and of.unit != "rows/s":
                found[key] = exponent(same)
        return found

    def _same(self, of: Measurement) -> list[Measurement]:
        key = (of.part, of.what, of.where, of.unit)
        return [m for m in self.all if (m.part, m.what, m.where, m.unit) == key and m.accounts]

    def _times_fewest(self, of: Measurement) -> float | None:
        """How many times what it took with the fewest accounts."""
        smallest = min(self._same(of), key=lambda m: m.accounts, default=of)
        if smallest.accounts >= of.accounts or not smallest.median:
            return None
        return of.median / smallest.median

    def _times_empty(self, of: Measurement) -> float | None:
        """How many times what it took at an empty page, where one was measured beside it."""
        key = (of.part, EMPTY_PAGE, of.like or of.what, of.unit)
        empty = next((m for m in self.all if (m.part, m.where, m.what, m.unit) == key), of)
        return None if empty is of or not empty.median else of.median / empty.median

    def _line(self, m: Measurement) -> str:
        numbers = " | ".join(number(v) for v in (m.median, min(m.values), max(m.values)))
        target = "" if m.target is None else number(m.target)
        ratios = (self._times_fewest(m), self._times_empty(m))
        times = " | ".join("" if each is None else f"{each:.2f}" for each in ratios)
        what = m.what.replace("|", "/")
        return (
            f"| {m.part} | {what} | {m.where} | {m.accounts:,} | {numbers} | {m.unit} | {target} "
            f"| {times} | {m.remark} |"
        )


def exponent(of: Sequence[Measurement]) -> float:
    """The slope of log(cost) over log(accounts), by least squares."""
    x = [math.log(m.accounts) for m in of]
    y = [math.log(m.median) for m in of]
    return statistics.linear_regression(x, y).slope


def milliseconds(work: Callable[[], object], rounds: int = 9) -> list[float]:
    """How long each round took; one goes ahead unmeasured, so that caches are as in daily use."""
    work()
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1_000)
    return taken


def _failure_line(failure: Failure) -> str:
    over = f" over {failure.accounts:,} accounts" if failure.accounts else ""
    return f"- {failure.part}: {failure.what}, {failure.where}{over}: {failure.why}"
