"""The command line of the desk: everything that is done to it from a terminal."""

import json
import sys
from typing import Annotated

import typer
from pandas import NA
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from data_access import demo as demo_sellers
from data_access import demo_casework, rollup, sources
from data_access.audit_chain import examined
from data_access.database import DatabaseAway
from data_access.database_faults import DatabaseUnfit
from data_access.digest import NoDigest
from data_access.doctor import examine
from data_access.keys import KeyLost
from data_access.migrate import SchemaNewer
from data_access.migrate import migrate as migrate_database
from data_access.overview import overview
from data_access.reminding import NoMailServer
from data_access.settings import SettingsError, settings
from rules.account_filter import AccountFilter
from web.commands import (
    backup,
    digest,
    keys,
    links,
    outbox,
    privacy,
    probe,
    readings,
    reminders,
    simulate,
)
from web.commands.moments import AsOf, moment
from web.logs import configure_logs
from web.reachable import CannotServe, check_who_may_come
from web.serving import serve as serve_desk

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
out = Console()
app.add_typer(backup.app)
app.add_typer(readings.app)
app.add_typer(links.app)
app.add_typer(probe.app)
app.add_typer(keys.app)
app.add_typer(privacy.app)
app.add_typer(reminders.app)
app.add_typer(digest.app)
app.add_typer(simulate.app)
app.add_typer(outbox.app)


@app.command()
def migrate(
    recount: Annotated[bool, typer.Option("--recount", help="Count the counters anew")] = False,
) -> None:
    """Make or upgrade the tables of the token database; harmless where they are current."""
    migrate_database()
    if recount:
        rollup.recount()


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
    now = moment(as_of)
    with Progress(console=out) as progress:
        task = progress.add_task("Inventing sellers", total=accounts)
        demo_sellers.fill(
            accounts, seed, now, lambda done, total: progress.update(task, completed=done)
        )
        demo_casework.fill(seed, now)


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
def doctor(
    as_of: AsOf = None,
    examples: Annotated[int, typer.Option(min=1, help="Lines for each kind of oddity")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable")] = False,
) -> None:
    """Show what is odd in the token database. Ends with 1 where something is."""
    chain = examined()
    odd = examine(now=moment(as_of), examples=examples, chain=chain)
    if as_json:
        print(odd.to_json(orient="records", force_ascii=False, indent=2))
    elif odd.empty:
        out.print("Nothing is odd.")
    else:
        for (_, what, count), lines in odd.groupby(["check", "what", "count"], sort=False):
            table = Table("account", "where", "value", "what to do", title_justify="left")
            table.title = f"{count} × {escape(what)}"
            for line in lines.itertuples():
                account = (
                    line.seller if line.account_id is NA else f"{line.account_id} {line.seller}"
                )
                cells = (account, f"{line.source} {line.place}", line.value, line.fix)
                table.add_row(*(escape(cell.strip()) for cell in cells))
            out.print(table)
    if not as_json and chain.broken is None:
        out.print(
            f"The audit trail is whole: {chain.entries} entries, ending in {chain.end}",
            soft_wrap=True,
        )
    raise typer.Exit(0 if odd.empty else 1)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=1, max=65_534)] = 8501, address: str = "127.0.0.1"
) -> None:
    """Serve the desk; in demo mode with invented sellers and the local Amazon beside it."""
    check_who_may_come(address)
    migrate_database()
    if settings().mode == "demo":
        demo(accounts=2_000, seed=1, as_of=None, if_empty=True)
    raise typer.Exit(serve_desk(address, port))


def main() -> None:
    """Runs a command; a failure that we know is a sentence and not a stack trace."""
    configure_logs()
    try:
        app()
    except sources.SourceAway as error:
        print(f"{error} Nothing was written.", file=sys.stderr)
        raise SystemExit(3) from None
    except (
        SettingsError,
        SchemaNewer,
        DatabaseUnfit,
        CannotServe,
        KeyLost,
        NoMailServer,
        NoDigest,
        sources.SourceError,
    ) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    except DatabaseAway as error:
        print(
            f"The token database does not answer ({error}). Nothing was written.", file=sys.stderr
        )
        raise SystemExit(3) from None
