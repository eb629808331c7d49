"""New grants handed over to the vendor's backend: signed webhooks, retried until accepted.

The message stands in the database from the transaction of the grant on, so none is lost; its body
is made when it is sent, so no token waits in it. Form and signature: Standard Webhooks.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import structlog
from sqlalchemy import Connection, Engine, Row, insert, select, update
from standardwebhooks import Webhook

from data_access import credentials
from data_access.clock import Clock, utc_now
from data_access.database import reading, writing
from data_access.keys import KeyLost
from data_access.retries import is_due, wait_after
from data_access.schema import authorization, hand_over
from data_access.settings import settings
from rules.renewal_steps import Overtaken

WAITS = (5, 30, 120, 900, 3_600, 21_600)
"""Seconds between the tries; the last one repeats until the backend accepts."""

SENDING_TAKES = timedelta(seconds=60)
"""While one process sends, no other does."""

PATIENCE_SECONDS = 10
"""How long the backend may take for each step of an answer."""

_h = hand_over.c
_a = authorization.c
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Message:
    id: int
    message_id: str
    tries: int
    body: str = ""
    unsendable: str = ""


def hand_over_grant(
    connection: Connection, authorization_id: int, granted_at: datetime, now: datetime
) -> None:
    """Queues the hand-over of a grant, in the grant's own transaction; nothing where no backend
    is named."""
    if not settings().webhook_url:
        return
    connection.execute(
        insert(hand_over).values(
            message_id=f"msg_{uuid.uuid4().hex}",
            authorization_id=authorization_id,
            granted_at=granted_at,
            created_at=now,
            next_try_at=now,
        )
    )


def send_due(clock: Clock = utc_now, of: Engine | None = None) -> int:
    """Sends what is due; returns how many were accepted. A backend that does not answer ends it,
    and what is left stays due: verification, which comes in turn with this, would wait as long for
    each. Never raises for the backend's failures, nor for a token that no key opens. Raises
    DatabaseAway."""
    if not settings().webhook_url or settings().webhook_secret is None:
        return 0
    accepted = 0
    with reading(of) as connection:
        due = connection.scalars(
            select(_h.id).where(is_due(_h.next_try_at, clock())).order_by(_h.id).limit(100)
        ).all()
    with httpx.Client(timeout=PATIENCE_SECONDS, follow_redirects=False) as client:
        for identity in due:
            with writing(of) as connection:
                message = _take(connection, identity, clock())
            if message is None:
                continue
            try:
                failure = message.unsendable or _send(client, message, clock())
            except httpx.HTTPError as error:
                _settle(of, message, type(error).__name__, clock())
                break
            _settle(of, message, failure, clock())
            accepted += not failure
    return accepted


def _take(connection: Connection, identity: int, now: datetime) -> _Message | None:
    row = connection.execute(
        update(hand_over)
        .where(_h.id == identity, is_due(_h.next_try_at, now))
        .values(next_try_at=now + SENDING_TAKES, tries=_h.tries + 1)
        .returning(*hand_over.columns)
    ).one_or_none()
    if row is None:
        return None
    account = connection.execute(
        select(
            _a.id,
            _a.application_id,
            _a.selling_partner_id,
            _a.region,
            _a.country,
            _a.partner_kind,
            _a.granted_at,
            _a.expires_at,
            _a.refused_at,
        ).where(_a.id == row.authorization_id)
    ).one()
    known = (row.id, row.message_id, row.tries)
    if account.granted_at != row.granted_at:
        # A later grant has a message of its own; telling of two in the wrong order helps nobody.
        return _Message(*known, unsendable=Overtaken.SUPERSEDED)
    try:
        return _Message(*known, body=_body(connection, account))
    except KeyLost:
        return _Message(*known, unsendable=KeyLost.__name__)


def _body(connection: Connection, account: Row) -> str:
    data = {
        "application_id": account.application_id,
        "selling_partner_id": account.selling_partner_id,
        "region": account.region,
        "country": account.country,
        "granted_at": account.granted_at.isoformat(),
        "expires_at": account.expires_at.isoformat(),
    }
    if settings().webhook_with_token:
        data["refresh_token"] = credentials.refresh_token(connection, account)
    return json.dumps(
        {
            "type": "authorization.granted",
            "timestamp": account.granted_at.isoformat(),
            "data": data,
        }
    )


def _send(client: httpx.Client, message: _Message, now: datetime) -> str:
    """Why the backend has not accepted; empty where it has. Raises httpx.HTTPError where it does
    not answer."""
    secret = settings().webhook_secret.get_secret_value()
    headers = {
        "webhook-id": message.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(
            message.message_id, now.astimezone(UTC), message.body
        ),
        "content-type": "application/json",
    }
    answer = client.post(settings().webhook_url, content=message.body, headers=headers)
    return "" if answer.is_success else f"status {answer.status_code}"


def _settle(of: Engine | None, message: _Message, failure: str, now: datetime) -> None:
    done = failure in ("", Overtaken.SUPERSEDED)
    settled = (
        update(hand_over)
        # By its try: whoever slept through the claim changes nothing any more.
        .where(_h.id == message.id, _h.tries == message.tries)
        .values(
            accepted_at=now if not failure else None,
            next_try_at=None if done else now + wait_after(message.tries, WAITS),
            failure=failure,
        )
    )
    with writing(of) as connection:
        connection.execute(settled)
    log.info("hand_over.tried", message=message.message_id, tries=message.tries, failure=failure)
