"""Lapses month by month: blocked days, orders delayed, and how many renewed in time."""

from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Engine, select

from data_access.assumptions import read_assumptions
from data_access.database import reading
from data_access.lapses import blocked_in, lapsed_accounts, lapses_reaching
from data_access.prevention import month_bounds, prevention_months
from data_access.schema import sync_profile
from rules.assumptions import Assumptions

SHOWN = 12


def lapse_months(as_of: datetime, of: Engine | None = None) -> pd.DataFrame:
    """The last SHOWN calendar months in the zone of `as_of`, the latest first.

    Columns: those of data_access.prevention, and orders_delayed (an estimate: blocked days × orders
    a day). Raises DatabaseAway.
    """
    found = prevention_months(as_of, SHOWN, of)
    bounds = month_bounds(as_of, SHOWN)
    with reading(of) as connection:
        lapses = lapses_reaching(connection, bounds[0], as_of)
        orders = _orders_per_day(connection, lapses, as_of, read_assumptions(connection).values)
    spans = list(zip(bounds, bounds[1:], strict=False))[::-1]
    found["orders_delayed"] = [
        float((blocked_in(lapses, low, high) * orders).sum()) for low, high in spans
    ]
    return found


def _orders_per_day(
    connection: Connection, lapses: pd.DataFrame, as_of: datetime, assumptions: Assumptions
) -> np.ndarray:
    p = sync_profile.c
    measured = dict(
        connection.execute(
            select(p.authorization_id, p.orders_per_day).where(
                p.orders_per_day >= 0, p.authorization_id.in_(lapsed_accounts(as_of))
            )
        ).all()
    )
    return np.array(
        [measured.get(each, assumptions.orders_per_day) for each in lapses["account_id"]],
        dtype=np.float64,
    )
