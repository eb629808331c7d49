"""Refresh tokens at rest: encrypted, the previous one kept until the new one is confirmed.

No screen ever selects from this table.
"""

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from data_access.keys import decrypt
from data_access.schema import authorization, credential
from data_access.settings import settings

_a, _c = authorization.c, credential.c


def keep(connection: Connection, authorization_id: int, encrypted: bytes, at: datetime) -> None:
    """Makes a new token the one in force.

    The token before it is kept for a rollback; one that was never confirmed is dropped instead, so
    that what is kept is the last token known to work.
    """
    known = connection.execute(
        select(credential)
        .where(_c.authorization_id == authorization_id)
        # Whoever encrypts it anew comes before this or after it.
        .with_for_update()
    ).one_or_none()
    new = {"refresh_token": encrypted, "stored_at": at}
    if known is None:
        connection.execute(insert(credential).values(authorization_id=authorization_id, **new))
        return
    if known.previous_refresh_token is None:
        new["previous_refresh_token"] = known.refresh_token
        new["previous_stored_at"] = known.stored_at
    connection.execute(
        update(credential).where(_c.authorization_id == authorization_id).values(new)
    )


def forget_previous(connection: Connection, authorization_id: int) -> None:
    """The token in force works: the one before it is of no more use."""
    connection.execute(
        update(credential)
        .where(_c.authorization_id == authorization_id, _c.previous_refresh_token.is_not(None))
        .values(previous_refresh_token=None, previous_stored_at=None)
    )


def refresh_token(connection: Connection, account: Row) -> str | None:
    """The token in force of an account; None where we hold none. Raises KeyLost.

    account: a row with id, selling_partner_id, region, country, partner_kind, granted_at and
    refused_at.
    """
    stored = connection.scalar(select(_c.refresh_token).where(_c.authorization_id == account.id))
    if stored is not None:
        return decrypt(stored)
    return _invented(account) if settings().mode == "demo" else None


def _invented(account: Row) -> str | None:
    # The local Amazon reads everything it has to know from the token, so demo sellers need none
    # stored: a million of them would take minutes to encrypt.
    if account.granted_at is None:
        return None
    if account.refused_at is not None:
        # None of the local Amazon's: it refuses this one, as the story of the demo has it.
        return f"Atzr|withdrawn.{account.selling_partner_id}"
    scope = account.country or account.region
    granted = int(account.granted_at.timestamp())
    kind = "vendor" if account.partner_kind == "vendor" else "demo"
    return f"Atzr|{kind}.{account.selling_partner_id}.{scope}.{granted}"
