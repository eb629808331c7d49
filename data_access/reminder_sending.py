"""A reminder at the moment of sending: whether it may still go, and what it says then."""

from datetime import datetime

from sqlalchemy import Connection, Row

from data_access.incidents import open_incidents
from data_access.mails import Mail
from data_access.messages import account_row, write
from data_access.reminder_accounts import Account, account, ladder
from data_access.unsubscribe import unsubscribe_url
from rules.reminders import Ladder, Withheld, is_night, overtaken, withheld

BY = "desk"
"""Whose renew link a reminder carries: no agent's."""


def check(connection: Connection, row: Row, now: datetime) -> str:
    """Why a queued reminder must not go after all, as a code; "" where it may.

    The outbox asks immediately before sending.
    """
    found = account(connection, row.authorization_id, now)
    if found is None:
        return Withheld.GONE.value
    if found.round != row.round:
        return Withheld.RENEWED.value
    local, steps = now.astimezone(found.zone), ladder()
    reason = overtaken(row.rung, found.expires_at, local, steps) or obstacle(
        found, local, steps, bool(open_incidents(connection))
    )
    return reason.value if reason else ""


def obstacle(found: Account, local: datetime, steps: Ladder, incident: bool) -> Withheld | None:
    """Why nothing may be sent to an account at this moment of its seller."""
    if reason := withheld(found.standing(local)):
        return reason
    if incident:
        return Withheld.INCIDENT
    return Withheld.NIGHT if is_night(local, steps) else None


def render(connection: Connection, row: Row, now: datetime) -> Mail:
    """The reminder as it is true at this moment, with the address that ends reminders.

    The outbox asks for it immediately before sending. Raises LookupError, DatabaseAway.
    """
    to = account_row(row.authorization_id, connection.engine)
    if to is None:
        raise LookupError(f"There is no account {row.authorization_id} any more.")
    ends = unsubscribe_url(row.authorization_id)
    written = write(to, now, BY, unsubscribe=ends, of=connection.engine)
    return written.mail(unsubscribe=ends, automatic=True)
