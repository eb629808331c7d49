"""What the team's chat is told: each stage of an incident once, and the morning's digest.

An incident is opened, grows tenfold, is closed; never is there a message for each account. Apprise
reaches Slack, Teams and many others by one kind of address, but can edit no message that it has
sent: so each stage is a message of its own, and one that was overtaken before it could be sent is
left out. What stands in the database is that something is to be told, to which address, and how
often that was tried; the words are made at the moment of sending, and name no seller. A process
that dies while the chat answers leaves a claim that runs out, and then it may be told twice.
"""

import hashlib
import logging
import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine, Row, func, select, update

from data_access import jobs
from data_access.chat_words import ChatWords
from data_access.clock import Clock, utc_now
from data_access.conflicts import insert_into
from data_access.database import reading, writing
from data_access.digest_content import digest_of
from data_access.digest_day import digest_zone, first_since, mornings
from data_access.digest_words import DigestWords
from data_access.retries import is_due, wait_after
from data_access.schema import announcement, incident
from data_access.settings import settings

WAITS = (5, 30, 120, 900, 3_600)
"""Seconds between the tries; the last one repeats until GIVE_UP."""

GIVE_UP = timedelta(days=1)
"""An announcement that nobody took for so long is of no use any more."""

NEWS_FOR = timedelta(days=30)
"""For how long after its end an incident may still be told to be over."""

CLAIM = timedelta(minutes=2)
"""While one process sends, no other does; more than PATIENCE_SECONDS."""

PATIENCE_SECONDS = 20
MOST_AT_ONCE = 100
OPENED, GROWN, CLOSED = "opened", "grown", "closed"
OVERTAKEN = "overtaken"

_n = announcement.c
_i = incident.c
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is to be told once to each address."""

    once: str
    incident_id: int | None = None
    accounts: int = 0


def targets() -> dict[str, str]:
    """The addresses of the settings by what names them in the database, for they are secret."""
    urls = [each.get_secret_value() for each in settings().chat_urls]
    return {hashlib.sha256(url.encode()).hexdigest()[:16]: url for url in urls}


def tell_in_turn(clock: Clock = utc_now, of: Engine | None = None) -> int:
    """Tells what is new of incidents, and sends what is due; how many messages were accepted.

    Of several processes one does it. Never raises for the chat's failures: they are tried again.
    Raises DatabaseAway.
    """
    if not targets():
        return 0
    with reading(of) as connection:
        nothing = not (_news(connection, clock()) or _due(connection, clock()))
    if nothing:
        return 0
    with jobs.running_alone(jobs.CHAT, clock, of) as counts:
        if counts is None:
            return 0
        with writing(of) as connection:
            for due in _news(connection, clock()):
                announce(connection, due, clock())
        with reading(of) as connection:
            numbers = _due(connection, clock())
        counts.due = len(numbers)
        for number in numbers:
            _count(counts, _tell(number, clock, of))
    return counts.sent


def announce(connection: Connection, due: Due, now: datetime) -> None:
    """Puts down what is to be told to each address, in the caller's transaction; nothing where
    that stands there already."""
    for target in targets():
        connection.execute(
            insert_into(connection, announcement)
            .values(
                once=due.once,
                target=target,
                incident_id=due.incident_id,
                accounts=due.accounts,
                created_at=now,
                next_try_at=now,
            )
            .on_conflict_do_nothing(index_elements=["once", "target"])
        )


def announce_digest(connection: Connection, day: date, now: datetime) -> None:
    """The short form of a morning's digest, once; nothing where no chat is set."""
    announce(connection, Due(f"digest:{day}"), now)


def _news(connection: Connection, now: datetime) -> list[Due]:
    """The stages of incidents that were not put down for every address yet. An incident that was
    over before anybody could be told of it is passed over."""
    news = []
    lately = _i.closed_at.is_(None) | (_i.closed_at > now - NEWS_FOR)
    for row in connection.execute(select(_i.id, _i.accounts, _i.closed_at).where(lately)).all():
        known = _put_down(connection, row.id)
        first = known.get(OPENED)
        if row.closed_at is not None and first is None:
            continue
        if row.closed_at is not None:
            stage = CLOSED
        elif first is not None and (times := _tenfold(first, row.accounts)):
            stage = f"{GROWN}-{times}"
        else:
            stage = OPENED
        if stage not in known:
            news.append(Due(f"incident:{row.id}:{stage}", row.id, row.accounts))
    return news


def _put_down(connection: Connection, number: int) -> dict[str, int]:
    """The stages of an incident that stand for every address, with the accounts of then."""
    rows = connection.execute(
        select(_n.once, func.min(_n.accounts))
        .where(_n.incident_id == number, _n.target.in_(list(targets())))
        .group_by(_n.once)
        .having(func.count() == len(targets()))
    )
    return {once.rpartition(":")[2]: accounts for once, accounts in rows}


def _tenfold(first: int, accounts: int) -> int:
    """How many times ten an incident has grown since it was opened."""
    return max(0, int(math.log10(max(accounts, 1) / max(first, 1)) + 1e-9))


def _due(connection: Connection, now: datetime) -> list[int]:
    return list(
        connection.scalars(
            select(_n.id).where(is_due(_n.next_try_at, now)).order_by(_n.id).limit(MOST_AT_ONCE)
        )
    )


def _tell(number: int, clock: Clock, of: Engine | None) -> str | None:
    """Why one announcement was not accepted, "" where it was; None where it was not ours."""
    with writing(of) as connection:
        row = connection.execute(
            update(announcement)
            .where(_n.id == number, is_due(_n.next_try_at, clock()))
            .values(next_try_at=clock() + CLAIM, tries=_n.tries + 1)
            .returning(*announcement.columns)
        ).one_or_none()
    if row is None:
        return None
    try:
        words = _words(row, clock(), of)
        url = targets().get(row.target)
        failure = _send(url, *words) if words and url else OVERTAKEN
    except Exception as error:
        # Whatever is wrong with one must hold up no other, nor what else the desk does.
        failure = type(error).__name__
    with writing(of) as connection:
        _settle(connection, row, failure, clock())
    return failure


def _words(row: Row, now: datetime, of: Engine | None) -> tuple[str, str] | None:
    """Title and text, None where it was overtaken."""
    if row.incident_id is None:
        local = now.astimezone(digest_zone())
        if mornings().due(local) is None or row.once != f"digest:{local.date()}":
            return None
        since = first_since(now, row.target, row.id, of)
        return DigestWords(digest_of(local, since, of=of)).short()
    with reading(of) as connection:
        found = connection.execute(select(incident).where(_i.id == row.incident_id)).one()
        later = connection.scalar(
            select(func.count()).where(
                _n.incident_id == row.incident_id, _n.target == row.target, _n.id > row.id
            )
        )
    return None if later else ChatWords().incident(found, row.once.rpartition(":")[2])


def _send(url: str, title: str, text: str) -> str:
    """Why the chat has not accepted; empty where it has."""
    import apprise

    # Its own lines may name the address, which is the key to the chat.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(
        app_id="Renewal Desk",
        app_desc="Renewal Desk",
        app_url=settings().public_url,
        service_timeout=PATIENCE_SECONDS,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    chat = apprise.Apprise(asset=asset)
    chat.add(url)
    accepted = chat.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT)
    return "" if accepted else "not accepted"


def _settle(connection: Connection, row: Row, failure: str, now: datetime) -> None:
    over = failure in ("", OVERTAKEN) or now - row.created_at >= GIVE_UP
    connection.execute(
        update(announcement)
        # By its try: whoever slept through the claim changes nothing any more.
        .where(_n.id == row.id, _n.tries == row.tries)
        .values(
            sent_at=None if failure else now,
            next_try_at=None if over else now + wait_after(row.tries, WAITS),
            failure=failure,
        )
    )
    log.info("chat.tried", announcement=row.once, tries=row.tries, failure=failure)


def _count(counts: jobs.Counts, failure: str | None) -> None:
    counts.sent += failure == ""
    counts.left_out += failure == OVERTAKEN
    counts.failed += bool(failure) and failure != OVERTAKEN
