"""The accounts whose lapse costs most, in the order of rules.harm, with what it costs by a day.

Ranking looks at every account; the figures of a lapse are computed for the rows that are shown.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Engine, select

from data_access.account_columns import Simulated, SyncColumns
from data_access.account_list import COLUMNS, facts
from data_access.assumptions import assumptions_in_force
from data_access.database import reading
from data_access.schema import authorization, seller
from data_access.sync_profiles import sync_columns_of
from rules.assumptions import Assumptions, assumed
from rules.authorization import DEFAULT_BANDS, status
from rules.day_numbers import timestamps
from rules.harm import Reason, rank_by_harm, reasons_in
from rules.sync_effect import lapse_effect

_a = authorization.c


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
    rules.sync_effect.lapse_effect if nobody renews by `until`. Raises DatabaseAway."""
    places = ranked["place"].to_numpy()
    starts = at.authorizations["expires_at"].to_numpy()[places]
    profile = columns.profile.iloc[places].reset_index(drop=True)
    effect = lapse_effect(profile, starts, until, assumptions)
    found = pd.concat([ranked.reset_index(drop=True), effect], axis=1).assign(
        id=columns.ids[places],
        blocked_from=timestamps(starts),
        assumed=assumed(profile).any(axis=1).to_numpy(),
    )
    accounts = accounts_by_id(found["id"].tolist(), as_of, bands, of)
    # An account that was removed since the columns were read is left out.
    return found.merge(accounts, on="id", how="inner", validate="one_to_one")


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
    for first in range(0, len(ranked), batch):
        rows = ranked.iloc[first : first + batch]
        yield harm_rows(columns, at, rows, as_of, until, assumptions, bands, of)


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
    with reading(of) as connection:
        rows = connection.execute(
            select(*COLUMNS)
            .join_from(authorization, seller, _a.seller_id == seller.c.id)
            .where(_a.id.in_(ids))
        ).all()
    frame = pd.DataFrame(rows, columns=[column.name for column in COLUMNS])
    frame["status"] = [status(facts(row), as_of, bands).value for row in rows]
    return frame
