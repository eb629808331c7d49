"""Commands about personal data. `manage.py` takes them in."""

from typing import Annotated

import typer
from rich.console import Console

from data_access.clock import utc_now
from data_access.erasure import NoSuchSeller, SeveralSellers, accounts_of
from data_access.erasure import erase as erase_seller
from data_access.retention import purge
from web.commands.cli_actor import cli_actor

app = typer.Typer()
out = Console()


@app.command()
def erase(
    customer: Annotated[str, typer.Option(help="The seller's customer number")],
    source: Annotated[str | None, typer.Option(help="Of which source, if of several")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Erase a seller on request: names, contact, notes, texts, tokens. It cannot be undone."""
    try:
        accounts = accounts_of(customer, source)
        if not yes:
            out.print(
                f"This erases the seller with {len(accounts)} accounts ({_numbers(accounts)}). It "
                "cannot be undone. Backups still hold the seller until they are thrown away."
            )
            if typer.prompt("Type the customer number once more") != customer:
                out.print("That is another number. Nothing was erased.")
                raise typer.Exit(1)
        done = erase_seller(customer, source, cli_actor(), utc_now())
    except NoSuchSeller:
        raise typer.BadParameter("No seller has that customer number.") from None
    except SeveralSellers as several:
        names = ", ".join(several.sources)
        raise typer.BadParameter(f"Several sources have it: {names}. Say --source.") from None
    out.print(
        f"Erased: {len(done.accounts)} accounts ({_numbers(done.accounts)}), {done.notes} notes, "
        f"{done.messages} messages. The next reading of the source does not bring them back."
    )


@app.command("retention")
def retention() -> None:
    """Take away personal data that was kept for as long as the settings say; the desk does it
    daily by itself."""
    for kind, rows in purge(utc_now()).items():
        out.print(f"{rows} {kind}")


def _numbers(accounts: tuple[int, ...] | list[int]) -> str:
    shown = ", ".join(map(str, accounts[:10]))
    return f"{shown}, …" if len(accounts) > 10 else shown or "–"
