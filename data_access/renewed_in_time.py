"""Renewals that came before the expiry they prevented, as the history tells them.

The event of a renewal through the desk names the expiry before it; that of a renewal seen in a
source names what was changed. A grant within a day of the one before it is the same, told twice.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

from data_access.schema import event
from rules.authorization import GRANT_LIFETIME

GRANTS = ("granted", "renewed")
DAY = 86_400
TOLD_TWICE = GRANT_LIFETIME - timedelta(days=1)
"""What comes at least this long before the expiry is no renewal but the same grant again."""

_e = event.c


def renewed_in_time(connection: Connection, bounds: Sequence[datetime]) -> dict[int, Counter[int]]:
    """Renewals in time by the span in which the prevented expiry lay, and by whole days before it.

    bounds  rising moments; span n lies from bound n until bound n + 1. A span without any renewal
            has no entry.
    """
    renewals = of_expiries(connection, bounds[0], bounds[-1]).subquery()
    span = place_among(renewals.c.expiry, bounds).label("span")
    days = ((renewals.c.expiry - renewals.c.renewed) // DAY).label("days")
    found: dict[int, Counter[int]] = {}
    rows = connection.execute(
        select(span, days, func.count()).group_by(literal_column("1"), literal_column("2"))
    )
    for number, days_before, renewed in rows:
        found.setdefault(number - 1, Counter())[days_before] = renewed
    return found


def of_expiries(connection: Connection, since: datetime, until: datetime) -> Select:
    """Renewals in time of expiries between two moments: authorization_id, renewed and expiry, both
    in Unix seconds."""
    told = (
        select(
            _e.authorization_id,
            _seconds(connection, _e.at).label("renewed"),
            previous_expiry(connection).label("expiry"),
        )
        .where(_e.kind.in_(GRANTS), _e.at >= since - GRANT_LIFETIME, _e.at < until)
        # Otherwise SQLite parses the details again wherever one of these columns is used.
        .cte("told")
        .prefix_with("MATERIALIZED")
    )
    t = told.c
    return select(t.authorization_id, t.renewed, t.expiry).where(
        t.expiry >= int(since.timestamp()),
        t.expiry < int(until.timestamp()),
        # Also at the very moment of expiry: no lapse is written then, so it would not be counted.
        t.renewed <= t.expiry,
        t.expiry - t.renewed < int(TOLD_TWICE.total_seconds()),
    )


def earliest_grants(connection: Connection) -> Select:
    """The first grant of each account that the history knows, in Unix seconds: authorization_id,
    since.

    Where the history begins with a renewal, the grant before that counts: one grant lifetime before
    the expiry that was prevented.
    """
    before = previous_expiry(connection) - int(GRANT_LIFETIME.total_seconds())
    since = func.min(func.coalesce(before, _seconds(connection, _e.at)))
    return (
        select(_e.authorization_id, since.label("since"))
        .where(_e.kind.in_(GRANTS))
        .group_by(_e.authorization_id)
    )


def previous_expiry(connection: Connection) -> ColumnElement[int]:
    """The expiry before the grant of an event, in Unix seconds; null where there was none."""
    if connection.dialect.name == "postgresql":
        said = cast(_e.details, JSONB)
        text = func.coalesce(said["previous_expiry"].astext, said["expires_at"]["before"].astext)
        return cast(func.floor(func.extract("epoch", cast(text, TIMESTAMP(True)))), BigInteger)
    said = type_coerce(_e.details, JSON)
    return func.unixepoch(
        func.coalesce(
            said["previous_expiry"].as_string(), said[("expires_at", "before")].as_string()
        ),
        type_=Integer,
    )


def place_among(seconds: ColumnElement[int], bounds: Sequence[datetime]) -> ColumnElement[int]:
    """How many of the rising bounds are reached."""
    steps = [(seconds < int(bound.timestamp()), n) for n, bound in enumerate(bounds)]
    return case(*((reached, literal(n)) for reached, n in steps), else_=len(steps))


def _seconds(connection: Connection, moment: ColumnElement) -> ColumnElement[int]:
    if connection.dialect.name == "postgresql":
        return cast(func.floor(func.extract("epoch", moment)), BigInteger)
    return func.unixepoch(moment, type_=Integer)
