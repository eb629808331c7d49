"""Accounts whose state at a moment is not the one that the rollup keeps, which knows no moment."""

from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, Select, and_, func, select

from data_access import filtering, rollup, status_sql
from data_access.schema import authorization
from rules.account_filter import AccountFilter

_a = authorization.c


class Restated(NamedTuple):
    """Accounts that are to be counted as in another state.

    hour  when they expire, as rollup.utc_hour has it
    kept  the state in the rollup
    now   the state at the moment that is asked about, as status_sql.state_at has it
    """

    hour: str
    kept: str
    now: str
    region: str
    accounts: int


def restated(connection: Connection, wanted: AccountFilter, as_of: datetime) -> list[Restated]:
    """Those of a filter that the rollup covers: granted in the last hour or later than `as_of`, or
    refused later than `as_of`."""
    # The filter is applied here: with it in the statement SQLite enters by the filter's index, the
    # longer way.
    return [
        Restated(hour, kept, now, region, accounts)
        for statement in _of_another_state()
        for hour, kept, now, region, marketplaces, language, plan, accounts in connection.execute(
            statement, status_sql.given(as_of)
        )
        if kept != now and _means(wanted, region, marketplaces, language, plan)
    ]


# Made once: SQLAlchemy takes longer to make these than SQLite to answer.
@cache
def _of_another_state() -> list[Select]:
    """Two statements, as each has an index of its own and no row is in both."""
    granted_lately = _a.granted_at > status_sql.GIVEN_SINCE
    key = (rollup.expiry_hour_of(), rollup.state(), status_sql.state_at_given())
    filtered = (_a.region, _a.marketplaces, _a.language, _a.plan)
    return [
        select(*key, *filtered, func.count()).where(lately).group_by(*filtering.ordinals(7))
        for lately in (
            granted_lately,
            and_(_a.refused_at > status_sql.GIVEN_AS_OF, ~granted_lately),
        )
    ]


def _means(wanted: AccountFilter, region: str, marketplaces: str, language: str, plan: str) -> bool:
    return (
        (not wanted.regions or region in wanted.regions)
        and (not wanted.languages or language in wanted.languages)
        and (not wanted.plans or plan in wanted.plans)
        and (not wanted.marketplaces or bool({*marketplaces.split(",")} & {*wanted.marketplaces}))
    )
