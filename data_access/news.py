"""What has happened since a screen was drawn: open tabs ask every few seconds."""

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from data_access.database import reading
from data_access.schema import authorization, event

RENEWALS = ("granted", "renewed")
MOST = 20


@dataclass(frozen=True, slots=True)
class Renewal:
    """A consent that was completed: the account, and the agent whose link led to it."""

    account_id: int
    seller: str
    agent: str


@dataclass(frozen=True, slots=True)
class News:
    """version: grows with every event. renewals: those since the version asked about, MOST at
    the most."""

    version: int
    renewals: tuple[Renewal, ...] = ()


def news_since(version: int | None, of: Engine | None = None) -> News:
    """What has come since `version`; without one only where we are now. Raises DatabaseAway."""
    e, a = event.c, authorization.c
    with reading(of) as connection:
        last = connection.scalar(select(func.max(e.id))) or 0
        if version is None or last <= version:
            return News(last)
        rows = connection.execute(
            select(a.id, a.seller_name, e.actor)
            .join(authorization, a.id == e.authorization_id)
            .where(e.id > version, e.id <= last, e.kind.in_(RENEWALS))
            .order_by(e.id.desc())
            .limit(MOST)
        )
        return News(last, tuple(Renewal(*row) for row in rows))
