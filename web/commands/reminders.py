"""`manage.py remind`: sends the reminders that are due, or shows which they would be."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from data_access.reminding import Planned, Report, preview
from data_access.reminding import remind as send_reminders
from web.commands.moments import AsOf, moment

EXAMPLES = 20

app = typer.Typer()
out = Console()


@app.command()
def remind(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say everything, write nothing")
    ] = False,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable")] = False,
) -> None:
    """Send each seller the latest reminder that is due; for cron. Ends with 1 where one failed."""
    if as_of is not None and not dry_run:
        raise typer.BadParameter("--as-of goes with --dry-run: mail leaves now or not at all")
    report, planned = preview(moment(as_of)) if dry_run else (send_reminders(), [])
    if as_json:
        print(json.dumps(_as_json(report, planned, dry_run), indent=2))
    else:
        _say(report, planned, dry_run)
    raise typer.Exit(1 if report.mails.failed or report.mails.waiting else 0)


def _as_json(report: Report, planned: list[Planned], dry_run: bool) -> dict:
    said: dict = {
        "as_of": report.as_of.isoformat(),
        "dry_run": dry_run,
        "busy": report.busy,
        "due": {str(rung): n for rung, n in sorted(report.planned.items(), reverse=True)},
        "withheld": {why.value: n for why, n in sorted(report.withheld.items())},
        "superseded": report.superseded,
    }
    if dry_run:
        due = [{"account": each.account.id, "rung": each.due.rung} for each in planned]
        return said | {"accounts": due}
    return said | asdict(report.mails)


def _say(report: Report, planned: list[Planned], dry_run: bool) -> None:
    if report.busy:
        out.print("Another process is just sending reminders; nothing was done here.")
        return
    table = Table("reminder", "due", title=f"Reminders at {report.as_of:%Y-%m-%d %H:%M %Z}")
    for rung, number in sorted(report.planned.items(), reverse=True):
        table.add_row(_when(rung), str(number))
    for why, number in sorted(report.withheld.items()):
        table.add_row(f"none: {why.value.replace('_', ' ')}", str(number), style="dim")
    if table.row_count:
        out.print(table)
    if dry_run:
        _say_planned(planned)
        return
    mails = report.mails
    out.print(
        f"{report.planned.total()} due, {mails.sent} sent, {mails.failed} failed, "
        f"{mails.waiting} waiting for another try, {mails.left_out} left out at the last moment; "
        f"{report.superseded} missed ones superseded."
    )


def _say_planned(planned: list[Planned]) -> None:
    for each in planned[:EXAMPLES]:
        seller = escape(each.account.seller_name)
        out.print(f"  {each.account.id} {seller}: {_when(each.due.rung)}")
    if len(planned) > EXAMPLES:
        out.print(f"  and {len(planned) - EXAMPLES} more; --json names all")
    out.print(f"{len(planned)} due. Nothing was written: dry run.")


def _when(rung: int) -> str:
    if rung > 0:
        return f"{rung} days before expiry" if rung > 1 else "1 day before expiry"
    return f"{-rung} days after expiry" if rung else "on the day of expiry"
