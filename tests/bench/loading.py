"""Rows per second of everything that goes through many accounts."""

import asyncio
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, make_url, text

from data_access import demo, probing, rollup, sources
from data_access.database import make_engine, reading
from data_access.export import Export, write_csv
from data_access.migrate import migrate
from data_access.probe_runs import ProbeProgress
from data_access.reminding import preview
from rules.account_filter import AccountFilter
from tests.bench import plugin
from tests.bench.measurement import Measurement
from tests.bench.servers import started
from tests.bench.table import Results
from tests.forgetting import set_up

PROBED = 1_000
"""So many accounts are asked about, however many there are: each is a call over HTTP."""


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """Each size: import, first mirror, mirror of nothing new, mirrors with 1 % changed, demo; what
    reminders are due, a probe, export."""
    now = datetime.now(UTC).replace(microsecond=0)
    for (kind, accounts), url in urls.items():
        with TemporaryDirectory(dir=Path(".desk/bench").resolve()) as name:
            folder = Path(name)
            with _spare(url, folder) as engine:
                _import(results, engine, kind, accounts, folder, now)
            with _spare(url, folder) as engine:
                _mirror(results, engine, kind, accounts, folder, now)
            with _spare(url, folder) as engine:
                _demo(results, engine, kind, accounts, now)
            # A probe writes what it learns, an export that there was one.
            with _spare(url, folder, filled=True) as engine:
                _reminders(results, engine, kind, accounts, now)
                _export(results, engine, kind, accounts, now)
                _probe(results, engine, kind, accounts)
        results.write()


@contextmanager
def _spare(url: str, folder: Path, filled: bool = False) -> Iterator[Engine]:
    """A database beside the one that is kept, gone afterwards: empty, or a copy of it for what
    would leave its marks in it."""
    if url.startswith("sqlite"):
        file = folder / "spare.sqlite"
        if filled:
            with (
                closing(sqlite3.connect(make_url(url).database)) as kept,
                closing(sqlite3.connect(file)) as copy,
            ):
                kept.backup(copy)
        engine = make_engine(f"sqlite:///{file}")
    else:
        engine = make_engine(make_url(url).set(database="spare"))
        # As files: gigabytes would go through the log of the server.
        like = f'TEMPLATE "{make_url(url).database}" STRATEGY FILE_COPY' if filled else ""
        _on_the_server(
            url, "DROP DATABASE IF EXISTS spare WITH (FORCE)", f"CREATE DATABASE spare {like}"
        )
    try:
        migrate(engine)
        yield engine
    finally:
        engine.dispose()
        if url.startswith("sqlite"):
            for each in folder.glob("spare.sqlite*"):
                each.unlink()
        else:
            _on_the_server(url, "DROP DATABASE IF EXISTS spare WITH (FORCE)")


def _on_the_server(url: str, *commands: str) -> None:
    """Commands about databases, from none of those that they are about."""
    server = make_engine(make_url(url).set(database="postgres"))
    with server.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for command in commands:
            connection.execute(text(command))
    server.dispose()


def _import(
    results: Results, engine: Engine, kind: str, accounts: int, folder: Path, now: datetime
) -> None:
    file = folder / "export.csv"
    mapping = plugin.export(file, accounts, now)

    def read() -> None:
        taken = sources.read_source(str(file), mapping, of=engine, now=now)
        assert taken.rows_taken == accounts, taken.problems[:3]

    _add(results, "import of a CSV", kind, accounts, read, None, engine)


def _reminders(results: Results, engine: Engine, kind: str, accounts: int, now: datetime) -> None:
    began = time.perf_counter()
    report, planned = preview(now, engine)
    took = time.perf_counter() - began
    said = f"{len(planned):,} due, {report.withheld.total():,} withheld"
    results.add(_seconds("planning of reminders", kind, accounts, took, None, said))


def _probe(results: Results, engine: Engine, kind: str, accounts: int) -> None:
    """As fast as it goes; in daily use it goes slowly on purpose."""
    done: list[ProbeProgress] = []

    def count(progress: ProbeProgress) -> None:
        done.append(progress)
        if progress.accounts >= PROBED:
            raise _Enough

    unhurried = probing.Pace(per_second=10_000, at_once=8, batch=50)
    local = (sys.executable, "-m", "amazon_stand_in", "--port", "{port}")
    with (
        TemporaryDirectory() as home,
        started((*local, "--set", "latency_seconds=0"), "/stand-in/") as (address, _),
        set_up({"DESK_STAND_IN_URL": address}, Path(home)),
    ):
        began = time.perf_counter()
        with suppress(_Enough):
            asyncio.run(probing.probe(AccountFilter(), engine, pace=unhurried, progress=count))
        took = time.perf_counter() - began
    last = done[-1]
    said = f"{last.fine} fine, {last.refused} refused, {last.unanswered} unanswered"
    results.add(_seconds("probe", kind, accounts, took, None, said, rows=last.accounts))


class _Enough(Exception):
    """Ends a probe."""


def _mirror(
    results: Results, engine: Engine, kind: str, accounts: int, folder: Path, now: datetime
) -> None:
    source = folder / "plugin.sqlite"
    plugin.write(source, accounts, now)

    def read(told: bool) -> None:
        sources.read_source(f"sqlite:///{source}", plugin.mapping(told), of=engine, now=now)

    some = max(accounts // 100, 1)
    _add(results, "first mirror", kind, accounts, lambda: read(False), 60, engine)
    _add(results, "mirror, nothing changed", kind, accounts, lambda: read(False), None, engine)
    plugin.change(source, some)
    _add(results, "mirror, 1 % changed", kind, accounts, lambda: read(False), 3, engine)
    # What was remembered by all cells is worth nothing to another mapping.
    read(True)
    plugin.change(source, some)
    what = "mirror, 1 % changed, as its times of change tell"
    _add(results, what, kind, accounts, lambda: read(True), 3, engine)


def _demo(results: Results, engine: Engine, kind: str, accounts: int, now: datetime) -> None:
    _add(
        results, "demo", kind, accounts, lambda: demo.fill(accounts, 1, now, of=engine), 180, engine
    )


def _export(results: Results, engine: Engine, kind: str, accounts: int, now: datetime) -> None:
    asked = Export("csv", AccountFilter(), now, "bench", "accounts", now)
    began = time.perf_counter()
    size = sum(len(part) for part in write_csv(asked, engine))
    took = time.perf_counter() - began
    results.add(_seconds("export to CSV", kind, accounts, took, None, f"{size / 1e6:.0f} MB"))


def _add(
    results: Results,
    what: str,
    kind: str,
    accounts: int,
    work: Callable[[], None],
    target: float | None,
    engine: Engine,
) -> None:
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    with reading(engine) as connection:
        wrong = rollup.drift(connection)
    remark = "rollup exact" if wrong == 0 else f"ROLLUP WRONG in {wrong} rows"
    # The target is one for a million.
    target = target if accounts == 1_000_000 else None
    results.add(_seconds(what, kind, accounts, took, target, remark))


def _seconds(
    what: str,
    kind: str,
    accounts: int,
    took: float,
    target: float | None,
    remark: str,
    rows: int | None = None,
) -> Measurement:
    """rows: those that went through, where it was not all."""
    said = f"{(rows or accounts) / took:,.0f} rows/s; {remark}"
    return Measurement("loading", what, kind, accounts, "s", [took], target, said)
