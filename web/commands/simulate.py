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
            lapse = _Lapse(numbers(profile), moment(blocked_from), _given(blocked_until))
            asked = _Asked(scenario, *lapse.days(_given(as_of), _given(until)), _given(renew_on))
            found, story = _made_up(asked, lapse, changed)
        else:
            start = moment(as_of)
            end = _given(until) or start + DEFAULT_HORIZON
            asked = _Asked(scenario, start, end, _given(renew_on))
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


def _given(said: str | None) -> datetime | None:
    return moment(said) if said else None


@dataclass(frozen=True)
class _Asked:
    """The scenario, from when until when, and the renewal of those who are selected: at `as_of`
    unless renew_on says when."""

    scenario: Scenario
    as_of: datetime
    until: datetime
    renew_on: datetime | None

    @property
    def renew_at(self) -> datetime:
        return self.renew_on or self.as_of

    @property
    def lapse_ends(self) -> datetime:
        """When one account's lapse is over, or is looked at, under the scenario."""
        if self.scenario is Scenario.EVERYBODY_TODAY:
            return self.as_of
        if self.scenario is Scenario.SELECTED_ON_DAY:
            return min(self.renew_at, self.until)
        return self.until


@dataclass(frozen=True)
class _Lapse:
    """A lapse made up: of a seller with these values, from when, and until when, None where the
    scenario says that."""

    values: dict[str, float | None]
    begins: datetime
    renewed: datetime | None

    def days(self, as_of: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
        """The first and the last moment to be estimated; those that are given count."""
        last = until or self.renewed or (as_of or self.begins) + DEFAULT_HORIZON
        first = as_of or self._start(last)
        if self.renewed and self.renewed < first:
            raise typer.BadParameter(
                f"--blocked-until lies before the first day, {first:%Y-%m-%d %H:%M %Z}: "
                "nothing is blocked by then. Give an earlier --as-of"
            )
        return first, last

    def _start(self, last: datetime) -> datetime:
        """With the lapse, unless that is too long ago."""
        fits = timedelta(0) <= last - self.begins <= timedelta(days=LONGEST_HORIZON)
        return self.begins if fits else last


def _made_up(asked: _Asked, lapse: _Lapse, changed: dict[str, float | None]) -> Found:
    assumed = settings_assumptions().changed(changed)
    columns = columns_by_hand(profile_of(lapse.values), lapse.begins)
    ends = lapse.renewed or asked.lapse_ends
    story = lapse_story(columns.profile, lapse.begins, ends, assumed.values)
    if lapse.renewed and asked.as_of <= lapse.renewed < asked.until:
        asked = _Asked(Scenario.SELECTED_ON_DAY, asked.as_of, asked.until, lapse.renewed)
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
