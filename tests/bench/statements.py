"""Every statement behind the Accounts and the Sync effect screen, its time and its plan."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from data_access.account_list import LAST, Page, account_page
from data_access.case_reading import owners
from data_access.column_reading import Question
from data_access.database import make_engine, reading
from data_access.freshness import freshness
from data_access.harm_list import accounts_by_id, reasons_of
from data_access.incidents import open_incidents
from data_access.jobs import is_late
from data_access.named_views import named_views
from data_access.news import current_version
from data_access.overview import overview, seller_languages
from data_access.snapshot import snapshot
from data_access.sync_profiles import sync_columns
from data_access.timeline import timeline
from pages.parts.bubbles import MOST
from pages.parts.listed_page import PAGE_SIZE
from rules.account_filter import SORTS, AccountFilter
from rules.authorization import DEFAULT_BANDS, Status
from tests.bench.measurement import Measurement
from tests.bench.table import Results, milliseconds
from tests.query_plans import WHOLE_INDEX, WHOLE_TABLE, statements

ANY = 20.0
"""The most that any statement may take, in ms."""

ROUNDS, FEW_ROUNDS = 9, 3
"""The few are for what reads every account."""

BY_INDEX = re.compile(
    r"(Index(?: Only)? Scan)(?: Backward)? using \S+ on "
    r"(authorization|seller|event|lapse|sync_profile)\b"
)
"""As PostgreSQL says it; of the whole index, unless a condition stands in the next line."""


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """Each function that the screens call, on each database."""
    now = datetime.now(UTC).astimezone(ZoneInfo("Europe/Berlin"))
    for (engine_name, accounts), url in urls.items():
        engine = make_engine(url)
        for what, target, work in calls(engine, now):
            taken = milliseconds(work, FEW_ROUNDS if target is None else ROUNDS)
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


def filters(now: datetime) -> dict[str, AccountFilter]:
    """What is asked of both screens."""
    soon = AccountFilter(within=30)
    return {
        "all": AccountFilter(),
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


def calls(engine: Engine, now: datetime) -> list[tuple[str, float | None, Callable[[], object]]]:
    """What the screens ask, as they ask it: a name, the most milliseconds that it may take, and the
    asking."""

    def page(wanted: AccountFilter, cursor: str | None = None, size: int = PAGE_SIZE) -> Page:
        return account_page(wanted, now, cursor, size, of=engine)

    everyone = AccountFilter()
    found: list[tuple[str, float | None, Callable[[], object]]] = []
    for name, wanted in filters(now).items():
        found += [
            (f"counts: {name}", 6, lambda w=wanted: overview(w, now, of=engine)),
            (f"weeks: {name}", 15, lambda w=wanted: timeline(w, now, of=engine)),
            (f"first page: {name}", ANY, lambda w=wanted: page(w)),
        ]
    for sort in SORTS:
        found.append((f"sorted: {sort}", ANY, lambda w=replace(everyone, sort=sort): page(w)))
    after = page(everyone).after
    before = page(everyone, LAST).before
    deep = page(replace(everyone, sort="-expiry")).rows
    ids = deep["id"].tolist()
    found += [
        ("next page", ANY, lambda: page(everyone, after)),
        ("previous page", ANY, lambda: page(everyone, before)),
        ("last page", ANY, lambda: page(everyone, LAST)),
        ("each account of a chart", None, lambda: page(everyone, size=MOST)),
        ("why here, a page", ANY, lambda: reasons_of(ids, now, of=engine)),
        ("sources", ANY, lambda: freshness(engine)),
        ("languages", ANY, lambda: seller_languages(engine)),
        ("owners", ANY, lambda: owners(engine)),
        ("named views", ANY, lambda: named_views(engine)),
        ("news", ANY, lambda: current_version(engine)),
        ("incidents", ANY, lambda: _incidents(engine)),
        ("late reminders", ANY, lambda: is_late(now, engine)),
        ("whether anything was written", ANY, lambda: snapshot(engine)),
        ("days of a year", 15, lambda: timeline(everyone, now, by_day=True, of=engine)),
        (
            "days with an edge",
            15,
            lambda: timeline(AccountFilter(expires_from=date(2026, 1, 1)), now, of=engine),
        ),
    ]
    # The simulation reads whoever its filter means, once for all who look, and keeps it.
    for name, wanted in filters(now).items():
        what = f"columns of the simulation: {name}"
        found.append((what, None, lambda w=wanted: sync_columns(w, now, of=engine)))
    question = Question(everyone, now, DEFAULT_BANDS, engine)
    return [
        *found,
        (
            "columns of a few that changed",
            ANY,
            lambda: sync_columns(everyone, now, among=ids[:10], of=engine),
        ),
        ("whether columns have changed", ANY, question.happened),
        ("rows of the worst", ANY, lambda: accounts_by_id(ids, now, of=engine)),
    ]


def _incidents(engine: Engine) -> None:
    with reading(engine) as connection:
        open_incidents(connection)


def _scans(engine: Engine, work: Callable[[], object]) -> str:
    """The big tables that a plan reads from end to end, as the planner really does it."""
    with statements(engine) as seen:
        work()
    found = set()
    explain = "EXPLAIN " if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    with engine.connect() as connection:
        for statement, parameters in seen:
            rows = connection.exec_driver_sql(explain + statement, parameters)
            found |= passed_over([str(row[-1]) for row in rows], "LIMIT" in statement)
    return f"passes over {', '.join(sorted(found))}" if found else ""


def passed_over(plan: Sequence[str], stops_early: bool) -> set[str]:
    """The big tables that the lines of a plan read from end to end; along an index that is no
    shorter, unless one stops at the first few."""
    found = set()
    for above, line, below in zip(["", *plan], plan, [*plan[1:], ""], strict=False):
        match = WHOLE_TABLE.search(line)
        if match is None and not stops_early:
            match = WHOLE_INDEX.search(line)
            # PostgreSQL asks for the largest of a column as for the first one from the end.
            if match is None and "Limit" not in above and "Index Cond" not in below:
                match = BY_INDEX.search(line)
        if match:
            found.add(match[2])
    return found
