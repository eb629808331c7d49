"""How long it takes after a renewal until everything is up to date again.

Stock goes first, because every minute may oversell; then the orders are fetched; then prices. Each
operation has a token bucket per seller and application, full when the renewal comes, since nothing
was called during the lapse. Rates and bursts:
https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits
https://developer-docs.amazon.com/sp-api/docs/listings-items-api-rate-limits
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rules.application_cap import extra_seconds
from rules.assumptions import Assumptions
from rules.day_numbers import Floats

OFFERS_PER_FEED = 25_000
"""Messages in one JSON_LISTINGS_FEED. https://developer-docs.amazon.com/sp-api/changelog/update-feed-size-and-rate-limit-changes-for-the-json_listings_feed"""

AMAZON_SERVES_ORDERS_DAYS = 730
"""Orders of up to two years back are served (parameter `createdAfter` of Amazon's Orders model)."""


@dataclass(frozen=True, slots=True)
class UsagePlan:
    """A token bucket: `rate` calls a second, up to `burst` calls at once."""

    rate: float
    burst: float


SEARCH_ORDERS = UsagePlan(rate=0.0056, burst=20)
"""searchOrders (2026-01-01), at most 100 orders a page, items included.
https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits"""

PATCH_LISTINGS_ITEM = UsagePlan(rate=5, burst=5)
"""patchListingsItem, one offer a call.
https://developer-docs.amazon.com/sp-api/docs/listings-items-api-rate-limits"""

LISTINGS_FEED = UsagePlan(rate=5 / 300, burst=5)
"""JSON_LISTINGS_FEED, 5 feeds in 5 minutes. https://developer-docs.amazon.com/sp-api/changelog/update-feed-size-and-rate-limit-changes-for-the-json_listings_feed"""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Minutes after the renewal, one value per account: each job's own, and all together."""

    stock_minutes: Floats
    orders_minutes: Floats
    prices_minutes: Floats

    @property
    def total_minutes(self) -> Floats:
        """The jobs follow one another, so the total is their sum."""
        return self.stock_minutes + self.orders_minutes + self.prices_minutes


def seconds_for(calls: ArrayLike, plan: UsagePlan, tokens: ArrayLike | None = None) -> Floats:
    """Seconds until the last of `calls` may be made: max(0, (calls − tokens) / rate).

    `tokens` are in the bucket at the start; a full bucket when None.
    """
    held = plan.burst if tokens is None else tokens
    return np.maximum(np.asarray(calls, dtype=np.float64) - held, 0.0) / plan.rate


def pages_for(orders: ArrayLike, per_page: int = 100) -> Floats:
    """Calls of searchOrders for so many orders."""
    return _whole(np.asarray(orders, dtype=np.float64) / per_page)


def catch_up(
    stale_stock: ArrayLike, orders: ArrayLike, stale_prices: ArrayLike, assumptions: Assumptions
) -> CatchUp:
    """Minutes per job for accounts that are renewed at the same moment.

    stale_stock, stale_prices: distinct offers whose latest value has to be sent.
    orders: orders to import.
    With a cap for the whole application (`application_calls_per_second`) all accounts given here
    share it; without one they do not touch each other.
    """
    stock = _Writes.of(stale_stock, assumptions)
    pages = pages_for(orders, assumptions.orders_per_page)
    prices = _Writes.of(stale_prices, assumptions)

    orders_seconds = seconds_for(pages, SEARCH_ORDERS)
    # Stock and prices draw on the same two buckets; what refills meanwhile counts.
    patch_tokens = _refilled(PATCH_LISTINGS_ITEM, stock.patches, orders_seconds)
    since_last_feed = stock.seconds() - seconds_for(stock.feeds, LISTINGS_FEED) + orders_seconds
    feed_tokens = _refilled(LISTINGS_FEED, stock.feeds, since_last_feed)

    waits = _Waits(assumptions.application_calls_per_second)
    return CatchUp(
        (stock.seconds() + waits.of_writes(stock)) / 60,
        (orders_seconds + waits.of(pages, SEARCH_ORDERS)) / 60,
        (prices.seconds(patch_tokens, feed_tokens) + waits.of_writes(prices)) / 60,
    )


@dataclass(frozen=True, slots=True)
class _Writes:
    """The calls that one job makes to send the offers: single patches, or feeds when many."""

    patches: Floats
    feeds: Floats
    seconds_per_feed: float

    @classmethod
    def of(cls, offers: ArrayLike, assumptions: Assumptions) -> "_Writes":
        offers = _whole(np.asarray(offers, dtype=np.float64))
        by_feed = offers > assumptions.feed_above_offers
        return cls(
            patches=np.where(by_feed, 0.0, offers),
            feeds=np.where(by_feed, _whole(offers / OFFERS_PER_FEED), 0.0),
            seconds_per_feed=assumptions.feed_processing_minutes * 60,
        )

    def seconds(
        self, patch_tokens: ArrayLike | None = None, feed_tokens: ArrayLike | None = None
    ) -> Floats:
        patching = seconds_for(self.patches, PATCH_LISTINGS_ITEM, patch_tokens)
        last_feed_sent = seconds_for(self.feeds, LISTINGS_FEED, feed_tokens)
        last_feed_done = last_feed_sent + self.seconds_per_feed * (self.feeds > 0)
        # Amazon works off the feeds of a seller one after the other.
        return patching + np.maximum(last_feed_done, self.feeds * self.seconds_per_feed)


@dataclass(frozen=True, slots=True)
class _Waits:
    """The seconds that a cap for the whole application adds; none without a cap.

    Each job is counted as if all sellers began it together, when the crowd is largest.
    """

    cap: float | None

    def of(self, calls: Floats, plan: UsagePlan) -> Floats | float:
        if self.cap is None:
            return 0.0
        return extra_seconds(np.atleast_1d(calls), plan.rate, plan.burst, self.cap)

    def of_writes(self, writes: _Writes) -> Floats | float:
        return self.of(writes.patches, PATCH_LISTINGS_ITEM) + self.of(writes.feeds, LISTINGS_FEED)


def _refilled(plan: UsagePlan, spent: Floats, seconds: Floats) -> Floats:
    """Tokens in a bucket, `seconds` after the last of `spent` calls was made."""
    return np.minimum(np.maximum(plan.burst - spent, 0.0) + plan.rate * seconds, plan.burst)


def _whole(amount: Floats) -> Floats:
    # Expected amounts come out of floating point: 50.000000001 pages are fifty.
    return np.ceil(amount - 1e-6)
