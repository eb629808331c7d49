"""Consents under way: a single-use state for each press of the button, kept as a digest only."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, insert, select, update

from data_access.database import writing
from data_access.schema import authorization, consent_state, renewal
from data_access.settings import settings
from rules.renewal import STATE_LIFETIME
from rules.renewal_steps import At, State, outcome_of

_s = consent_state.c
_a = authorization.c
_r = renewal.c


def digest(secret: str) -> str:
    """What is stored of a state, a code or a browser's cookie."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def begin(
    authorization_id: int,
    browser: str,
    now: datetime,
    *,
    agent: str = "",
    started_by: str = "link",
    language: str = "",
    of: Engine | None = None,
) -> str:
    """A fresh state for a consent of this account, good for 15 minutes and for this browser only.

    started_by: "link" or "amazon" (a renewal that began in Manage Your Apps)
    Raises DatabaseAway.
    """
    state = secrets.token_urlsafe(32)
    with writing(of) as connection:
        account = connection.execute(
            select(_a.selling_partner_id, _a.granted_at).where(_a.id == authorization_id)
        ).one()
        connection.execute(
            insert(consent_state).values(
                digest=digest(state),
                browser_digest=digest(browser),
                authorization_id=authorization_id,
                selling_partner_id=account.selling_partner_id,
                renews_granted_at=account.granted_at,
                agent=agent,
                started_by=started_by,
                language=language,
                redirect_uri=settings().redirect_uri,
                created_at=now,
                expires_at=now + STATE_LIFETIME,
            )
        )
    return state


def look_up(connection: Connection, state: str) -> tuple[State, Row] | None:
    """The consent that a state stands for, and its whole row with the attempt made of it as
    attempt_id; None if it is none of ours."""
    row = connection.execute(
        select(consent_state, _r.id.label("attempt_id"), _r.step, _r.failure)
        .outerjoin_from(consent_state, renewal, _r.state_digest == _s.digest)
        .where(_s.digest == digest(state))
    ).one_or_none()
    if row is None:
        return None
    known = State(
        row.authorization_id,
        row.selling_partner_id,
        row.browser_digest,
        row.expires_at,
        row.used_at,
        outcome_of(At(row.step), row.failure) if row.attempt_id is not None else None,
    )
    return known, row


def spend(connection: Connection, state: str, now: datetime) -> Row | None:
    """Uses a state up; None where that has been done before. Two at once: one of them gets it."""
    return connection.execute(
        update(consent_state)
        .where(_s.digest == digest(state), _s.used_at.is_(None))
        .values(used_at=now)
        .returning(*consent_state.columns)
    ).one_or_none()
