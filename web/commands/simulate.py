"""The command `simulate`: what a lapse costs, for all accounts, for one, or for one made up.

`manage.py` takes it in.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from data_access.account_columns import columns_by_hand
from data_access.assumptions import assumptions_in_force, settings_assumptions
from data_access.lapse_story import LapseStory, lapse_story, profile_of, story_of
from data_access.simulation import Simulation, simulated, simulation
from data_access.sync_profiles import sync_columns_of
from rules.daily_totals import LONGEST_HORIZON
from rules.scenarios import Scenario
from web.commands.account_query import LARGEST, accounts_of
from web.commands.moments import AsOf, moment
from web.commands.simulate_output import as_data, say

app = typer.Typer()

DEFAULT_HORIZON = timedelta(days=90)

Found = tuple[Simulation, LapseStory | None]


@app.command()
def simulate(
    as_of: AsOf = None,
    until: Annotated[
        str | None, typer.Option(help="The last moment; 90 days after --as-of if not given")
    ] = None,
    scenario: Annotated[Scenario, typer.Option(help="Who renews")] = Scenario.NOBODY,
    account: Annotated[
        int | None, typer.Option(help="Only the account of this number", max=LARGEST)
    ] = None,
    only: Annotated[
        str, typer.Option("--filter", help="Only these accounts: status=expired&region=EU")
    ] = "",
    renewing: Annotated[
        str, typer.Option(help="selected_on_day: who renews, as a filter; all if not given")
    ] = "",
    renew_on: Annotated[
        str | None, typer.Option(help="selected_on_day: when; at --as-of if not given")
    ] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option(help="name=value: a seller made up of such values, without a database"),
    ] = None,
    blocked_from: Annotated[
        str | None, typer.Option(help="With --profile: when the authorization lapses")
    ] = None,
    blocked_until: Annotated[
        str | None, typer.Option(help="With --profile: when it is renewed; by --scenario if not")
    ] = None,
    assume: Annotated[
        list[str] | None, typer.Option(help="name=value: an assumption for this once")
    ] = None,
    daily: Annotated[bool, typer.Option(help="Every day as well, not only the last")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Machine-readable")] = False,
) -> None:
    """Estimate what lapses cost, from one moment to another."""
    made_up = any(given is not None for given in (profile, blocked_from, blocked_until))
    if made_up and (account is not None or only or renewing):
        raise typer.BadParameter("--profile goes with no account and no filter")
    if account is not None and (only or renewing):
        raise typer.BadParameter("--account goes with no filter")
    if made_up and blocked_from is None:
        raise typer.BadParameter("--profile needs --blocked-from")
    changed = numbers(assume)
    try:
        if made_up:
            begins, renewed = moment(blocked_from), blocked_until and moment(blocked_until)
            given = as_of and moment(as_of)
            ends = moment(until) if until else renewed or (given or begins) + DEFAULT_HORIZON
            asked = _Asked(scenario, given or _start(begins, ends), ends).renewing_on(renew_on)
            if renewed and renewed < asked.as_of:
                raise typer.BadParameter(
                    f"--blocked-until lies before the first day, {asked.as_of:%Y-%m-%d %H:%M %Z}: "
                    "nothing is blocked by then. Give an earlier --as-of"
                )
            found, story = _made_up(asked, numbers(profile), begins, renewed, changed)
        else:
            start = moment(as_of)
            asked = _Asked(scenario, start, moment(until) if until else start + DEFAULT_HORIZON)
            asked = asked.renewing_on(renew_on)
            if account is not None:
                found, story = _one(asked, account, changed)
            else:
                found, story = _many(asked, only, renewing, changed)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if json_:
        print(json.dumps(as_data(found, story, daily), indent=2, allow_nan=False))
    else:
        say(Console(), found, story, daily)


def numbers(pairs: list[str] | None) -> dict[str, float | None]:
    """The values of name=value options; "none" where a value may be missing."""
    found: dict[str, float | None] = {}
    for pair in pairs or ():
        name, _, value = pair.partition("=")
        try:
            found[name.strip()] = None if value.strip().lower() == "none" else float(value)
        except ValueError:
            raise typer.BadParameter(f"{pair!r} is not name=number") from None
    return found


@dataclass(frozen=True)
class _Asked:
    """The scenario, from when until when, and the renewal of those who are selected."""

    scenario: Scenario
    as_of: datetime
    until: datetime
    renew_at: datetime | None = None

    def renewing_on(self, renew_on: str | None) -> "_Asked":
        at = moment(renew_on) if renew_on else self.as_of
        return _Asked(self.scenario, self.as_of, self.until, at)

    @property
    def lapse_ends(self) -> datetime:
        """When one account's lapse is over, or is looked at, under the scenario."""
        if self.scenario is Scenario.EVERYBODY_TODAY:
            return self.as_of
        if self.scenario is Scenario.SELECTED_ON_DAY:
            return min(self.renew_at, self.until)
        return self.until


def _start(begins: datetime, ends: datetime) -> datetime:
    """Where the days of a lapse made up begin: with it, unless that is too long ago."""
    return begins if timedelta(0) <= ends - begins <= timedelta(days=LONGEST_HORIZON) else ends


def _made_up(
    asked: _Asked,
    values: dict[str, float | None],
    begins: datetime,
    renewed: datetime | None,
    changed: dict[str, float | None],
) -> Found:
    assumed = settings_assumptions().changed(changed)
    columns = columns_by_hand(profile_of(values), begins)
    ends = renewed or asked.lapse_ends
    story = lapse_story(columns.profile, begins, ends, assumed.values)
    if renewed and asked.as_of <= renewed < asked.until:
        asked = _Asked(Scenario.SELECTED_ON_DAY, asked.as_of, asked.until, renewed)
    found = simulated(
        asked.scenario, columns, asked.as_of, asked.until, assumed, [True], asked.renew_at
    )
    return found, story


def _one(asked: _Asked, account: int, changed: dict[str, float | None]) -> Found:
    columns = sync_columns_of([account])
    if not len(columns):
        raise typer.BadParameter(f"there is no account {account}")
    assumed = assumptions_in_force().changed(changed)
    found = simulated(
        asked.scenario, columns, asked.as_of, asked.until, assumed, [True], asked.renew_at
    )
    return found, story_of(columns, asked.as_of, asked.lapse_ends, assumed.values)


def _many(asked: _Asked, only: str, renewing: str, changed: dict[str, float | None]) -> Found:
    found = simulation(
        asked.scenario,
        asked.as_of,
        asked.until,
        accounts_of(only),
        accounts_of(renewing) if renewing else None,
        asked.renew_at,
        assumptions_in_force().changed(changed),
    )
    return found, None
