"""`make bench`: measures in one run and writes one table.

Parts: statements, browser, profile, peers, agents, engine, loading; all of them unless some are
named.
Databases and results lie in .desk/bench; the databases are kept until the demo changes.
"""

import importlib
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tests.bench.databases import ENGINES, SIZES, databases
from tests.bench.table import Failure, Results

PARTS = ("statements", "browser", "profile", "peers", "agents", "engine", "loading")
FOLDER = Path(".desk/bench").resolve()


def main(
    parts: Annotated[str, typer.Option(help="Some of the parts, with commas")] = ",".join(PARTS),
    sizes: Annotated[str, typer.Option(help="Numbers of accounts, with commas")] = ",".join(
        map(str, SIZES)
    ),
    engines: Annotated[str, typer.Option(help="sqlite, postgresql, or both")] = ",".join(ENGINES),
) -> None:
    """Measure the desk; the machine should have nothing else to do."""
    chosen = _chosen(parts, PARTS)
    numbers = [int(n) for n in sizes.split(",")]
    results, is_whole = Results(FOLDER), True
    with databases(FOLDER, numbers, _chosen(engines, ENGINES)) as urls:
        for part in chosen:
            is_whole &= _is_measured(part, results, urls)
    print(f"\nWritten to {FOLDER / 'results.md'} and results.json.")
    if not is_whole:
        raise typer.Exit(1)


def _chosen(named: str, known: Sequence[str]) -> list[str]:
    """Those of the known that are named, in their own order."""
    names = {name.strip() for name in named.split(",")}
    if unknown := names.difference(known):
        said = f"{', '.join(sorted(unknown))}: not one of {', '.join(known)}"
        raise typer.BadParameter(said)
    return [name for name in known if name in names]


def _is_measured(part: str, results: Results, urls: dict[tuple[str, int], str]) -> bool:
    """Whether a part came to its end; what ends one early must not cost the others."""
    try:
        importlib.import_module(f"tests.bench.{part}").measure(results, urls)
    except Exception as error:
        results.fail(Failure(part, "the rest", "all", 0, f"{type(error).__name__}: {error}"))
        return False
    finally:
        results.write()
    return True


if __name__ == "__main__":
    # As Ctrl+C does: desks, a browser and a PostgreSQL would be left running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    typer.run(main)
