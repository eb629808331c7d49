"""`manage.py digest`: sends this morning's digest, or shows what it would be."""

from typing import Annotated

import typer
from rich.console import Console

from data_access import chat
from data_access.clock import utc_now
from data_access.digest import plan, send_digests
from data_access.digest_mail import preview

app = typer.Typer()
out = Console()


@app.command()
def digest(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print it, send and write nothing")
    ] = False,
) -> None:
    """Send this morning's digest where it is due; for cron. Ends with 1 where one failed."""
    if dry_run:
        _show()
        return
    report = send_digests()
    if report.busy:
        out.print("Another process is just sending the digest; nothing was done here.")
        return
    if report.day is None:
        out.print("No digest is due: it is before DESK_DIGEST_HOUR, or a free day.")
        return
    told, mails = chat.tell_in_turn(), report.mails
    out.print(
        f"Digest of {report.day}: {report.queued} new, {mails.sent} sent, {mails.failed} failed, "
        f"{mails.waiting} waiting for another try; {told} messages to the chat."
    )
    raise typer.Exit(1 if mails.failed or mails.waiting else 0)


def _show() -> None:
    report = plan(utc_now())
    for recipient in report.recipients:
        mail = preview(recipient, report.as_of)
        print(f"To: {recipient}\nSubject: {mail.subject}\n\n{mail.text}")
    due = f"due today, {report.day}" if report.day else "not due now"
    to_chat = ", and the chat" if report.to_chat else ""
    out.print(f"{len(report.recipients)} recipients{to_chat}; {due}. Nothing was written: dry run.")
