"""The command that asks Amazon whether accounts work. `manage.py` takes it in."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from data_access.health import KEY_LOST
from data_access.probe_runs import ProbeProgress
from data_access.probing import NOT_ASKED, PER_SECOND, Pace
from data_access.probing import probe as probe_accounts
from data_access.settings import settings
from web.commands.account_query import LARGEST, accounts_of

app = typer.Typer()
out = Console()


@app.command()
def probe(
    filter: Annotated[
        str, typer.Option(help="Which accounts, as in the desk's address: status=active&region=EU")
    ] = "",
    resume: Annotated[
        int | None, typer.Option(help="Go on with the run of this number", max=LARGEST)
    ] = None,
    per_second: Annotated[float, typer.Option(min=0.1, max=20)] = PER_SECOND,
) -> None:
    """Ask Amazon whether accounts work; gentle, and to be resumed where it was stopped."""
    wanted = accounts_of(filter)
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
        f"{ended.unanswered} without an answer{_mostly(ended)}.",
        markup=False,
    )
    if ended.stopped_by:
        out.print(
            f"Stopped: {ended.stopped_by.replace('_', ' ')}; no account was changed for it. "
            f"Go on with: manage.py probe --resume {ended.run_id}"
        )
        raise typer.Exit(4)


_WHY_NO_ANSWER = {
    NOT_ASKED: "we hold no token",
    KEY_LOST.reason: "no key of DESK_ENCRYPTION_KEYS opens the token",
    "unreachable": "no connection to {amazon}",
    "too_slow": "{amazon} was too slow",
    "broken_off": "{amazon} broke the connection off",
    "unreadable": "{amazon} answered something unreadable",
    "throttled": "{amazon} asked for fewer calls",
}


def _mostly(ended: ProbeProgress) -> str:
    """Why most of the accounts without an answer have none, as the end of a sentence."""
    if not ended.why_unanswered:
        return ""
    reason, number = max(ended.why_unanswered.items(), key=lambda each: each[1])
    words = _WHY_NO_ANSWER.get(reason, f"{{amazon}} answered {reason.replace('_', ' ')}")
    amazon = settings().stand_in_url if settings().mode == "demo" else "Amazon"
    often = "" if number == ended.unanswered else f" ({number} times)"
    return f": {words.format(amazon=amazon)}{often}"
