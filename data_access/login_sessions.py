"""Who is signed in: a list of our own, so that signing out ends it, whoever kept the cookie.

The cookie holds a random token, the table its digest alone. What is known of a session is believed
for FRESH_SECONDS; in the process that ends one, it ends at once.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from cachetools import TTLCache
from sqlalchemy import ColumnElement, Engine, Row, insert, select, update

from data_access.audit import acting
from data_access.clock import AHEAD, Clock, utc_now
from data_access.database import SOON_MS, DatabaseAway, reading, writing
from data_access.schema import login_session
from data_access.settings import settings
from rules.acts import Act, Actor, Role
from rules.roles import Person, role_of

FRESH_SECONDS = 2.0
SEEN_EVERY = timedelta(minutes=1)
MOST_KNOWN = 10_000
AT_ONCE = 500

NOBODY = Actor("demo", Role.ADMIN)
"""Who acts where there is no login."""

log = structlog.get_logger()
_s = login_session.c
_known: dict[str, tuple[float, "Login | None"]] = {}
_not_noted: TTLCache[str, bool] = TTLCache(MOST_KNOWN, SEEN_EVERY.total_seconds())

ended: list[Callable[[str], None]] = []
"""Told the digest of every session that this process ends, after it was written."""


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who is signed in.

    grounds  what gives them their role, as the provider said when they signed in
    """

    digest: str
    subject: str
    name: str
    grounds: tuple[str, ...]
    began_at: datetime
    seen_at: datetime
    ends_at: datetime

    @property
    def role(self) -> Role | None:
        """Their role by the settings of today; None where these do not provide for them."""
        return role_of(self.grounds, settings().roles)

    @property
    def actor(self) -> Actor | None:
        """They as the one who does something; None without a role."""
        return Actor(self.name, self.role) if self.role else None


def self_of(login: Login) -> Actor:
    """They as the one who signs out, which needs no role."""
    return login.actor or Actor(login.name, Role.VIEWER)


def cookie_name() -> str:
    """The session's cookie. With the prefix browsers let only this very host set it, encrypted."""
    return "__Host-desk_session" if settings().over_https else "desk_session"


def begin(
    person: Person, grounds: Iterable[str], at: datetime, of: Engine | None = None
) -> tuple[str, Login]:
    """Signs somebody in; the token for their cookie. Raises DatabaseAway."""
    token = secrets.token_urlsafe(32)
    ends_at = at + timedelta(hours=settings().session_hours)
    login = Login(_digest(token), person.subject, person.name, tuple(grounds), at, at, ends_at)
    with acting(self_of(login), Act.SIGN_IN, at, of) as deed:
        deed.connection.execute(
            insert(login_session).values(
                digest=login.digest,
                subject=login.subject,
                name=login.name,
                grounds=json.dumps(login.grounds),
                began_at=at,
                seen_at=at,
                ends_at=ends_at,
            )
        )
        deed.note(subject=login.subject, **_remark(login))
    return token, login


def _remark(login: Login) -> dict[str, str]:
    """What an entry about somebody's own coming and going says of whoever has no role."""
    return {} if login.role else {"refused": "no role"}


def login_of(token: str, of: Engine | None = None, clock: Clock = utc_now) -> Login | None:
    """Whose token this is, None where nobody's or no longer. Raises DatabaseAway."""
    if not 20 <= len(token) <= 100:
        return None
    digest = _digest(token)
    known_at, login = _known.get(digest, (0.0, None))
    if time.monotonic() - known_at < FRESH_SECONDS:
        return login
    now = clock()
    with reading(of) as connection:
        row = connection.execute(
            select(login_session).where(_s.digest == digest, *_alive(now))
        ).one_or_none()
    login = None if row is None else _login(row)
    if login is not None and now - login.seen_at >= SEEN_EVERY:
        _note_use(digest, now, of)
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[digest] = (time.monotonic(), login)
    return login


def end(login: Login, actor: Actor, at: datetime, of: Engine | None = None) -> None:
    """Ends a session: their own, or as an admin somebody else's. One that has ended already is no
    error. Raises NotAllowed, DatabaseAway."""
    act = Act.SIGN_OUT if actor.name == login.name else Act.END_SESSION
    remark = _remark(login) if act is Act.SIGN_OUT else {}
    with acting(actor, act, at, of) as deed:
        changed = deed.connection.execute(
            update(login_session)
            .where(_s.digest == login.digest, _s.ended_at.is_(None))
            .values(ended_at=at)
        )
        if changed.rowcount:
            deed.note(subject=login.subject, began_at=login.began_at, **remark)
    _known.pop(login.digest, None)
    for tell in ended:
        tell(login.digest)


def alive_among(
    digests: Collection[str], now: datetime, of: Engine | None = None
) -> dict[str, datetime]:
    """Those of the sessions that go on, with the moment at which each was noted as seen. Raises
    DatabaseAway."""
    found: dict[str, datetime] = {}
    wanted = sorted(digests)
    with reading(of) as connection:
        for start in range(0, len(wanted), AT_ONCE):
            some = _s.digest.in_(wanted[start : start + AT_ONCE])
            rows = connection.execute(select(_s.digest, _s.seen_at).where(some, *_alive(now)))
            found |= {row.digest: row.seen_at for row in rows}
    return found


def open_logins(now: datetime, of: Engine | None = None) -> list[Login]:
    """Everybody who is signed in, the latest first. Raises DatabaseAway."""
    with reading(of) as connection:
        rows = connection.execute(
            select(login_session).where(*_alive(now)).order_by(_s.began_at.desc()).limit(AT_ONCE)
        ).all()
    return [_login(row) for row in rows]


def _note_use(digest: str, now: datetime, of: Engine | None) -> None:
    """Nobody is kept out because it cannot be noted that they came: a long write of somebody else,
    a full disk. Then it is not tried again at once."""
    if digest in _not_noted:
        return
    try:
        note_seen([digest], now, of)
    except DatabaseAway:
        _not_noted[digest] = True
        log.warning("sessions.use_not_noted")


def note_seen(digests: Collection[str], at: datetime, of: Engine | None = None) -> None:
    """Notes that sessions are in use. Raises DatabaseAway."""
    with writing(of, lock_ms=SOON_MS) as connection:
        connection.execute(update(login_session).where(_s.digest.in_(digests)).values(seen_at=at))


def forget_known() -> None:
    """Makes the next look at every session a fresh one."""
    _known.clear()
    _not_noted.clear()


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    idle = timedelta(minutes=settings().session_idle_minutes)
    return (
        _s.ended_at.is_(None),
        _s.ends_at > now,
        _s.seen_at > now - idle,
        # By a clock that was far ahead it would stay open until that day.
        _s.began_at < now + AHEAD,
    )


def _login(row: Row) -> Login:
    return Login(
        row.digest,
        row.subject,
        row.name,
        tuple(json.loads(row.grounds)),
        row.began_at,
        row.seen_at,
        row.ends_at,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
