"""An independent account of a lapse: event after event, offer by offer, nothing in closed form.

Used to check the formulas of rules/. It shares no code with them: orders, changes and sales
elsewhere come one at a time (Poisson), deadlines walk the calendar day by day, and calls to Amazon
wait for real token buckets.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import simpy

# Orders are watched from before the lapse, so that the windows of the rates are full.
LEAD_DAYS = 40.0


@dataclass(frozen=True)
class Case:
    orders_per_day: float
    offers: int
    seller_fulfilled_offers: int
    price_changes_per_day: float
    stock_changes_per_day: float
    handling_days: float
    other_channel_share: float
    handled_by_hand_share: float
    stock_per_offer: int
    blocked_days: float
    starts: datetime

    @property
    def seller_fulfilled_share(self) -> float:
        return self.seller_fulfilled_offers / self.offers


@dataclass
class Order:
    offer: int
    placed: float
    seller_fulfilled: bool
    by_hand: bool
    late: bool = False
    cancelled_at: float | None = None


@dataclass
class Outcome:
    figures: dict[str, float] = field(default_factory=dict)
    late_in_window: dict[int, tuple[int, int]] = field(default_factory=dict)
    cancelled_in_week: tuple[int, int] = (0, 0)


def seven_business_days_after(moment: datetime) -> datetime:
    """Walks the calendar from midnight to midnight; Saturdays and Sundays use nothing up."""
    left = timedelta(days=7)
    while True:
        today = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        midnight = today + timedelta(days=1)
        if moment.weekday() >= 5:
            moment = midnight
            continue
        step = min(left, midnight - moment)
        moment, left = moment + step, left - step
        if not left:
            return moment


def run_lapse(case: Case, seed: int) -> Outcome:
    """One lapse from beginning to end, as chance has it."""
    chance = np.random.default_rng(seed)
    env = simpy.Environment(initial_time=-LEAD_DAYS)
    orders: list[Order] = []
    stale_price: set[int] = set()
    stale_stock: set[int] = set()
    shelf = [case.stock_per_offer] * case.offers
    oversold_a_week_ago = []

    def stream(rate, begin, happen):
        if begin > env.now:
            yield env.timeout(begin - env.now)
        while rate > 0:
            yield env.timeout(chance.exponential(1 / rate))
            happen(int(chance.integers(case.offers)))

    def place_order(offer):
        mine = offer < case.seller_fulfilled_offers
        by_hand = mine and chance.random() < case.handled_by_hand_share
        order = Order(offer, env.now, mine, by_hand)
        orders.append(order)
        # An order imported before the lapse is worked off in time.
        if mine and not by_hand and env.now >= 0:
            env.process(fate_of(order))

    def fate_of(order):
        yield env.timeout(case.handling_days)
        order.late = True
        due = case.starts + timedelta(days=env.now)
        deadline = (seven_business_days_after(due) - case.starts) / timedelta(days=1)
        yield env.timeout(max(0.0, deadline - env.now))
        order.cancelled_at = env.now

    def sell_elsewhere(offer):
        # The shop sees its own shelf; it does not see the orders on Amazon.
        if shelf[offer] > 0:
            shelf[offer] -= 1

    def oversold():
        wanted = np.bincount(
            [order.offer for order in orders if order.seller_fulfilled and order.placed >= 0],
            minlength=case.offers,
        )
        return int(np.maximum(wanted - np.array(shelf), 0)[: case.seller_fulfilled_offers].sum())

    def look_a_week_before_the_end():
        yield env.timeout(max(case.blocked_days - 7, 0) - env.now)
        oversold_a_week_ago.append(oversold())

    share = case.other_channel_share
    env.process(stream(case.orders_per_day, -LEAD_DAYS, place_order))
    env.process(stream(case.price_changes_per_day, 0, stale_price.add))
    env.process(stream(case.stock_changes_per_day, 0, stale_stock.add))
    env.process(stream(case.orders_per_day * share / (1 - share), 0, sell_elsewhere))
    env.process(look_a_week_before_the_end())
    # A tenth of a second longer: what Amazon cancels at the very end of a day counts as cancelled.
    env.run(until=case.blocked_days + 1e-6)

    unseen = [order for order in orders if order.placed >= 0]
    cancelled = [order for order in orders if order.cancelled_at is not None]
    outcome = Outcome()
    outcome.figures = {
        "orders_not_imported": len(unseen),
        "orders_late": sum(order.late for order in unseen),
        "orders_auto_cancelled": len(cancelled),
        "orders_oversold": oversold(),
        "offers_stale_price": len(stale_price),
        "offers_stale_stock": len(stale_stock),
    }
    for window in (10, 30):
        due = [
            order
            for order in orders
            if order.seller_fulfilled
            and 0 <= case.blocked_days - order.placed - case.handling_days < window
        ]
        outcome.late_in_window[window] = (sum(order.late for order in due), len(due))
    week_ago = case.blocked_days - 7
    outcome.cancelled_in_week = (
        sum(order.cancelled_at > week_ago for order in cancelled)
        + outcome.figures["orders_oversold"]
        - (oversold_a_week_ago[0] if oversold_a_week_ago else 0),
        sum(order.seller_fulfilled and order.placed > week_ago for order in orders),
    )
    return outcome


class TokenBucket:
    """Full at the beginning; a call takes a token or waits until there is one."""

    def __init__(self, env: simpy.Environment, rate: float, burst: float) -> None:
        self._env, self._rate, self._burst = env, rate, burst
        self._tokens, self._seen = burst, env.now

    def take(self):
        self._refill()
        if self._tokens < 1:
            yield self._env.timeout((1 - self._tokens) / self._rate)
            self._refill()
            self._tokens = max(self._tokens, 1.0)
        self._tokens -= 1

    def _refill(self) -> None:
        gained = (self._env.now - self._seen) * self._rate
        self._tokens = min(self._burst, self._tokens + gained)
        self._seen = self._env.now


def run_catch_up(stale_stock: int, orders: int, stale_prices: int) -> tuple[float, float, float]:
    """Minutes that stock, orders and prices take one after the other, call by call."""
    env = simpy.Environment()
    patches = TokenBucket(env, rate=5, burst=5)
    searches = TokenBucket(env, rate=0.0056, burst=20)
    done = []

    def work():
        for _ in range(stale_stock):
            yield from patches.take()
        done.append(env.now)
        fetched = 0
        while fetched < orders:
            yield from searches.take()
            fetched += 100
        done.append(env.now)
        for _ in range(stale_prices):
            yield from patches.take()
        done.append(env.now)

    env.process(work())
    env.run()
    stock, orders_done, prices = done
    return stock / 60, (orders_done - stock) / 60, (prices - orders_done) / 60


def run_shared_calls(calls: list[int], rate: float, burst: float, cap: float) -> list[float]:
    """Seconds until each seller is through, when the application makes `cap` calls a second.

    One call goes out every 1/cap seconds, to sellers in turn, past those whose bucket is empty.
    """
    left, tokens = list(calls), [float(burst)] * len(calls)
    finished = [0.0] * len(calls)
    now, step, turn = 0.0, 1 / cap, 0
    while any(left):
        for offset in range(len(calls)):
            seller = (turn + offset) % len(calls)
            if left[seller] and tokens[seller] >= 1:
                left[seller] -= 1
                tokens[seller] -= 1
                finished[seller] = now
                turn = seller + 1
                break
        now += step
        tokens = [min(burst, held + rate * step) for held in tokens]
    return finished
