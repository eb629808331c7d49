"""The one transaction that makes a consent a grant: all of it is written, or nothing."""

from datetime import datetime

from sqlalchemy import Connection, Row, select, update

from data_access import credentials, funnel, rollup
from data_access.conflicts import insert_into
from data_access.handing_over import hand_over_grant
from data_access.history import add_event
from data_access.schema import authorization, consent_state, lapse, renewal
from rules.authorization import expiry
from rules.renewal_steps import At, Overtaken

_a = authorization.c
_r = renewal.c


def grant(connection: Connection, attempt_id: int, now: datetime) -> bool:
    """Makes an attempt whose token is stored the grant in force: token, expiry, end of the lapse,
    event, funnel, hand-over and rollup.

    The grant counts from the moment the seller came back. An attempt that is older than the grant
    in force is given up. False, with nothing written, where another process was faster.
    """
    account = connection.execute(
        select(_a.id, _a.granted_at, _a.expires_at)
        .join_from(authorization, renewal)
        .where(_r.id == attempt_id)
        # Counting for the rollup and writing must see the same row, also on PostgreSQL.
        .with_for_update(of=authorization, key_share=True)
    ).one()
    attempt = connection.execute(
        select(renewal)
        .where(_r.id == attempt_id, _r.step == At.EXCHANGED)
        # Its token must stay as it is: a rotation of the keys comes before this or after it.
        .with_for_update(key_share=True)
    ).one_or_none()
    if attempt is None:
        return False
    granted_at = attempt.received_at
    # A grant that a source dates in the future, by mistake, is not in force.
    superseded = account.granted_at is not None and granted_at < account.granted_at <= now
    _finish_attempt(connection, attempt_id, granted_at, now, superseded)
    if superseded:
        return True
    _renew(connection, account.id, granted_at)
    credentials.keep(connection, account.id, attempt.refresh_token, now)
    _close_lapse(connection, account, granted_at)
    _tell_history(connection, account, attempt)
    hand_over_grant(connection, account.id, granted_at, now)
    return True


def _renew(connection: Connection, account_id: int, granted_at: datetime) -> None:
    with rollup.kept(connection, [account_id]):
        connection.execute(
            update(authorization)
            .where(_a.id == account_id)
            .values(
                granted_at=granted_at,
                expires_at=expiry(granted_at),
                expiry_source="computed",
                claimed_expires_at=None,
                first_failed_at=None,
                refused_at=None,
                refusal="",
            )
        )


def _finish_attempt(
    connection: Connection, attempt_id: int, granted_at: datetime, now: datetime, superseded: bool
) -> None:
    values = {"step": At.GRANTED, "granted_at": granted_at, "next_check_at": now}
    if superseded:
        values = {"step": At.FAILED, "failure": Overtaken.SUPERSEDED, "finished_at": now}
    connection.execute(
        update(renewal)
        .where(_r.id == attempt_id)
        .values(code=None, refresh_token=None, stepped_at=now, **values)
    )


def _close_lapse(connection: Connection, account: Row, granted_at: datetime) -> None:
    if account.expires_at is None or account.expires_at >= granted_at:
        return
    blocked = insert_into(connection, lapse).values(
        authorization_id=account.id, began_at=account.expires_at, ended_at=granted_at
    )
    connection.execute(
        # A source that named a later grant and then took it back has left a lapse behind.
        blocked.on_conflict_do_update(
            index_elements=["authorization_id", "began_at"], set_={"ended_at": granted_at}
        )
    )


def _tell_history(connection: Connection, account: Row, attempt: Row) -> None:
    begun = connection.execute(
        select(consent_state.c.started_by, consent_state.c.renews_granted_at).where(
            consent_state.c.digest == attempt.state_digest
        )
    ).one_or_none()
    details = {"previous_expiry": account.expires_at, "started_by": begun and begun.started_by}
    add_event(
        connection,
        "granted",
        account.id,
        attempt.received_at,
        actor=attempt.agent,
        **details,
    )
    renews = begun.renews_granted_at if begun else account.granted_at
    funnel.record(
        connection, funnel.Step.CONSENTED, account.id, renews, attempt.received_at, attempt.agent
    )
