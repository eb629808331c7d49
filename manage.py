"""The command line of the desk: everything that is done to it from a terminal."""

import json
import sys
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from data_access import demo as demo_sellers
from data_access.database import DatabaseAway
from data_access.migrate import ForeignDatabase, SchemaNewer
from data_access.migrate import migrate as migrate_database
from data_access.overview import overview
from data_access.settings import SettingsError, settings
from rules.account_filter import AccountFilter
from rules.days import day_start
from web.serving import CannotServe
from web.serving import serve as serve_desk

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
out = Console()

AsOf = Annotated[
    str | None,
    typer.Option(help="The moment to speak about: a day (its start in DESK_TIME_ZONE) or ISO time"),
]


def moment(as_of: str | None) -> datetime:
    """What `--as-of` means, in the zone of the settings; now if it is not given."""
    zone = settings().zone
    if as_of is None:
        return datetime.now(UTC).astimezone(zone)
    try:
        if len(as_of) == len("2026-12-24"):
            return day_start(date.fromisoformat(as_of), zone).astimezone(zone)
        parsed = datetime.fromisoformat(as_of)
    except ValueError:
        raise typer.BadParameter(
            f"{as_of!r} is neither a day as 2026-12-24 nor a time as 2026-12-24T08:30+01:00"
        ) from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(zone)


@app.command()
def migrate() -> None:
    """Make or upgrade the tables of the token database; harmless where they are current."""
    migrate_database()


@app.command()
def demo(
    accounts: Annotated[int, typer.Option(min=1, max=5_000_000)] = 2_000,
    seed: int = 1,
    as_of: AsOf = None,
    if_empty: Annotated[bool, typer.Option(help="Do nothing where accounts exist")] = False,
) -> None:
    """Fill the token database with invented sellers; the same seed makes the same ones."""
    migrate_database()
    if not demo_sellers.is_empty():
        if if_empty:
            return
        out.print("The token database already holds accounts; demo sellers go into an empty one.")
        raise typer.Exit(2)
    with Progress(console=out) as progress:
        task = progress.add_task("Inventing sellers", total=accounts)
        demo_sellers.fill(
            accounts, seed, moment(as_of), lambda done, total: progress.update(task, completed=done)
        )


@app.command()
def status(
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable")] = False,
) -> None:
    """Count the accounts of each status, region and band; paused ones are one of the statuses."""
    seen = overview(AccountFilter(), moment(as_of), settings().bands)
    counts = {
        "status": {s.value: n for s, n in seen.statuses.items()},
        "region": seen.regions,
        "band": {str(days): n for days, n in seen.bands.items()},
    }
    if as_json:
        head = {"as_of": seen.as_of.isoformat(), "zone": settings().time_zone, "total": seen.total}
        print(json.dumps(head | counts, indent=2))
        return
    table = Table(
        "", "", "accounts", title=f"{seen.total} accounts at {seen.as_of:%Y-%m-%d %H:%M %Z}"
    )
    for group, values in counts.items():
        for name, number in values.items():
            table.add_row(group, name, str(number))
    out.print(table)


@app.command()
def serve(port: int = 8501, address: str = "127.0.0.1") -> None:
    """Serve the desk; in demo mode with invented sellers and the local Amazon beside it."""
    migrate_database()
    if settings().mode == "demo":
        demo(accounts=2_000, seed=1, as_of=None, if_empty=True)
    out.print(f"Renewal Desk: http://{address}:{port}")
    raise typer.Exit(serve_desk(address, port))


def main() -> None:
    """Runs a command; a failure that we know is a sentence and not a stack trace."""
    try:
        app()
    except (SettingsError, SchemaNewer, ForeignDatabase, CannotServe) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    except DatabaseAway as error:
        print(
            f"The token database does not answer ({error}). Nothing was written.", file=sys.stderr
        )
        raise SystemExit(3) from None


if __name__ == "__main__":
    main()
