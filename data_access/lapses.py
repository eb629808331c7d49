"""Lapses of a time, those that still last among them, and how long they blocked."""

from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Select, select

from data_access.schema import authorization, lapse
from rules.day_numbers import Floats, day_number, day_numbers

_a = authorization.c
_l = lapse.c

HAS_ENDED = _l.began_at.is_distinct_from(_a.expires_at)
"""Of a lapse beside its account. A source that names a later grant and then takes it back leaves
one behind which began at the expiry that is in force again: that one has not ended."""


def lapses_reaching(connection: Connection, since: datetime, as_of: datetime) -> pd.DataFrame:
    """Lapses that reach into the time from `since` to `as_of`: account_id, began_at, ended_at
    (`as_of` for those that last), over. Paused accounts count as far as their lapses have ended."""
    ended = connection.execute(
        select(_l.authorization_id, _l.began_at, _l.ended_at)
        .join_from(lapse, authorization, _l.authorization_id == _a.id)
        .where(_l.ended_at >= since, _l.began_at < as_of, HAS_ENDED)
    ).all()
    lasting = connection.execute(
        select(_a.id, _a.expires_at).where(
            ~_a.paused, _a.granted_at.is_not(None), _a.expires_at <= as_of
        )
    ).all()
    rows = [(*row, True) for row in ended] + [(*row, as_of, False) for row in lasting]
    frame = pd.DataFrame(rows, columns=["account_id", "began_at", "ended_at", "over"])
    for name in ("began_at", "ended_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame.astype({"over": bool})


def lapsed_accounts(as_of: datetime) -> Select:
    """The ids of accounts that have lapsed at any time."""
    return select(_l.authorization_id.label("id")).union(
        select(_a.id).where(_a.expires_at <= as_of)
    )


def blocked_in(lapses: pd.DataFrame, low: datetime, high: datetime) -> Floats:
    """The days of each lapse that fall between two moments."""
    began, ended = day_numbers(lapses["began_at"]), day_numbers(lapses["ended_at"])
    days = np.minimum(ended, day_number(high)) - np.maximum(began, day_number(low))
    return np.clip(days, 0.0, None)
