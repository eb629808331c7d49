"""Commands about the keys that encrypt Amazon's tokens. `manage.py` takes them in."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from data_access.clock import utc_now
from data_access.keys import new_key as make_key
from data_access.migrate import migrate
from data_access.settings import settings
from data_access.upkeep import make_newest_key
from data_access.upkeep import rotate_keys as encrypt_anew
from web.commands.cli_actor import cli_actor

app = typer.Typer()
keys = typer.Typer(help="The keys that encrypt Amazon's tokens in the database.")
app.add_typer(keys, name="keys")
out = Console()


@keys.command("new")
def new_key(
    only_print: Annotated[
        bool, typer.Option("--print", help="Only print one, for DESK_ENCRYPTION_KEYS")
    ] = False,
) -> None:
    """Make a new key the newest; older ones go on decrypting until `keys rotate`."""
    if only_print:
        # Before any setting is read: there may be none yet, or wrong ones.
        print(make_key())
        return
    if settings().encryption_keys:
        print(make_key())
        print(
            "Put it in front of DESK_ENCRYPTION_KEYS, with a comma, start every process of the "
            "desk anew, and run: manage.py keys rotate",
            file=sys.stderr,
        )
        return
    migrate()  # A key of the file stands in the audit trail.
    path = make_newest_key(cli_actor(), utc_now())
    out.print(f"The newest key of {path.name} is a new one. Now run: manage.py keys rotate")


@keys.command("rotate")
def rotate_keys() -> None:
    """Encrypt every stored token anew with the newest key; older keys can go afterwards."""
    secrets = encrypt_anew(cli_actor(), utc_now())
    out.print(f"{secrets} stored secrets are encrypted with the newest key.")
