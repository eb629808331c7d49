"""The mornings of the settings: when a digest is due, and since when something is new in it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select

from data_access.clock import AHEAD
from data_access.database import reading
from data_access.outbox import SENT
from data_access.schema import announcement, message
from data_access.settings import settings
from data_access.settings_digest import WEEKDAYS
from rules.digests import Mornings

KIND = "digest"
FIRST_LOOKS_BACK = timedelta(days=1)

_m = message.c
_n = announcement.c


def digest_zone() -> ZoneInfo:
    """The zone of the digest's hour and days."""
    return ZoneInfo(settings().digest_zone) if settings().digest_zone else settings().zone


def mornings() -> Mornings:
    """The working mornings of the settings."""
    given = settings()
    weekdays = frozenset(WEEKDAYS.index(each) for each in given.digest_days)
    return Mornings(given.digest_hour, weekdays, given.is_holiday)


def last_sent(now: datetime, recipient: str, of: Engine | None = None) -> datetime | None:
    """When the last digest that a recipient got was put together, by a clock that was right. Raises
    DatabaseAway."""
    with reading(of) as connection:
        return connection.scalar(
            select(func.max(_m.created_at)).where(
                _m.kind == KIND,
                _m.recipient == recipient,
                _m.state == SENT,
                _m.created_at <= now + AHEAD,
            )
        )


def first_since(now: datetime, place: str, before: int, of: Engine | None = None) -> datetime:
    """Since when something is new in a place's digest: the one it got before the announcement of
    that number, else a day. Raises DatabaseAway."""
    with reading(of) as connection:
        last = connection.scalar(
            select(func.max(_n.created_at)).where(
                _n.target == place,
                _n.id < before,
                _n.created_at <= now + AHEAD,
                _n.incident_id.is_(None),
                _n.sent_at.is_not(None),
            )
        )
    return last or now - FIRST_LOOKS_BACK
