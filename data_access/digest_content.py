"""What a morning's digest says, as figures and accounts: for the team, or for one owner.

Everything is in the order of rules.harm: a seller whose lapse costs most comes first in each part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Engine, func, select

from data_access import jobs, work_list
from data_access.account_columns import SyncColumns
from data_access.assumptions import assumptions_in_force
from data_access.case_reading import owners
from data_access.database import reading
from data_access.harm_list import ranking
from data_access.incidents import Incident, open_incidents
from data_access.outbox import FAILED
from data_access.schema import authorization, message
from data_access.settings import settings
from data_access.settings_mail import bare_address
from data_access.sync_profiles import sync_columns
from data_access.work_list import Group
from rules.account_filter import AccountFilter

FAILED_WITHIN = timedelta(days=7)
"""How long a message that failed is told of."""

GROUPS = (Group.PROMISES, Group.EXPIRED, Group.RENEWED)

_MOST = 10_000_000
_a = authorization.c
_m = message.c


@dataclass(frozen=True)
class Part:
    """Some accounts of a digest. rows: the columns of work_list.work_rows, the most harmful
    first; in_all: how many there are."""

    rows: pd.DataFrame
    in_all: int


@dataclass(frozen=True)
class Digest:
    """What matters at `as_of` (aware, in the digest's zone).

    owner           whose accounts; empty for the team's, which is all of them
    since           what is new is new since then
    blocked         accounts that are blocked now
    loss_per_day    estimate of what that costs a day
    call            whom to call first, without those who are snoozed
    groups          promises due, newly expired, and renewed accounts
    failed          messages that failed in the last FAILED_WITHIN
    incidents       that are open
    reminders_late  whether the reminders to sellers are late
    """

    as_of: datetime
    owner: str
    since: datetime
    blocked: int
    loss_per_day: float
    call: Part
    groups: dict[Group, Part]
    failed: int
    incidents: list[Incident] = field(default_factory=list)
    reminders_late: bool = False

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing that anybody has to do."""
        parts = (self.call, self.groups[Group.PROMISES], self.groups[Group.EXPIRED])
        nothing = not self.blocked and not any(part.in_all for part in parts)
        return nothing and not (self.failed or self.incidents or self.reminders_late)


def address_in(name: str) -> str:
    """The mail address that an owner's name is, as mail servers have it; empty where it is none."""
    try:
        return bare_address(name.strip()).lower()
    except ValueError:
        return ""


def digest_of(
    as_of: datetime, since: datetime, owner: str = "", of: Engine | None = None
) -> Digest:
    """The digest of a moment. owner: a mail address, as `address_in` has it. Raises
    DatabaseAway."""
    names = tuple(each for each in owners(of) if address_in(each) == owner) if owner else ()
    # A filter without owners would mean everybody's accounts.
    wanted = AccountFilter(owners=names or (owner,)) if owner else AccountFilter()
    columns = sync_columns(wanted, as_of, settings().bands, of)
    ranked = ranking(columns, columns.at(as_of), as_of, assumptions_in_force(of).values)
    is_blocked = ranked["days_left"].to_numpy() <= 0
    with reading(of) as connection:
        incidents = open_incidents(connection)
    return Digest(
        as_of=as_of,
        owner=owner,
        since=since,
        blocked=int(is_blocked.sum()),
        loss_per_day=float(ranked["loss_per_day"].to_numpy()[is_blocked].sum()),
        call=_to_call(columns, ranked, as_of, of),
        groups={each: _group(each, columns, ranked, as_of, since, of) for each in GROUPS},
        failed=_failed(names if owner else None, as_of, of),
        incidents=incidents,
        reminders_late=jobs.is_late(as_of, of),
    )


def _to_call(
    columns: SyncColumns, ranked: pd.DataFrame, as_of: datetime, of: Engine | None
) -> Part:
    harmful = ranked[ranked["score"].to_numpy() > 0]
    ids = columns.ids[harmful["place"].to_numpy()]
    ids = ids[~np.isin(ids, work_list.snoozed_ids(as_of, of))]
    return _part(ids.tolist(), as_of, of)


def _group(
    group: Group,
    columns: SyncColumns,
    ranked: pd.DataFrame,
    as_of: datetime,
    since: datetime,
    of: Engine | None,
) -> Part:
    found = np.array(work_list.members(group, since, as_of, of, most=_MOST), dtype=np.int64)
    found = found[np.isin(found, columns.ids)]
    ranks = pd.Series(ranked.index, columns.ids[ranked["place"].to_numpy()])
    # What cannot lapse has no rank, and comes last.
    order = ranks.reindex(found).fillna(len(ranked)).to_numpy()
    return _part(found[np.argsort(order, kind="stable")].tolist(), as_of, of)


def _part(ids: Sequence[int], as_of: datetime, of: Engine | None) -> Part:
    shown = ids[: settings().digest_accounts]
    return Part(work_list.work_rows(shown, as_of, settings().bands, of), len(ids))


def _failed(names: Sequence[str] | None, as_of: datetime, of: Engine | None) -> int:
    counted = select(func.count()).where(
        _m.state == FAILED, _m.created_at >= as_of - FAILED_WITHIN, _m.created_at <= as_of
    )
    if names is not None:
        counted = counted.join_from(message, authorization).where(_a.owner.in_(names))
    with reading(of) as connection:
        return connection.scalar(counted)
