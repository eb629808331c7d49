"""What the address of the Sync effect screen says beside the filter."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import streamlit as st

from pages.parts.viewer import Viewer
from rules.address_values import number_in
from rules.daily_totals import LONGEST_HORIZON
from rules.days import YEARS, day_start, later, rounded_down
from rules.scenarios import Scenario

STEP = timedelta(minutes=5)
"""Without a moment in the address the screen speaks of now, rounded down to this: figures are
computed once for everybody who looks. What was granted or refused since then moves it on."""

DEFAULT_DAYS = 30
WORST = (10, 50, 200, 1000)
MOST_CHOSEN = 200


@dataclass(frozen=True, slots=True)
class View:
    """The moment spoken about, the last day, who renews.

    now       when it is looked at, aware, in the viewer's zone; nothing is drawn from it
    as_of     in the same zone; `fixed` where the address names it
    days      whole days of 24 hours from `as_of` to the last day shown
    scenario  the one that chart and counters show
    worst     SELECTED_ON_DAY: so many of the worst renew, unless accounts are chosen one by one
    chosen    SELECTED_ON_DAY: numbers of accounts chosen one by one
    renew_at  SELECTED_ON_DAY: when
    """

    now: datetime = field(compare=False, repr=False)
    as_of: datetime
    fixed: bool
    days: int
    scenario: Scenario
    worst: int
    chosen: tuple[int, ...]
    renew_at: datetime

    @property
    def until(self) -> datetime:
        """The last day shown, at the same time of day as the first."""
        return self.as_of + timedelta(days=self.days)

    @property
    def last(self) -> datetime:
        """The last moment of the figures, as the engine counts days: an hour beside `until` where
        the clocks change in between."""
        return later(self.as_of, timedelta(days=self.days))

    def at_the_earliest(self, told: datetime | None) -> "View":
        """The same, not before what was `told` last; where the address names a moment, of that."""
        if self.fixed or told is None or told <= self.as_of:
            return self
        as_of = told.astimezone(self.as_of.tzinfo)
        return replace(self, as_of=as_of, renew_at=max(self.renew_at, as_of))


def view_from_url(viewer: Viewer) -> View:
    """What the address asks for; what it does not say, or cannot be read, is as usual."""
    asked = _read("as_of", lambda value: _moment(viewer, value))
    now = viewer.now()
    as_of = asked or rounded_down(now, STEP)
    until = _read("until", _day)
    days = DEFAULT_DAYS if until is None else (until - as_of.date()).days
    renew_on = _read("renew_on", _day) or as_of.date() + timedelta(days=1)
    renew_at = day_start(renew_on, viewer.zone).astimezone(viewer.zone)
    last = later(as_of, timedelta(days=LONGEST_HORIZON))
    return View(
        now=now,
        as_of=as_of,
        fixed=asked is not None,
        days=min(max(days, 0), LONGEST_HORIZON),
        scenario=_read("scenario", Scenario) or Scenario.NOBODY,
        worst=_read("worst", _one_of_worst) or WORST[1],
        chosen=_chosen(),
        renew_at=min(max(renew_at, as_of), last),
    )


def view_of_now(viewer: Viewer) -> View:
    """What the screen speaks of where the address asks for nothing."""
    now = viewer.now()
    as_of = rounded_down(now, STEP)
    return View(now, as_of, False, DEFAULT_DAYS, Scenario.NOBODY, WORST[1], (), as_of)


def write(**values: str | list[str] | None) -> None:
    """Puts values into the address; None takes one out of it."""
    for name, value in values.items():
        if value is not None:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def _read(name: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(st.query_params[name]) if name in st.query_params else None
    except (ValueError, OverflowError):
        return None


def _day(value: str) -> date | None:
    parsed = date.fromisoformat(value)
    return parsed if parsed.year in YEARS else None


def _moment(viewer: Viewer, value: str) -> datetime | None:
    parsed = datetime.fromisoformat(value)
    if parsed.year not in YEARS:
        return None
    if len(value) <= len("2026-12-24"):
        return day_start(parsed.date(), viewer.zone).astimezone(viewer.zone)
    # A plus in an address may have been read as a space; then it is no moment, and not asked for.
    zoned = parsed if parsed.tzinfo else parsed.replace(tzinfo=viewer.zone)
    there = zoned.astimezone(viewer.zone)
    return there if there.year in YEARS else None


def _one_of_worst(value: str) -> int | None:
    number = number_in(value)
    return number if number in WORST else None


def _chosen() -> tuple[int, ...]:
    named = map(number_in, st.query_params.get_all("account")[:MOST_CHOSEN])
    return tuple(number for number in named if number is not None)
