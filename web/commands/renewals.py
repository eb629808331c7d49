"""Commands about renewals: links, keys, and asking Amazon. `manage.py` takes them in."""

import asyncio
import sys
from typing import Annotated
from urllib.parse import parse_qs

import typer
from rich.console import Console
from rich.progress import Progress

from data_access.database import writing
from data_access.keys import add_key_to_file, rotate
from data_access.keys import new_key as make_key
from data_access.link_handing import hand_out_link
from data_access.probing import PER_SECOND, Pace, ProbeProgress
from data_access.probing import probe as probe_accounts
from rules.account_filter import from_query

app = typer.Typer()
out = Console()


@app.command()
def link(
    account: Annotated[int, typer.Option(help="The account's number in the token database")],
    agent: Annotated[str, typer.Option(help="Who gives it out; stands in the history")] = "cli",
) -> None:
    """Print an account's renew link; good for 45 days, or until it is renewed."""
    try:
        url = hand_out_link(account, agent)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None
    print(url)


keys = typer.Typer(help="The keys that encrypt Amazon's tokens in the database.")
app.add_typer(keys, name="keys")


@keys.command("new")
def new_key() -> None:
    """Make a new key the newest; older ones go on decrypting until `keys rotate`."""
    path = add_key_to_file()
    if path:
        out.print(f"The newest key of {path.name} is a new one. Now run: manage.py keys rotate")
        return
    print(make_key())
    print("Put it in front of DESK_ENCRYPTION_KEYS, with a comma.", file=sys.stderr)


@keys.command("rotate")
def rotate_keys() -> None:
    """Encrypt every stored token anew with the newest key; older keys can go afterwards."""
    with writing() as connection:
        secrets = rotate(connection)
    out.print(f"{secrets} stored secrets are encrypted with the newest key.")


@app.command()
def probe(
    filter: Annotated[
        str, typer.Option(help="Which accounts, as in the desk's address: status=active&region=EU")
    ] = "",
    resume: Annotated[int | None, typer.Option(help="Go on with the run of this number")] = None,
    per_second: Annotated[float, typer.Option(min=0.1, max=20)] = PER_SECOND,
) -> None:
    """Ask Amazon whether accounts work; gentle, and to be resumed where it was stopped."""
    wanted, ignored = from_query(parse_qs(filter))
    for each in ignored:
        raise typer.BadParameter(f"{each.parameter}={each.value} is no filter")
    with Progress(console=out) as bar:
        task = bar.add_task("Asking Amazon", total=None)

        def show(state: ProbeProgress) -> None:
            bar.update(
                task,
                total=state.total,
                completed=state.accounts,
                description=f"Run {state.run_id}",
            )

        try:
            ended = asyncio.run(
                probe_accounts(wanted, pace=Pace(per_second), resume=resume, progress=show)
            )
        except LookupError as error:
            raise typer.BadParameter(str(error)) from None
    out.print(
        f"{ended.accounts} asked: {ended.fine} fine, {ended.refused} refused, "
        f"{ended.unanswered} without an answer."
    )
    if ended.stopped_by:
        out.print(
            f"Stopped: {ended.stopped_by.replace('_', ' ')}; no account was changed for it. "
            f"Go on with: manage.py probe --resume {ended.run_id}"
        )
        raise typer.Exit(4)
