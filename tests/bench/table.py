"""What was measured, as one table: medians, extremes, and how it grows with the accounts."""

import json
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Measurement:
    """One thing measured several times.

    what     the interaction or the statement, as a person would call it
    accounts how many authorizations the database held; 0 where there was none
    unit     "ms", "MB", "rows/s", ...
    target   the most it should be (for rows/s: the least); None where nothing is asked
    remark   what else was seen: the scans of a plan, errors
    """

    part: str
    what: str
    where: str
    accounts: int
    unit: str
    values: list[float]
    target: float | None = None
    remark: str = ""

    @property
    def median(self) -> float:
        """The middle one of the values."""
        return statistics.median(self.values)


@dataclass(slots=True)
class Results:
    """Everything of one run, written anew after each part, so that a stopped run is not lost."""

    folder: Path
    all: list[Measurement] = field(default_factory=list)

    def add(self, measured: Measurement) -> None:
        """Takes one, and says it."""
        self.all.append(measured)
        print(_line(measured, self._ratio(measured)), flush=True)

    def write(self) -> None:
        """results.md and results.json in the folder."""
        lines = [
            "| part | what | where | accounts | median | min | max | unit | target "
            "| times 1,000 | remark |",
            "|---|---|---|--:|--:|--:|--:|---|--:|--:|---|",
            *(_line(each, self._ratio(each)) for each in self.all),
            "",
            "Growth from 1,000 to 1,000,000: cost ~ accounts ^ exponent (0 flat, 1 linear).",
            "",
            "| part | what | where | exponent |",
            "|---|---|---|--:|",
            *self._exponents(),
        ]
        (self.folder / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        told = [asdict(each) | {"median": each.median} for each in self.all]
        (self.folder / "results.json").write_text(json.dumps(told, indent=1), encoding="utf-8")

    def _same(self, of: Measurement) -> list[Measurement]:
        key = (of.part, of.what, of.where, of.unit)
        return [m for m in self.all if (m.part, m.what, m.where, m.unit) == key and m.accounts]

    def _ratio(self, of: Measurement) -> str:
        smallest = min(self._same(of), key=lambda m: m.accounts, default=of)
        if smallest.accounts >= of.accounts or not smallest.median:
            return ""
        return f"{of.median / smallest.median:.2f}"

    def _exponents(self) -> list[str]:
        seen, lines = set(), []
        for of in self.all:
            key = (of.part, of.what, of.where)
            same = [m for m in self._same(of) if m.median > 0]
            if key in seen or len(same) < 2 or of.unit == "rows/s":
                continue
            seen.add(key)
            lines.append(f"| {' | '.join(key)} | {exponent(same):.2f} |")
        return lines


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


def _line(m: Measurement, ratio: str) -> str:
    numbers = " | ".join(_number(v) for v in (m.median, min(m.values), max(m.values)))
    target = "" if m.target is None else _number(m.target)
    what = m.what.replace("|", "/")
    return (
        f"| {m.part} | {what} | {m.where} | {m.accounts:,} | {numbers} | {m.unit} | {target} "
        f"| {ratio} | {m.remark} |"
    )


def _number(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}"
