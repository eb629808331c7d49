"""Every statement behind the Accounts and the Sync effect screen, its time and its plan."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from data_access.account_list import account_page
from data_access.database import make_engine
from data_access.freshness import freshness
from data_access.harm_list import reasons_of
from data_access.overview import overview, seller_languages
from data_access.timeline import timeline
from rules.account_filter import SORTS, AccountFilter
from rules.authorization import Status
from tests.bench.measurement import Measurement
from tests.bench.table import Results, milliseconds
from tests.data_access.test_plans import WHOLE_TABLE, statements

ANY = 20.0
"""The most that any statement may take, in ms."""


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """Each function that the screens call, on each database."""
    now = datetime.now(UTC).astimezone(ZoneInfo("Europe/Berlin"))
    for (engine_name, accounts), url in urls.items():
        engine = make_engine(url)
        for what, target, work in _calls(engine, now):
            taken = milliseconds(work)
            results.add(
                Measurement(
                    "statements",
                    what,
                    engine_name,
                    accounts,
                    "ms",
                    taken,
                    target,
                    _scans(engine, work),
                )
            )
        engine.dispose()


def _calls(engine: Engine, now: datetime) -> list[tuple[str, float, Callable[[], object]]]:
    everyone, soon = AccountFilter(), AccountFilter(within=30)
    filters = {
        "all": everyone,
        "within 30 days": soon,
        "within 30 days, DE": replace(soon, marketplaces=("DE",)),
        "expired": AccountFilter(statuses=(Status.EXPIRED,)),
        "refused": AccountFilter(statuses=(Status.REFUSED,)),
        "search gmbh": AccountFilter(text="gmbh"),
        "search shop4711": AccountFilter(text="shop4711"),
        "search one letter": AccountFilter(text="x"),
        "a month, German": AccountFilter(
            expires_from=now.date(), expires_to=now.date() + timedelta(30), languages=("de",)
        ),
    }
    calls: list[tuple[str, float, Callable[[], object]]] = []
    for name, wanted in filters.items():
        calls += [
            (f"counts: {name}", 6, lambda w=wanted: overview(w, now, of=engine)),
            (f"weeks: {name}", 15, lambda w=wanted: timeline(w, now, of=engine)),
            (f"first page: {name}", ANY, lambda w=wanted: account_page(w, now, of=engine)),
        ]
    for sort in SORTS:
        wanted = replace(everyone, sort=sort)
        calls.append((f"sorted: {sort}", ANY, lambda w=wanted: account_page(w, now, of=engine)))
    after = account_page(everyone, now, of=engine).after
    deep = account_page(replace(everyone, sort="-expiry"), now, of=engine).rows
    ids = deep["id"].tolist()
    calls += [
        ("next page", ANY, lambda: account_page(everyone, now, after, of=engine)),
        ("why here, a page", ANY, lambda: reasons_of(ids, now, of=engine)),
        ("sources", ANY, lambda: freshness(engine)),
        ("languages", ANY, lambda: seller_languages(engine)),
        ("days of a year", 15, lambda: timeline(everyone, now, by_day=True, of=engine)),
        (
            "days with an edge",
            15,
            lambda: timeline(AccountFilter(expires_from=date(2026, 1, 1)), now, of=engine),
        ),
    ]
    return calls


def _scans(engine: Engine, work: Callable[[], object]) -> str:
    """The big tables that a plan reads from end to end, as the planner really does it."""
    with statements(engine) as seen:
        work()
    found = set()
    explain = "EXPLAIN " if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    with engine.connect() as connection:
        for statement, parameters in seen:
            for row in connection.exec_driver_sql(explain + statement, parameters):
                match = WHOLE_TABLE.search(str(row[-1]))
                if match:
                    found.add(match[2])
    return f"passes over {', '.join(sorted(found))}" if found else ""
