"""Lapses month by month: blocked days, orders delayed, and how many renewed in time."""

from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, func, or_, select

from data_access.assumptions import read_assumptions
from data_access.database import reading
from data_access.schema import authorization, event, lapse, sync_profile
from rules.assumptions import Assumptions
from rules.day_numbers import day_number, day_numbers
from rules.days import day_start

SHOWN = 12

_a = authorization.c
_e = event.c
_l = lapse.c


def lapse_months(as_of: datetime, months: int = SHOWN, of: Engine | None = None) -> pd.DataFrame:
    """The last `months` calendar months in the zone of `as_of`, the latest first.

    Columns: month (its first day), blocked_days (summed over accounts, until `as_of`),
    orders_delayed (an estimate: those days × orders a day), lapses_begun, renewed_in_time,
    share_in_time (of both; NaN where there was neither). Paused accounts count as far as their
    lapses have ended. Raises DatabaseAway.
    """
    firsts = _firsts(as_of, months)
    starts = [day_start(first, as_of.tzinfo) for first in firsts]
    ends = [min(start, as_of) for start in [*starts[1:], as_of]]
    with reading(of) as connection:
        lapses = _lapses(connection, starts[0], as_of)
        orders = _orders_per_day(connection, lapses, as_of, read_assumptions(connection).values)
        renewed = [_renewals(connection, *span) for span in zip(starts, ends, strict=True)]
    began, ended = day_numbers(lapses["began_at"]), day_numbers(lapses["ended_at"])
    rows = []
    for first, start, end, renewals in zip(firsts, starts, ends, renewed, strict=True):
        low, high = day_number(start), day_number(end)
        days = np.clip(np.minimum(ended, high) - np.maximum(began, low), 0.0, None)
        late = int(((ended >= low) & (ended < high) & lapses["over"].to_numpy()).sum())
        begun = int(((began >= low) & (began < high)).sum())
        in_time = max(renewals - late, 0)
        due = in_time + begun
        rows.append(
            {
                "month": first,
                "blocked_days": float(days.sum()),
                "orders_delayed": float((days * orders).sum()),
                "lapses_begun": begun,
                "renewed_in_time": in_time,
                "share_in_time": in_time / due if due else np.nan,
            }
        )
    return pd.DataFrame(rows[::-1])


def _firsts(as_of: datetime, months: int) -> list:
    """The first days of the months, the oldest first."""
    last = pd.Period(as_of.date(), freq="M")
    return [(last - n).start_time.date() for n in range(months - 1, -1, -1)]


def _lapses(connection: Connection, since: datetime, as_of: datetime) -> pd.DataFrame:
    """Lapses that reach into the time since then, those that still last among them."""
    ended = connection.execute(
        select(_l.authorization_id, _l.began_at, _l.ended_at).where(
            _l.ended_at >= since, _l.began_at < as_of
        )
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


def _orders_per_day(
    connection: Connection, lapses: pd.DataFrame, as_of: datetime, assumptions: Assumptions
) -> np.ndarray:
    p = sync_profile.c
    has_lapsed = select(_l.authorization_id).union(select(_a.id).where(_a.expires_at <= as_of))
    measured = dict(
        connection.execute(
            select(p.authorization_id, p.orders_per_day).where(
                p.orders_per_day >= 0, p.authorization_id.in_(has_lapsed)
            )
        ).all()
    )
    return np.array(
        [measured.get(each, assumptions.orders_per_day) for each in lapses["account_id"]],
        dtype=np.float64,
    )


def _renewals(connection: Connection, since: datetime, until: datetime) -> int:
    """Grants that followed an earlier one: as sources tell them, and through the desk."""
    again = or_(_e.kind == "renewed", _e.details.contains('"previous_expiry": "2'))
    return connection.scalar(
        select(func.count()).where(
            _e.kind.in_(("granted", "renewed")), _e.at >= since, _e.at < until, again
        )
    )
