"""Commands about renewals: links, keys, and asking Amazon. `manage.py` takes them in."""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from data_access.clock import utc_now
from data_access.health import KEY_LOST
from data_access.keys import new_key as make_key
from data_access.link_handing import hand_out_link
from data_access.migrate import migrate
from data_access.probing import NOT_ASKED, PER_SECOND, Pace, ProbeProgress
from data_access.probing import probe as probe_accounts
from data_access.settings import settings
from data_access.upkeep import make_newest_key
from data_access.upkeep import rotate_keys as encrypt_anew
from rules.acts import Actor, Role
from web.commands.account_query import LARGEST, accounts_of
from web.commands.cli_actor import cli_actor

app = typer.Typer()
out = Console()


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


keys = typer.Typer(help="The keys that encrypt Amazon's tokens in the database.")
app.add_typer(keys, name="keys")


@keys.command("new")
def new_key(
    only_print: Annotated[
        bool, typer.Option("--print", help="Only print one, for DESK_ENCRYPTION_KEYS")
    ] = False,
) -> None:
    """Make a new key the newest; older ones go on decrypting until `keys rotate`."""
    if only_print:
        # Whoever needs one has no settings yet, or wrong ones.
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
    """The most frequent reason of the accounts without an answer, in words."""
    if not ended.why_unanswered:
        return ""
    reason, number = max(ended.why_unanswered.items(), key=lambda each: each[1])
    words = _WHY_NO_ANSWER.get(reason, f"{{amazon}} answered {reason.replace('_', ' ')}")
    amazon = settings().stand_in_url if settings().mode == "demo" else "Amazon"
    often = "" if number == ended.unanswered else f" ({number} times)"
    return f": {words.format(amazon=amazon)}{often}"
