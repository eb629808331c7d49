"""`make bench`: measures in one run and writes one table.

Parts: statements, browser, peers, agents, engine, loading; all of them unless some are named.
Databases and results lie in .desk/bench; the databases are kept until the schema or the demo
changes.
"""

import importlib
from pathlib import Path
from typing import Annotated

import typer

from tests.bench.databases import ENGINES, SIZES, databases
from tests.bench.table import Results

PARTS = ("statements", "browser", "peers", "agents", "engine", "loading")
FOLDER = Path(".desk/bench").resolve()


def main(
    parts: Annotated[str, typer.Option(help="Some of the parts, with commas")] = ",".join(PARTS),
    sizes: Annotated[str, typer.Option(help="Numbers of accounts, with commas")] = ",".join(
        map(str, SIZES)
    ),
    engines: Annotated[str, typer.Option(help="sqlite, postgresql, or both")] = ",".join(ENGINES),
) -> None:
    """Measure the desk; the machine should have nothing else to do."""
    results = Results(FOLDER)
    chosen = [part for part in PARTS if part in parts.split(",")]
    with databases(FOLDER, [int(n) for n in sizes.split(",")], engines.split(",")) as urls:
        for part in chosen:
            importlib.import_module(f"tests.bench.{part}").measure(results, urls)
            results.write()
    print(f"\nWritten to {FOLDER / 'results.md'} and results.json.")


if __name__ == "__main__":
    typer.run(main)
