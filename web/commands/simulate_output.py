"""What `simulate` prints: tables for people, or one JSON object with every figure."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from data_access.assumptions import From
from data_access.lapse_story import LapseStory
from data_access.simulation import Simulation


def as_data(found: Simulation, story: LapseStory | None, daily: bool) -> dict[str, Any]:
    """Everything as JSON takes it: moments in ISO 8601, what does not exist as null."""
    data: dict[str, Any] = {
        "estimate": True,
        "scenario": found.scenario.value,
        "as_of": found.as_of.isoformat(),
        "until": found.until.isoformat(),
        "accounts": {
            "counted": found.simulated.counted,
            "without_expiry": found.simulated.without_expiry,
            "not_authorized": found.simulated.not_authorized,
            "paused": found.simulated.paused,
        },
        "figures": _row(found.last),
        "figures_at_as_of": _row(found.daily.iloc[0]),
    }
    if story is not None:
        data["account"] = _story(story)
    if daily:
        data["daily"] = [
            {"day": int(day)} | _row(row)
            for day, row in zip(found.daily.index, found.daily.iloc, strict=True)
        ]
    return data | {
        "assumptions": {
            name: {
                "value": getattr(found.assumed.values, name),
                "from": origin.of.value,
                "since": _plain(origin.set_at),
                "by": origin.set_by,
            }
            for name, origin in found.assumed.origins.items()
        }
    }


def say(out: Console, found: Simulation, story: LapseStory | None, daily: bool) -> None:
    """The same in tables."""
    counts = found.simulated
    out.print(
        f"{found.scenario.value.replace('_', ' ').capitalize()}: an estimate for "
        f"{counts.counted} accounts. Not in it: {counts.paused} paused, {counts.without_expiry} "
        f"without a known expiry; {counts.not_authorized} not authorized yet are blocked as well."
    )
    table = Table("", f"{found.as_of:%Y-%m-%d %H:%M}", f"{found.until:%Y-%m-%d %H:%M %Z}")
    for name, value in found.last.items():
        table.add_row(_words(name), _number(found.daily.iloc[0][name]), _number(value))
    out.print(table)
    if daily:
        days = Table("day", *(_words(name) for name in found.daily.columns))
        for day, row in zip(found.daily.index, found.daily.iloc, strict=True):
            days.add_row(str(day), *(_number(value) for value in row))
        out.print(days)
    if story is not None:
        _tell(out, story)
    changed = [n for n, origin in found.assumed.origins.items() if origin.of is not From.DEFAULT]
    for name in changed:
        value = getattr(found.assumed.values, name)
        out.print(f"Assumed: {name} = {value} ({found.assumed.origins[name].of.value})")


def _tell(out: Console, story: LapseStory) -> None:
    inputs = Table("the seller", "", "")
    for name, value in story.inputs.items():
        since = f" {value.measured_at:%Y-%m-%d}" if value.measured_at else ""
        inputs.add_row(
            _words(name), _number(value.value), "measured" + since if value.measured else "assumed"
        )
    figures = Table(f"blocked from {story.blocked_from:%Y-%m-%d %H:%M}", "")
    figures.title = f"until {story.until:%Y-%m-%d %H:%M %Z}"
    for name, value in story.effect.items():
        figures.add_row(_words(name), _number(value))
    events = Table("if nothing is done", "", "orders waiting")
    for event in story.happenings:
        what = f"{_words(event.happening.value)} ({_number(event.amount)})"
        events.add_row(f"{event.at:%Y-%m-%d %H:%M}", what, _number(event.orders_waiting))
    back = Table("after the renewal", "how many", "done at")
    for job in story.catch_up:
        back.add_row(job.job.value, _number(job.amount), f"{job.done_at:%Y-%m-%d %H:%M}")
    for each in (inputs, figures, events, back):
        out.print(each)


def _story(story: LapseStory) -> dict[str, Any]:
    return {
        "blocked_from": story.blocked_from.isoformat(),
        "blocked_until": story.until.isoformat(),
        "profile": {
            name: {
                "value": value.value,
                "measured": value.measured,
                "measured_at": _plain(value.measured_at),
            }
            for name, value in story.inputs.items()
        },
        "figures": _row(story.effect),
        "consequences": [
            {
                "at": event.at.isoformat(),
                "happening": event.happening.value,
                "amount": event.amount,
                "orders_waiting": event.orders_waiting,
                "money_waiting": event.money_waiting,
            }
            for event in story.happenings
        ],
        "catch_up": [
            {
                "job": job.job.value,
                "amount": job.amount,
                "starts_at": job.starts_at.isoformat(),
                "done_at": job.done_at.isoformat(),
            }
            for job in story.catch_up
        ],
    }


def _row(figures: pd.Series) -> dict[str, Any]:
    return {name: _plain(value) for name, value in figures.items()}


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    return value


def _words(name: str) -> str:
    return name.replace("_", " ")


def _number(value: Any) -> str:
    if value is None or value is pd.NaT:
        return "never"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")
