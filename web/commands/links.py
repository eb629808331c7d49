"""The command that hands out a renew link. `manage.py` takes it in."""

from typing import Annotated

import typer

from data_access.link_handing import hand_out_link
from rules.acts import Actor, Role
from web.commands.account_query import LARGEST
from web.commands.cli_actor import cli_actor

app = typer.Typer()


@app.command()
def link(
    account: Annotated[
        int, typer.Option(help="The account's number in the token database", max=LARGEST)
    ],
    agent: Annotated[str, typer.Option(help="Who gives it out, if not you yourself")] = "",
) -> None:
    """Print an account's renew link; good for 45 days, or until it is renewed."""
    try:
        url = hand_out_link(account, Actor(agent, Role.ADMIN) if agent else cli_actor())
    except LookupError as error:
        raise typer.BadParameter(str(error)) from None
    print(url)
