"""What the engine is told of each account, in columns, and how columns of some accounts take the
place of older ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from rules.day_numbers import SECONDS_PER_DAY, Floats, day_number, moment

MOMENTS = ("granted_at", "expires_at", "refused_at", "measured_at")


@dataclass(frozen=True)
class Simulated:
    """Which accounts the engine speaks about at one moment; the rest is counted here.

    authorizations  a row per account, as rules.scenarios.simulate and rules.harm.rank_by_harm take
                    them: expires_at (a day number; earlier where Amazon refused it earlier),
                    stays_out, earlier_lapses, link_opened, reminders_unanswered
    paused          left out on purpose
    without_expiry  granted, but nobody knows until when: vendor and private authorizations
    not_authorized  blocked as well, but no grant ever ran out
    """

    authorizations: pd.DataFrame
    paused: int
    without_expiry: int
    not_authorized: int

    @property
    def counted(self) -> int:
        """Accounts with a known expiry, which the figures speak of."""
        return len(self.authorizations) - self.paused - self.without_expiry - self.not_authorized


@dataclass(frozen=True)
class SyncColumns:
    """One row per account, in the order of their ids.

    ids      the accounts
    profile  the columns of PROFILE_COLUMNS, NaN where nothing was measured
    moments  day numbers granted_at, expires_at, refused_at, measured_at; NaN for none
    others   paused (boolean), earlier_lapses (count), link_opened (boolean), reminders_unanswered
             (count)
    """

    ids: np.ndarray
    profile: pd.DataFrame
    moments: dict[str, Floats]
    others: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.ids)

    def told(self, until: datetime) -> datetime | None:
        """When up to `until` (aware) one of them was granted or refused last, rounded up to the
        second; None where none was."""
        now = day_number(until)
        known = [self.moments[name] for name in ("granted_at", "refused_at")]
        last = max(np.max(each, initial=-np.inf, where=each <= now) for each in known)
        return moment(np.ceil(last * SECONDS_PER_DAY) / SECONDS_PER_DAY)

    def at(self, as_of: datetime) -> Simulated:
        """The accounts as the engine takes them at `as_of` (aware)."""
        now = day_number(as_of)
        paused = self.others["paused"]
        granted = self.moments["granted_at"] <= now
        refused_at = self.moments["refused_at"]
        refused_at = np.where(refused_at <= now, refused_at, np.nan)
        # Whichever comes first; fmin passes over a missing one.
        blocked_from = np.fmin(self.moments["expires_at"], refused_at)
        blocked_from = np.where(granted, blocked_from, np.nan)
        frame = pd.DataFrame(
            {
                "expires_at": blocked_from,
                "stays_out": paused,
                "earlier_lapses": self.others["earlier_lapses"],
                "link_opened": self.others["link_opened"],
                "reminders_unanswered": self.others["reminders_unanswered"],
            },
            index=self.profile.index,
        )
        return Simulated(
            frame,
            paused=int(paused.sum()),
            without_expiry=int((~paused & granted & np.isnan(blocked_from)).sum()),
            not_authorized=int((~paused & ~granted).sum()),
        )


def replaced(columns: SyncColumns, ids: Sequence[int], fresh: SyncColumns) -> SyncColumns:
    """The same accounts with `fresh` in the place of those of `ids` that were among them."""
    place, known = places(columns.ids, np.asarray(ids, dtype=np.int64))
    gone = place[known]
    at = np.searchsorted(np.delete(columns.ids, gone), fresh.ids)

    def anew(old: np.ndarray, new: np.ndarray) -> np.ndarray:
        return np.insert(np.delete(old, gone), at, new)

    return SyncColumns(
        ids=anew(columns.ids, fresh.ids),
        profile=pd.DataFrame(
            {
                name: anew(columns.profile[name].to_numpy(), fresh.profile[name].to_numpy())
                for name in columns.profile
            }
        ),
        moments={name: anew(old, fresh.moments[name]) for name, old in columns.moments.items()},
        others={name: anew(old, fresh.others[name]) for name, old in columns.others.items()},
    )


def same(one: SyncColumns, other: SyncColumns) -> bool:
    """Whether both say the same of the same accounts."""
    return (
        one is other
        or np.array_equal(one.ids, other.ids)
        and one.profile.equals(other.profile)
        and all(
            np.array_equal(mine[name], theirs[name], equal_nan=True)
            for mine, theirs in ((one.moments, other.moments), (one.others, other.others))
            for name in mine
        )
    )


def columns_by_hand(profile: pd.DataFrame, blocked_from: datetime) -> SyncColumns:
    """One account that is in no database: a profile of one row, and when it lapses (aware)."""
    moments = {name: np.full(1, np.nan) for name in MOMENTS} | {
        "granted_at": np.full(1, -np.inf),
        "expires_at": np.full(1, day_number(blocked_from)),
    }
    others = {
        "paused": np.zeros(1, dtype=bool),
        "earlier_lapses": np.zeros(1),
        "link_opened": np.zeros(1, dtype=bool),
        "reminders_unanswered": np.zeros(1),
    }
    return SyncColumns(np.zeros(1, np.int64), profile, moments, others)


def places(ids: np.ndarray, whose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each of `whose` stands among the sorted `ids`, and whether it stands there at all."""
    if not len(ids):
        return np.zeros(len(whose), dtype=np.int64), np.zeros(len(whose), dtype=bool)
    place = np.minimum(np.searchsorted(ids, whose), len(ids) - 1)
    return place, ids[place] == whose
