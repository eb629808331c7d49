"""The simulation engine beside a plain Python loop and SimPy, in one run.

Ratios are what counts: the machine may be busy. The two slow ones run over a few accounts and are
scaled to the same million.
"""

import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta

from pandas import DataFrame, isna

from rules.assumptions import Assumptions
from rules.daily_totals import LONGEST_HORIZON
from rules.scenarios import Scenario, simulate
from rules.sync_effect import lapse_effect
from tests.bench.databases import SIZES
from tests.bench.measurement import Measurement
from tests.bench.table import Results
from tests.rules.discrete_events import Case, run_lapse
from tests.rules.lapses import MONDAY as AS_OF
from tests.rules.lapses import many_authorizations, many_shops

ACCOUNTS = max(SIZES)
HORIZON_DAYS = 90
TARGETS = {100_000: 80.0, 1_000_000: 250.0}
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
        if isna(expires):
            continue
        already = (AS_OF - expires).total_seconds() / 86_400
        for day in range(HORIZON_DAYS):
            blocked = max(already + day, 0.0)
            orders = shop["orders_per_day"] * blocked
            waiting += orders
            money += orders * shop["average_order_value"]
            late += max(orders - shop["orders_per_day"] * shop["handling_days"], 0.0)
    return waiting, money, late


def discrete_events(accounts: int) -> None:
    """The SimPy model of the tests, one lapse of half the horizon for each account."""
    for seed in range(accounts):
        run_lapse(Case(20.0, 100, 100, 20.0, 40.0, 1.0, 0.3, 0.0, 5, HORIZON_DAYS / 2, AS_OF), seed)


def measure(results: Results, _urls: object) -> None:
    """The engine over a year and over a crowded season, beside a plain loop and SimPy."""
    profile = many_shops(ACCOUNTS, seed=1)
    authorizations = many_authorizations(ACCOUNTS, seed=1, from_days=-40, to_days=365)
    crowded = many_authorizations(ACCOUNTS, seed=1)

    def run(of: DataFrame, accounts: int = ACCOUNTS, horizon: int = HORIZON_DAYS) -> None:
        simulate(
            Scenario.NOBODY,
            profile.head(accounts),
            of.head(accounts),
            AS_OF,
            horizon,
            Assumptions(),
        )

    def add(
        what: str,
        taken: list[float],
        target: float | None = None,
        remark: str = "",
        accounts: int = ACCOUNTS,
    ) -> None:
        milliseconds = [each * 1_000 for each in taken]
        results.add(
            Measurement("engine", what, "memory", accounts, "ms", milliseconds, target, remark)
        )

    for accounts in SIZES:
        ninety = seconds(lambda n=accounts: run(authorizations, n))
        add("expiries over a year, 90 days", ninety, TARGETS.get(accounts), accounts=accounts)
        year = seconds(lambda n=accounts: run(authorizations, n, LONGEST_HORIZON))
        add("the same, a year, as a screen has it", year, accounts=accounts)
    tracemalloc.start()
    run(crowded)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    add(
        "all lapse within 60 days", seconds(lambda: run(crowded)), None, f"peak {peak / 1e6:.0f} MB"
    )
    page = profile.head(100)
    until = [AS_OF + timedelta(days=30)] * 100
    effect = seconds(lambda: lapse_effect(page, [AS_OF] * 100, until, Assumptions()))
    add("effect of a page, all figures", effect, accounts=100)
    loop = [taken * ACCOUNTS / 2_000 for taken in seconds(lambda: plain_loop(2_000), 3)]
    add("plain loop, three figures, all lapse within 60 days", loop, None, "2,000 accounts, scaled")
    events = [taken * ACCOUNTS / 3 for taken in seconds(lambda: discrete_events(3), 3)]
    add("SimPy, each blocked for 45 days", events, None, "3 accounts, scaled")
