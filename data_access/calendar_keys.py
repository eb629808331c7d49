"""Keys of calendar feeds: who has one reads the feed until it is revoked.

A calendar program cannot sign in, so the address itself is the secret. It is shown once; stored is
its digest. Looking a digest up tells a guesser nothing by the time it takes.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine, insert, or_, select, update

from data_access.addresses import whole_address
from data_access.audit import acting
from data_access.database import SOON_MS, DatabaseAway, reading, writing
from data_access.schema import calendar_key
from rules.acts import Act, Actor

KEY_BYTES = 32
MAX_LENGTH = 100
USED_STEP = timedelta(hours=1)
"""Calendar programs ask every few minutes; that a key is used is written down no more often."""

_k = calendar_key.c
log = structlog.get_logger()


class NoSuchKey(Exception):
    """Nobody has that key: it was never made, or it was revoked."""


@dataclass(frozen=True, slots=True)
class CalendarKey:
    """A key in force. `owner` is whose accounts it shows, empty for all; the key itself is not
    known any more, `digest` stands for it."""

    digest: str
    owner: str
    made_by: str
    made_at: datetime
    used_at: datetime | None


def make_key(actor: Actor, owner: str, at: datetime, of: Engine | None = None) -> str:
    """A new key for the accounts of `owner`, or for all; the only time that it can be read.

    Raises NotAllowed, DatabaseAway.
    """
    key = secrets.token_urlsafe(KEY_BYTES)
    with acting(actor, Act.MAKE_CALENDAR_KEY, at, of) as deed:
        deed.connection.execute(
            insert(calendar_key).values(
                digest=_digest(key), owner=owner, made_by=actor.name, made_at=at
            )
        )
        deed.note(after={"key": _short(_digest(key)), "owner": owner})
    return key


def revoke_key(actor: Actor, digest: str, at: datetime, of: Engine | None = None) -> None:
    """Ends a key at once; one that is no longer in force is no error. Raises NotAllowed,
    DatabaseAway."""
    with acting(actor, Act.REVOKE_CALENDAR_KEY, at, of) as deed:
        ended = deed.connection.execute(
            update(calendar_key)
            .where(_k.digest == digest, _k.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(_k.owner)
        ).one_or_none()
        if ended is not None:
            deed.note(before={"key": _short(digest), "owner": ended.owner})


def keys_in_force(of: Engine | None = None) -> list[CalendarKey]:
    """Every key that opens a feed, the latest first. Raises DatabaseAway."""
    with reading(of) as connection:
        rows = connection.execute(
            select(_k.digest, _k.owner, _k.made_by, _k.made_at, _k.used_at)
            .where(_k.revoked_at.is_(None))
            .order_by(_k.made_at.desc(), _k.digest)
        )
        return [CalendarKey(*row) for row in rows]


def owner_of(key: str, at: datetime, of: Engine | None = None) -> str:
    """Whose accounts a key shows, empty for all; notes that it was used, now or the next time.
    Raises NoSuchKey, DatabaseAway."""
    if len(key) > MAX_LENGTH:
        raise NoSuchKey
    own = (_k.digest == _digest(key), _k.revoked_at.is_(None))
    with reading(of) as connection:
        found = connection.execute(select(_k.owner, _k.used_at).where(*own)).one_or_none()
    if found is None:
        raise NoSuchKey
    if found.used_at is None or found.used_at <= at - USED_STEP:
        stale = or_(_k.used_at.is_(None), _k.used_at <= at - USED_STEP)
        try:
            with writing(of, lock_ms=SOON_MS) as connection:
                connection.execute(update(calendar_key).where(*own, stale).values(used_at=at))
        except DatabaseAway:
            log.warning("calendar_key.use_not_noted")
    return found.owner


def feed_address(key: str) -> str:
    """The address that a calendar program subscribes to."""
    return whole_address(f"/calendar/{key}.ics")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _short(digest: str) -> str:
    """Enough to tell keys apart in the trail."""
    return digest[:8]
