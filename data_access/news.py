"""What has happened since a screen was drawn: open tabs ask every few seconds.

What the clock alone changes, as an account that lapses, is no news: a screen is drawn again when it
is TRUE_FOR seconds old.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sqlalchemy import Engine, select

from data_access import incidents
from data_access.database import reading
from data_access.history import RECENT, Numbers, is_among, open_numbers
from data_access.schema import authorization, event
from data_access.snapshot import snapshot

RENEWALS = ("granted", "renewed")
SILENT = ("exported",)
"""Events after which every screen looks as before."""

MOST = 20

ASKS = "news"
"""The part of a screen that asks."""

KNOWN = "news_version"
"""The version that a tab knows, in its session."""

DRAWN = "drawn_at"
"""When it was drawn, by the clock of `is_true`, in its session."""

TRUE_FOR = 300.0
"""Seconds in which the clock changes nothing that matters."""

Version = tuple[int, Numbers, int, int]
"""The last event that changed a screen, the numbers before it that may still come, then the version
of the incidents."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """A consent that was completed: the account, and the agent whose link led to it."""

    account_id: int
    seller: str
    agent: str


@dataclass(frozen=True, slots=True)
class News:
    """version: another one whenever a screen may look different. renewals: those since the
    version asked about, MOST at the most."""

    version: Version
    renewals: tuple[Renewal, ...] = ()


def is_true(
    tab: Mapping[str, Any], version: Version, clock: Callable[[], float] = monotonic
) -> bool:
    """Whether a tab, by its session, shows all that has happened and is not too old."""
    return tab[KNOWN] == version and clock() - tab[DRAWN] < TRUE_FOR


def latest_version(of: Engine | None = None) -> Version:
    """Where we are now, looked up once for all who ask in the same state of the database. Raises
    DatabaseAway."""
    return snapshot(of).once("news", lambda: current_version(of))


def news_since(version: Version | None, of: Engine | None = None) -> News:
    """What has come since `version`; without one only where we are now. Raises DatabaseAway."""
    now = latest_version(of)
    if version is None or now[:2] == version[:2]:
        return News(now)
    last, may_come, *_ = version
    before = may_come[0][0] - 1 if may_come else last
    e, a = event.c, authorization.c
    with reading(of) as connection:
        rows = connection.execute(
            select(e.id, a.id, a.seller_name, e.actor)
            .join(authorization, a.id == e.authorization_id)
            .where(e.id > before, e.id <= now[0], e.kind.in_(RENEWALS))
            .order_by(e.id.desc())
            .limit(RECENT + MOST)
        )
        found = [
            Renewal(*row)
            for number, *row in rows
            # What was still open a moment ago the next look tells of, and not both.
            if (number > last or is_among(number, may_come)) and not is_among(number, now[1])
        ]
    return News(now, tuple(found[:MOST]))


def current_version(of: Engine | None = None) -> Version:
    """Where we are now, looked up. Raises DatabaseAway."""
    i = event.c.id
    # Along the key, from its end: at one row while nothing happens.
    changed_a_screen = select(i).where(event.c.kind.not_in(SILENT)).order_by(i.desc()).limit(1)
    with reading(of) as connection:
        last = connection.scalar(changed_a_screen) or 0
        return (last, open_numbers(connection, last), *incidents.version(connection))
