"""`manage.py import` and `mirror`: bring the desk up to what a source says."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from data_access import sources
from data_access.database import DatabaseAway
from data_access.database_faults import DatabaseUnfit
from data_access.migrate import migrate as migrate_database
from rules.acts import Actor
from web.commands.cli_actor import cli_actor

app = typer.Typer()
out = Console()

Mapping = Annotated[Path, typer.Option("--mapping", help="The TOML mapping of the source")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say everything, write nothing")]
AllowRemovals = Annotated[
    bool, typer.Option("--allow-removals", help="Believe it when many accounts are missing at once")
]
ReportFile = Annotated[
    Path | None, typer.Option("--report", help="Every problem, as a .csv or .json file")
]


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(help="A CSV or SQLite file")],
    mapping: Mapping,
    dry_run: DryRun = False,
    allow_removals: AllowRemovals = False,
    report: ReportFile = None,
) -> None:
    """Bring the desk up to what a file says. Ends with 1 where rows were not taken."""
    if not dry_run:
        migrate_database()
    result = read_once(file, mapping, dry_run, allow_removals, True, report, cli_actor())
    raise typer.Exit(0 if result.is_whole else 1)


@app.command()
def mirror(
    source: Annotated[str, typer.Option(help="URL of the source: sqlite, postgresql, mariadb")],
    mapping: Mapping,
    every: Annotated[int | None, typer.Option(min=1, help="Again after so many seconds")] = None,
    dry_run: DryRun = False,
    allow_removals: AllowRemovals = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="Read all rows, also where `changed` tells which differ")
    ] = False,
    report: ReportFile = None,
) -> None:
    """Bring the desk up to another database, once or again and again. Ends with 1 as import."""
    if not dry_run:
        migrate_database()
    # Keeping up is the desk's own work; believing that many accounts are gone is a person's.
    actor = cli_actor() if allow_removals else None
    while every is not None:
        try:
            read_once(source, mapping, dry_run, allow_removals, whole, report, actor)
        except DatabaseUnfit:
            raise
        except (sources.SourceAway, DatabaseAway) as error:
            out.print(f"{datetime.now(UTC):%H:%M:%S} {escape(str(error))}")
        time.sleep(every)
    result = read_once(source, mapping, dry_run, allow_removals, whole, report, actor)
    raise typer.Exit(0 if result.is_whole else 1)


def read_once(
    location: str,
    mapping: Path,
    dry_run: bool,
    allow_removals: bool,
    whole: bool,
    report: Path | None,
    actor: Actor | None,
) -> sources.Result:
    """Reads a source with a progress bar and says what came of it."""
    try:
        write_report = sources.writer(report) if report else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    read = sources.read_mapping(mapping)
    with Progress(console=out, transient=True) as progress:
        task = progress.add_task(f"Reading {read.name}", total=None)
        result = sources.read_source(
            location,
            read,
            dry_run=dry_run,
            allow_removals=allow_removals,
            whole=whole,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
            report=write_report,
            actor=actor,
        )
    say_result(result)
    return result


def say_result(result: sources.Result) -> None:
    """What became of every row, the events, and the first problems."""
    if result.problems:
        shown, total = len(result.problems), sum(result.reasons.values())
        table = Table("where", "value", "why, and what to do")
        table.title = f"{shown} of {total} problems; --report writes all" if shown < total else None
        for p in result.problems:
            why = f"{p.sentence} {p.fix}" if p.taken else f"NOT TAKEN. {p.sentence} {p.fix}"
            value = f"{p.column}: {p.value}" if p.column else p.value
            table.add_row(escape(p.place), escape(value), escape(why.strip()))
        out.print(table)
    c = result.counts
    out.print(
        f"{result.rows_read} rows read = {result.rows_taken} taken + {result.rows_rejected} "
        f"not taken + {result.rows_merged} merged into another row."
    )
    out.print(
        f"{c.granted} granted, {c.renewed} renewed, {c.changed} changed, {c.removed} removed."
        + (" Nothing was written: dry run." if result.dry_run else "")
    )
    if result.held_back:
        out.print(escape(result.held_back))
