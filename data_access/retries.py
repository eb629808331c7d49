"""How long to wait before something that failed is tried again."""

from collections.abc import Sequence
from datetime import timedelta


def wait_after(tries: int, waits: Sequence[int]) -> timedelta:
    """The wait after so many tries, at least one. waits: seconds after the first, the second, ...;
    the last one repeats."""
    return timedelta(seconds=waits[min(tries, len(waits)) - 1])
