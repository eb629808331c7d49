"""Amazon's usage plans: a token bucket per operation and seller-application pair.

https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits
"""

from collections.abc import Callable
from typing import NamedTuple


class UsagePlan(NamedTuple):
    """Requests a second, and how many may come at once."""

    rate: float
    burst: int


# The defaults named in https://github.com/amzn/selling-partner-api-models (sellers.json,
# listingsItems_2021-08-01.json, orders_2026-01-01.json).
USAGE_PLANS = {
    "getMarketplaceParticipations": UsagePlan(0.016, 15),
    "patchListingsItem": UsagePlan(5, 5),
    "searchOrders": UsagePlan(0.0056, 20),
}

_KEPT_AT_MOST = 50_000


class RateLimiter:
    """Token buckets that fill by the stand-in's clock."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._buckets: dict[tuple[str, ...], tuple[float, float]] = {}

    def take(self, operation: str, *pair: str) -> bool:
        """Take one request from the bucket of this operation and pair; False if it is empty."""
        plan = USAGE_PLANS[operation]
        now = self._now()
        level, seen = self._buckets.get((operation, *pair), (float(plan.burst), now))
        # A clock set back must not drain a bucket.
        level = min(plan.burst, level + max(0.0, now - seen) * plan.rate)
        taken = level >= 1
        if len(self._buckets) >= _KEPT_AT_MOST:
            self._drop_full(now)
        self._buckets[operation, *pair] = (level - taken, now)
        return taken

    def clear(self) -> None:
        """Fill all buckets."""
        self._buckets.clear()

    def _drop_full(self, now: float) -> None:
        # A full bucket says the same as none.
        self._buckets = {
            key: (level, seen)
            for key, (level, seen) in self._buckets.items()
            if level + (now - seen) * USAGE_PLANS[key[0]].rate < USAGE_PLANS[key[0]].burst
        }
