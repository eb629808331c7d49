"""What this process has measured of itself since it began; other processes have their own.

Labels take few values each: templates of routes, names of screens, outcomes. Never an address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

registry = CollectorRegistry()
"""Our own, so that a library's metrics cannot slip in."""

ProcessCollector(registry=registry)
PlatformCollector(registry=registry)
GCCollector(registry=registry)

REQUESTS = Histogram(
    "desk_request_seconds",
    "Answers of this process by the template of their route.",
    ("route", "method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=registry,
)
RERUNS = Histogram(
    "desk_screen_rerun_seconds",
    "Runs of a screen's script in this process.",
    ("screen",),
    buckets=(0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2.5),
    registry=registry,
)
CALLBACKS = Counter(
    "desk_callbacks",
    "Returns from Amazon that this process answered, by what they came to.",
    ("outcome",),
    registry=registry,
)

_pauses: ContextVar[list[float] | None] = ContextVar("pauses", default=None)
"""The seconds that a run under way has waited on purpose."""


@contextmanager
def rerun_timed(screen: str) -> Iterator[None]:
    """Measures one run of a screen, also one that ends early.

    What a click draws anew by itself is a run too; within a run of the whole screen it is part of
    that one.
    """
    if _pauses.get() is not None:
        yield
        return
    pauses: list[float] = []
    outer = _pauses.set(pauses)
    began = perf_counter()
    try:
        yield
    finally:
        _pauses.reset(outer)
        RERUNS.labels(screen or "accounts").observe(perf_counter() - began - sum(pauses))


@contextmanager
def unmeasured() -> Iterator[None]:
    """A wait on purpose within a run: it says nothing of what the run costs."""
    began = perf_counter()
    try:
        yield
    finally:
        if (pauses := _pauses.get()) is not None:
            pauses.append(perf_counter() - began)
