"""`make bench`: the simulation engine beside a plain Python loop and SimPy, in one run.

Ratios are what counts: the machine may be busy. The two slow ones run over a few accounts and are
scaled to the same million.
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta

from pandas import DataFrame

from rules.assumptions import Assumptions
from rules.scenarios import Scenario, simulate
from rules.sync_effect import lapse_effect
from tests.rules.discrete_events import Case, run_lapse
from tests.rules.lapses import MONDAY as AS_OF
from tests.rules.lapses import many_authorizations, many_shops

ACCOUNTS = 1_000_000
HORIZON_DAYS = 90
ROUNDS = 5


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """How long each round took."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return taken


def plain_loop(accounts: int) -> tuple[float, float, float]:
    """Orders waiting, money and late orders, account by account and day by day, in plain Python."""
    shops = many_shops(accounts, seed=1, share_missing=0).to_dict("records")
    expiries = list(many_authorizations(accounts, seed=1)["expires_at"])
    waiting = money = late = 0.0
    for shop, expires in zip(shops, expiries, strict=True):
        for day in range(HORIZON_DAYS):
            blocked = max((AS_OF - expires).total_seconds() / 86_400 + day, 0.0)
            orders = shop["orders_per_day"] * blocked
            waiting += orders
            money += orders * shop["average_order_value"]
            late += max(orders - shop["orders_per_day"] * shop["handling_days"], 0.0)
    return waiting, money, late


def discrete_events(accounts: int) -> None:
    """The SimPy model of the tests, one lapse of half the horizon for each account."""
    for seed in range(accounts):
        run_lapse(Case(20.0, 100, 100, 20.0, 40.0, 1.0, 0.3, 0.0, 5, HORIZON_DAYS / 2, AS_OF), seed)


def main() -> None:
    """Measures and prints one table."""
    profile = many_shops(ACCOUNTS, seed=1)
    authorizations = many_authorizations(ACCOUNTS, seed=1, from_days=-40, to_days=365)
    crowded = many_authorizations(ACCOUNTS, seed=1)

    def run(of: DataFrame) -> None:
        simulate(Scenario.NOBODY, profile, of, AS_OF, HORIZON_DAYS, Assumptions())

    engine = seconds(lambda: run(authorizations))
    worst_case = seconds(lambda: run(crowded))
    worst = profile.head(100)
    page = seconds(
        lambda: lapse_effect(
            worst, [AS_OF] * 100, [AS_OF + timedelta(days=30)] * 100, Assumptions()
        )
    )
    tracemalloc.start()
    run(crowded)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    loop = [taken * ACCOUNTS / 2_000 for taken in seconds(lambda: plain_loop(2_000), 3)]
    events = [taken * ACCOUNTS / 3 for taken in seconds(lambda: discrete_events(3), 3)]
    fastest = statistics.median(engine)
    print(f"| {ACCOUNTS:,} accounts, {HORIZON_DAYS} days | median s | min | max | times engine |")
    print("|---|---|---|---|---|")
    rows = {
        "engine, expiries over a year": engine,
        "engine, all lapse within 60 days": worst_case,
        "plain loop, three figures (scaled)": loop,
        "SimPy (scaled)": events,
        "effect of 100 accounts, all figures": page,
    }
    for name, taken in rows.items():
        middle = statistics.median(taken)
        print(
            f"| {name} | {middle:,.3f} | {min(taken):,.3f} | {max(taken):,.3f} "
            f"| {middle / fastest:,.2f} |"
        )
    print(f"\nMemory beside the columns: {peak / 1e6:.0f} MB at the peak.")


if __name__ == "__main__":
    main()
