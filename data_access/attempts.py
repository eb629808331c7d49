"""Renewal attempts in the database: each step of the story as one transaction.

A step is taken by moving the row from the step before it; whoever comes second finds it moved.
"""

from datetime import datetime

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from data_access import consents
from data_access.database import reading
from data_access.history import add_event
from data_access.keys import decrypt, encrypt
from data_access.schema import authorization, renewal
from rules.renewal import is_abandoned
from rules.renewal_steps import (
    UNFINISHED,
    At,
    Attempt,
    Callback,
    GiveUp,
    Outcome,
    Refuse,
    outcome_of,
)

_r = renewal.c
_a = authorization.c
_WIPED = {"code": None, "refresh_token": None}


def refuse(connection: Connection, step: Refuse, now: datetime) -> None:
    """Spends the state and tells the account's history why nothing came of it."""
    spent = consents.spend(connection, step.callback.state, now)
    if spent is None:
        return
    details = {"why": step.why.value}
    if step.why is Outcome.WRONG_SELLER:
        details |= {
            "expected": step.state.selling_partner_id,
            "consented_by": step.callback.selling_partner_id[:60],
        }
    if step.callback.error:
        details["error"] = step.callback.error
    add_event(
        connection, "renewal_failed", spent.authorization_id, now, actor=spent.agent, **details
    )


def keep_code(connection: Connection, callback: Callback, now: datetime) -> Attempt | Outcome:
    """Spends the state and keeps the code, encrypted; nothing has been done with it yet."""
    spent = consents.spend(connection, callback.state, now)
    if spent is None:
        return Outcome.STATE_USED
    try:
        with connection.begin_nested():
            identity = connection.scalar(
                insert(renewal)
                .values(
                    authorization_id=spent.authorization_id,
                    state_digest=spent.digest,
                    code_digest=consents.digest(callback.code),
                    step=At.RECEIVED,
                    code=encrypt(callback.code),
                    redirect_uri=spent.redirect_uri,
                    agent=spent.agent,
                    language=spent.language,
                    received_at=now,
                    stepped_at=now,
                )
                .returning(_r.id)
            )
    except IntegrityError:
        add_event(
            connection,
            "renewal_failed",
            spent.authorization_id,
            now,
            actor=spent.agent,
            why=Outcome.CODE_USED.value,
        )
        return Outcome.CODE_USED
    return attempt(connection, identity)


def attempt(connection: Connection, identity: int) -> Attempt:
    """An attempt as the story knows it."""
    row = connection.execute(_with_scope().where(_r.id == identity)).one()
    return _attempt(row)


def came_to(identity: int, of: Engine | None = None) -> Outcome | None:
    """What has become of an attempt so far; None where it is gone. Raises DatabaseAway."""
    with reading(of) as connection:
        row = connection.execute(select(_r.step, _r.failure).where(_r.id == identity)).one_or_none()
    return outcome_of(At(row.step), row.failure) if row else None


def claim(connection: Connection, identity: int, now: datetime) -> bool:
    """From now on the code may have been used."""
    return _move(connection, identity, At.RECEIVED, now, step=At.EXCHANGING)


def keep_token(connection: Connection, identity: int, refresh_token: str, now: datetime) -> bool:
    """Keeps the new token with the attempt; the used code is gone."""
    return _move(
        connection,
        identity,
        At.EXCHANGING,
        now,
        step=At.EXCHANGED,
        code=None,
        refresh_token=encrypt(refresh_token),
    )


def code_of(connection: Connection, identity: int) -> tuple[str, str]:
    """The code of a claimed attempt, and the redirect URI that it was made for."""
    row = connection.execute(select(_r.code, _r.redirect_uri).where(_r.id == identity)).one()
    return decrypt(row.code), row.redirect_uri


def token_of(connection: Connection, identity: int) -> str | None:
    """The new token that an attempt keeps; None where it does not (any more)."""
    stored = connection.scalar(select(_r.refresh_token).where(_r.id == identity))
    return decrypt(stored) if stored is not None else None


def give_up(connection: Connection, step: GiveUp, now: datetime) -> None:
    """Wipes code and token and tells the history why; does nothing to what has succeeded."""
    row = connection.execute(
        update(renewal)
        .where(_r.id == step.attempt.id, _r.step.in_(UNFINISHED))
        .values(step=At.FAILED, failure=step.why.value, stepped_at=now, finished_at=now, **_WIPED)
        .returning(_r.authorization_id, _r.agent)
    ).one_or_none()
    if row is None:
        return
    details = {"why": step.why.value}
    if step.answer is not None:
        details |= {"reason": step.answer.reason, "amazon": step.answer.words}
    add_event(connection, "renewal_failed", row.authorization_id, now, actor=row.agent, **details)


def abandoned(connection: Connection, now: datetime) -> list[Attempt]:
    """Attempts that nobody is at work on any more, oldest first."""
    rows = connection.execute(
        _with_scope(_r.stepped_at)
        .where(_r.finished_at.is_(None), _r.step.in_(UNFINISHED))
        .order_by(_r.id)
    )
    return [_attempt(row) for row in rows if is_abandoned(At(row.step), row.stepped_at, now)]


def _with_scope(*more):
    return select(
        _r.id, _r.authorization_id, _r.step, _r.received_at, _a.region, _a.country, *more
    ).join_from(renewal, authorization)


def _attempt(row: Row) -> Attempt:
    return Attempt(
        row.id, row.authorization_id, At(row.step), row.received_at, (row.region, row.country)
    )


def _move(connection: Connection, identity: int, before: At, now: datetime, **values) -> bool:
    moved = connection.execute(
        update(renewal).where(_r.id == identity, _r.step == before).values(stepped_at=now, **values)
    )
    return moved.rowcount == 1
