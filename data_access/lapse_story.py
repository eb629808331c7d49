"""One account's lapse in full: its figures, what happens on which day, and the way back.

The profile comes with the word on each value whether it was measured or assumed, and since when.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from data_access.account_columns import SyncColumns
from rules.assumptions import PROFILE_COLUMNS, Assumptions, ProfileColumns, assumed, filled
from rules.consequences import LOOK_AHEAD_DAYS, Consequence, JobTimes, catch_up_times, consequences
from rules.day_numbers import moment
from rules.sync_effect import lapse_effect


@dataclass(frozen=True, slots=True)
class Input:
    """A value of the profile; measured_at is None where it is assumed, or nobody knows when."""

    value: float
    measured: bool
    measured_at: datetime | None = None


@dataclass(frozen=True)
class LapseStory:
    """What one lapse does.

    inputs        the profile by column
    blocked_from  when it lapses or lapsed
    until         the renewal, or the moment one looks at it
    effect        the row of rules.sync_effect.lapse_effect
    happenings    what happens when nothing is done, in the order of time
    catch_up      stock, orders, prices after a renewal at `until`
    """

    inputs: dict[str, Input]
    blocked_from: datetime
    until: datetime
    effect: pd.Series
    happenings: tuple[Consequence, ...]
    catch_up: tuple[JobTimes, JobTimes, JobTimes]

    @property
    def up_to_date_at(self) -> datetime:
        """When the last job has caught up."""
        return self.catch_up[-1].done_at


def lapse_story(
    profile: ProfileColumns,
    blocked_from: datetime,
    until: datetime,
    assumptions: Assumptions,
    measured_at: datetime | None = None,
) -> LapseStory:
    """The lapse of one account; `profile` has a single row. Both moments are aware; an `until`
    before the lapse is a renewal in time, which costs nothing."""
    effect = lapse_effect(profile, [blocked_from], until, assumptions).iloc[0]
    # What comes within a year of now: a lapse may have lasted for years.
    ahead = LOOK_AHEAD_DAYS + effect.blocked_days
    return LapseStory(
        inputs=inputs_of(profile, assumptions, measured_at),
        blocked_from=blocked_from,
        until=until,
        effect=effect,
        happenings=consequences(profile, blocked_from, assumptions, ahead),
        catch_up=catch_up_times(effect, until),
    )


def story_of(
    columns: SyncColumns, as_of: datetime, until: datetime, assumptions: Assumptions
) -> LapseStory | None:
    """The lapse of the single account in `columns`; None where it is not simulated: paused, not
    authorized yet, or without a known expiry."""
    account = columns.at(as_of).authorizations.iloc[0]
    blocked_from = moment(account.expires_at)
    if blocked_from is None or account.stays_out:
        return None
    measured_at = moment(columns.moments["measured_at"][0])
    return lapse_story(columns.profile, blocked_from, until, assumptions, measured_at)


def inputs_of(
    profile: ProfileColumns, assumptions: Assumptions, measured_at: datetime | None = None
) -> dict[str, Input]:
    """Every value that the formulas take for one account, measured or assumed."""
    values, missing = filled(profile, assumptions), assumed(profile)
    return {
        name: Input(
            value=float(getattr(values, name)[0]),
            measured=not missing[name].iloc[0],
            measured_at=None if missing[name].iloc[0] else measured_at,
        )
        for name in PROFILE_COLUMNS
    }


def profile_of(values: Mapping[str, float]) -> pd.DataFrame:
    """A profile of one row from some values by name; the rest is assumed. ValueError for a name
    that is no column of a profile."""
    for name in values:
        if name not in PROFILE_COLUMNS:
            raise ValueError(f"{name} is not in a profile; there are {', '.join(PROFILE_COLUMNS)}")
    return pd.DataFrame({name: [values.get(name, np.nan)] for name in PROFILE_COLUMNS})
