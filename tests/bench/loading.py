"""Rows per second of everything that goes through many accounts."""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, make_url, text

from data_access import demo, probing, rollup, sources
from data_access.database import make_engine, reading
from data_access.export import Export, write_csv
from data_access.migrate import migrate
from data_access.reminding import preview
from rules.account_filter import AccountFilter
from tests.bench import plugin
from tests.bench.measurement import Measurement
from tests.bench.servers import started
from tests.bench.table import Results
from tests.renewing import set_up

PROBED = 1_000
"""So many accounts are asked about, however many there are: each is a call over HTTP."""


def measure(results: Results, urls: dict[tuple[str, int], str]) -> None:
    """Each size: import, first mirror, mirror of nothing new, mirrors with 1 % changed, demo; what
    reminders are due, a probe, export."""
    now = datetime.now(UTC).replace(microsecond=0)
    for (kind, accounts), url in urls.items():
        with TemporaryDirectory(dir=Path(".desk/bench")) as folder:
            _import(results, _spare(url, Path(folder)), kind, accounts, Path(folder), now)
            _mirror(results, _spare(url, Path(folder)), kind, accounts, Path(folder), now)
            _demo(results, _spare(url, Path(folder)), kind, accounts, now)
        _reminders(results, make_engine(url), kind, accounts, now)
        _probe(results, make_engine(url), kind, accounts)
        _export(results, make_engine(url), kind, accounts, now)
        results.write()


def _spare(url: str, folder: Path) -> Engine:
    """An empty database beside the one that is kept."""
    if url.startswith("sqlite"):
        path = folder / "spare.sqlite"
        for each in folder.glob("spare.sqlite*"):
            each.unlink()
        engine = make_engine(f"sqlite:///{path.resolve()}")
    else:
        name = "spare"
        admin = make_engine(url).execution_options(isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        engine = make_engine(make_url(url).set(database=name))
    migrate(engine)
    return engine


def _import(
    results: Results, engine: Engine, kind: str, accounts: int, folder: Path, now: datetime
) -> None:
    file = folder / "export.csv"
    mapping = plugin.export(file, accounts, now)

    def read() -> None:
        taken = sources.read_source(str(file), mapping, of=engine, now=now)
        assert taken.rows_taken == accounts, taken.problems[:3]

    _add(results, "import of a CSV", kind, accounts, read, None, engine)
    engine.dispose()


def _reminders(results: Results, engine: Engine, kind: str, accounts: int, now: datetime) -> None:
    began = time.perf_counter()
    report, planned = preview(now, engine)
    took = time.perf_counter() - began
    said = f"{len(planned):,} due, {report.withheld.total():,} withheld"
    results.add(_seconds("planning of reminders", kind, accounts, took, None, said))
    engine.dispose()


def _probe(results: Results, engine: Engine, kind: str, accounts: int) -> None:
    """As fast as it goes; in daily use it goes slowly on purpose. What it changes, the next probe
    would change too."""
    done: list[probing.ProbeProgress] = []

    def count(progress: probing.ProbeProgress) -> None:
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
    engine.dispose()


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
    engine.dispose()


def _demo(results: Results, engine: Engine, kind: str, accounts: int, now: datetime) -> None:
    _add(
        results, "demo", kind, accounts, lambda: demo.fill(accounts, 1, now, of=engine), 180, engine
    )
    engine.dispose()


def _export(results: Results, engine: Engine, kind: str, accounts: int, now: datetime) -> None:
    asked = Export("csv", AccountFilter(), now, "bench", "accounts", now)
    began = time.perf_counter()
    size = sum(len(part) for part in write_csv(asked, engine))
    took = time.perf_counter() - began
    results.add(_seconds("export to CSV", kind, accounts, took, None, f"{size / 1e6:.0f} MB"))
    engine.dispose()


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
