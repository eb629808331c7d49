"""The command of the outbox. `manage.py` takes it in."""

from typing import Annotated

import typer
from rich.console import Console

from data_access.clock import utc_now
from data_access.message_templates import check_templates
from data_access.outbox import WAITING, due
from data_access.outbox_list import STATES, outbox_of
from data_access.outbox_sending import Sent, send_all
from data_access.smtp import can_send

app = typer.Typer()
out = Console()


@app.command()
def outbox(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due, send nothing")] = (
        False
    ),
) -> None:
    """Send the mail that is due now. Ends with 1 where some of it was not accepted."""
    check_templates()
    counts = outbox_of(WAITING).counts
    standing = ", ".join(f"{counts[state]} {state.replace('_', ' ')}" for state in STATES)
    out.print(f"In the outbox: {standing}.")
    if not can_send():
        out.print("No mail server is set: DESK_SMTP_URL and DESK_MAIL_FROM. Nothing was sent.")
        raise typer.Exit(0 if dry_run else 2)
    if dry_run:
        number = len(due(utc_now()))
        out.print(f"{number} are due now. Nothing was sent: dry run.")
        return
    did = sum(send_all(), Sent())
    out.print(
        f"{did.sent} sent, {did.failed} failed, {did.left_out} left out, "
        f"{did.waiting} will be tried again."
    )
    raise typer.Exit(1 if did.failed or did.waiting else 0)
