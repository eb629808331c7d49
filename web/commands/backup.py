"""`manage.py backup` and `restore`: the embedded database, copied while it is in use."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from data_access.backup import back_up
from data_access.backup import restore as put_back
from data_access.backup_copy import BackupRefused
from data_access.clock import utc_now
from data_access.database import DatabaseAway
from data_access.settings import HOME
from data_access.upkeep import note_backup, note_restored
from web.commands.cli_actor import cli_actor

app = typer.Typer()
out = Console()


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the copy is to lie")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="One archive with the keys: keep it as a secret")
    ] = False,
) -> None:
    """Copy the embedded database while it is in use, and check the copy."""
    with Progress(console=out, transient=True) as progress:
        task = progress.add_task("Copying", total=None)
        try:
            made = back_up(
                file,
                with_keys,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
        except BackupRefused as refusal:
            raise _said(refusal) from None
    out.print(escape(f"{made.file}: {made.rows} rows, schema {made.revision}, checked."))
    _note(lambda: note_backup(cli_actor(), made, utc_now()))
    if with_keys:
        out.print("The archive holds the keys: whoever has it can read every token.")
    else:
        out.print(
            escape(
                "The keys are not in it. Without those of DESK_LINK_KEY, DESK_ENCRYPTION_KEYS and "
                f"DESK_ERASURE_KEY, or of the key files in {HOME}, stored tokens and links in "
                "mails are lost, and erased sellers come back with their source; --with-keys "
                "makes one archive of both."
            )
        )


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `backup` made")],
    force: Annotated[bool, typer.Option(help="Also while the desk runs on the database")] = False,
) -> None:
    """Put a copy in the place of the embedded database; that of before is kept beside it."""
    with Progress(console=out, transient=True) as progress:
        task = progress.add_task("Reading", total=None)
        try:
            done = put_back(
                file,
                cli_actor(),
                utc_now(),
                force,
                lambda read, total: progress.update(task, completed=read, total=total),
            )
        except BackupRefused as refusal:
            raise _said(refusal) from None
    copy = done.copy
    out.print(escape(f"{copy.file}: {copy.rows} rows, schema {copy.revision}, checked."))
    _note(lambda: note_restored(cli_actor(), file, done, utc_now()))
    if done.replaced is not None:
        out.print(escape(f"The database of before is kept as {done.replaced}."))
    if done.erased_again:
        out.print(f"Erased in it again: {done.erased_again} sellers who were erased since.")
    if not done.tokens_open:
        out.print(
            "The stored tokens do not open with the keys of this desk. Put those of the copy into "
            "DESK_ENCRYPTION_KEYS."
        )
    if force:
        out.print("Start the desk anew: what runs still works on the database of before.")
    if done.erasures_lost:
        out.print(
            escape(
                f"{done.erasures_lost} Whoever was erased since this copy was made may be back in "
                "it, or come back with their source: erase them again, with `manage.py erase "
                "--customer NUMBER`."
            ),
            soft_wrap=True,
        )
        raise typer.Exit(1)


def _note(write: Callable[[], None]) -> None:
    """What was done is done; a database that takes no entry does not undo it."""
    try:
        write()
    except DatabaseAway as error:
        out.print(escape(f"It does not stand in the audit trail: {error}"), soft_wrap=True)


def _said(refusal: BackupRefused) -> typer.Exit:
    print_error = Console(stderr=True)
    print_error.print(escape(str(refusal)), soft_wrap=True)
    return typer.Exit(2)
