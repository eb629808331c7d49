"""The accounts whose lapse costs most, in the order of rules.harm, with what it costs by a day.

Ranking looks at every account; the figures of a lapse are computed for the rows that are shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import pandas as pd
from sqlalchemy import Engine

from data_access.account_columns import Simulated, SyncColumns
from data_access.account_list import ListedAccount, accounts_of
from data_access.assumptions import assumptions_in_force
from data_access.sync_profiles import sync_columns_of
from rules.assumptions import Assumptions, assumed
from rules.authorization import DEFAULT_BANDS
from rules.day_numbers import timestamps
from rules.harm import Reason, rank_by_harm, reasons_in
from rules.sync_effect import CATCH_UP, lapse_effect


def ranking(
    columns: SyncColumns, at: Simulated, as_of: datetime, assumptions: Assumptions
) -> pd.DataFrame:
    """Every simulated account, the most harmful lapse first: the columns of rank_by_harm, and
    `place`, its row in `columns`. Accounts that cannot lapse are left out."""
    ranked = rank_by_harm(columns.profile, at.authorizations, as_of, assumptions)
    can_lapse = np.flatnonzero(~np.isnan(ranked["days_left"].to_numpy()))
    # By places: a frame that is sorted would be copied three times.
    place = can_lapse[np.argsort(ranked["rank"].to_numpy()[can_lapse])]
    return ranked.take(place).assign(place=place).reset_index(drop=True)


def harm_rows(
    columns: SyncColumns,
    at: Simulated,
    ranked: pd.DataFrame,
    as_of: datetime,
    until: datetime,
    assumptions: Assumptions,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
) -> pd.DataFrame:
    """Some rows of a ranking in full: COLUMNS of the list, status, the ranking's columns,
    blocked_from (UTC), assumed (whether any number of the profile is), and the columns of
    rules.sync_effect.lapse_effect if nobody renews by `until`, and all of the ranking then.
    Raises DatabaseAway."""
    return _rows(_Lapses(columns, at, until, assumptions), ranked, as_of, bands, of)


def harm_batches(
    columns: SyncColumns,
    as_of: datetime,
    until: datetime,
    assumptions: Assumptions,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
    batch: int = 2_000,
) -> Iterator[pd.DataFrame]:
    """All rows of the ranking, in frames of up to `batch` rows: for the export."""
    at = columns.at(as_of)
    ranked = ranking(columns, at, as_of, assumptions)
    lapses = _Lapses(columns, at, until, assumptions)
    for first in range(0, len(ranked), batch):
        yield _rows(lapses, ranked.iloc[first : first + batch], as_of, bands, of)


@dataclass(frozen=True)
class _Lapses:
    """What the lapses of some columns cost until a moment; what a row costs does not depend on the
    others that are asked for with it."""

    columns: SyncColumns
    at: Simulated
    until: datetime
    assumptions: Assumptions

    def of(self, places: np.ndarray) -> pd.DataFrame:
        """The columns of lapse_effect, and the profile's `assumed` and `blocked_from`."""
        profile = self.columns.profile.iloc[places].reset_index(drop=True)
        starts = self._starts[places]
        effect = lapse_effect(profile, starts, self.until, self.assumptions)
        if self.assumptions.application_calls_per_second is not None:
            effect.update(self._crowd.loc[places].set_axis(effect.index))
        return effect.assign(
            blocked_from=timestamps(starts), assumed=assumed(profile).any(axis=1).to_numpy()
        )

    @property
    def _starts(self) -> np.ndarray:
        return self.at.authorizations["expires_at"].to_numpy()

    @cached_property
    def _crowd(self) -> pd.DataFrame:
        """How long each takes where all of them are renewed together and share a cap, by place."""
        places = np.flatnonzero(~self.at.authorizations["stays_out"].to_numpy())
        effect = lapse_effect(
            self.columns.profile.iloc[places], self._starts[places], self.until, self.assumptions
        )
        return effect[list(CATCH_UP)].set_axis(places)


def _rows(
    lapses: _Lapses,
    ranked: pd.DataFrame,
    as_of: datetime,
    bands: Sequence[int],
    of: Engine | None,
) -> pd.DataFrame:
    places = ranked["place"].to_numpy()
    effect = lapses.of(places).assign(id=lapses.columns.ids[places])
    found = pd.concat([ranked.reset_index(drop=True), effect], axis=1)
    accounts = accounts_by_id(found["id"].tolist(), as_of, bands, of)
    # An account that was removed since the columns were read is left out.
    return found.merge(accounts, on="id", how="inner", validate="one_to_one")


def reasons_of(
    ids: Sequence[int],
    as_of: datetime,
    of: Engine | None = None,
) -> dict[int, tuple[Reason, ...]]:
    """Why some accounts stand where they stand: for a page of the list. Raises DatabaseAway."""
    columns = sync_columns_of(ids, of)
    assumptions = assumptions_in_force(of).values
    authorizations = columns.at(as_of).authorizations
    ranked = rank_by_harm(columns.profile, authorizations, as_of, assumptions)
    found = zip(columns.ids.tolist(), ranked["reasons"], authorizations["stays_out"], strict=True)
    return {account: () if out else reasons_in(reasons) for account, reasons, out in found}


def accounts_by_id(
    ids: Sequence[int],
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
) -> pd.DataFrame:
    """Accounts by their numbers, in no order: the columns of the list and `status`."""
    return pd.DataFrame(accounts_of(ids, as_of, bands, of), columns=ListedAccount._fields)
