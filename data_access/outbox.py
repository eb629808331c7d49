"""The outbox: what is to be mailed stands in the database before it is sent, and stays after.

A message is claimed in a transaction of its own, so of several processes one sends it; "sent"
means accepted by the mail server. A process that dies in between leaves a claim that runs out;
then the message is tried again with the same Message-ID. What SMTP itself cannot promise stands in
data_access.smtp.

This module puts messages in; data_access.outbox_sending sends them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Select, select

from data_access import erased
from data_access.conflicts import insert_into
from data_access.database import reading
from data_access.mails import new_message_id
from data_access.retries import is_due
from data_access.schema import authorization, message

WAITING, CLAIMED, SENT, FAILED, LEFT_OUT = "waiting", "sending", "sent", "failed", "left_out"

REACHES_THE_SELLER = (WAITING, CLAIMED, SENT)
"""States of a message that the seller has or is about to have."""

CANCELLED = "cancelled"
"""Why a message was left out that an agent took back."""

AT_ONCE = 100

_m = message.c


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be queued; the fields are the columns of the table, see there.

    subject, text  an agent's own wording; empty where its kind makes it at the moment of sending
    agent          who sends it; empty for the desk itself
    once           the name under which it may be queued only once, ever; None for any number
    """

    kind: str
    recipient: str
    authorization_id: int | None = None
    round: int = 0
    language: str = ""
    rung: int | None = None
    subject: str = ""
    text: str = ""
    agent: str = ""
    batch: str = ""
    once: str | None = None


def queue(connection: Connection, draft: Draft, now: datetime) -> int | None:
    """Puts a message into the outbox, in the caller's transaction; returns its number.

    None where there is a message with the same `once` already, or where the seller was erased since
    the draft was made.
    """
    if draft.authorization_id is not None and _is_erased(connection, draft.authorization_id):
        return None
    values = {name: getattr(draft, name) for name in Draft.__slots__}
    return connection.scalar(
        insert_into(connection, message)
        .values(
            **values,
            message_id=new_message_id(),
            state=WAITING,
            created_at=now,
            next_try_at=now,
        )
        .on_conflict_do_nothing(index_elements=["once"])
        .returning(_m.id)
    )


def _is_erased(connection: Connection, account: int) -> bool:
    # Locked until the transaction ends: an erasure comes before that, or after it and finds the
    # message.
    reason = select(authorization.c.paused_reason).where(authorization.c.id == account)
    return connection.scalar(_not_erased_meanwhile(reason)) == erased.REASON


def hold(connection: Connection, accounts: Collection[int]) -> None:
    """Lets nobody erase the sellers of some accounts until the transaction ends.

    To be called before messages to several accounts are queued: everybody locks in the order of the
    ids, so that no two wait for each other.
    """
    number = authorization.c.id
    held = select(number).where(number.in_([int(each) for each in accounts])).order_by(number)
    connection.execute(_not_erased_meanwhile(held))


def _not_erased_meanwhile(rows: Select) -> Select:
    return rows.with_for_update(read=True, key_share=True)


def due(now: datetime, of: Engine | None = None, batch: str = "") -> Sequence[int]:
    """The numbers of the messages that are due, oldest first, AT_ONCE at the most."""
    where = [is_due(_m.next_try_at, now)] + ([_m.batch == batch] if batch else [])
    with reading(of) as connection:
        return connection.scalars(
            select(_m.id).where(*where).order_by(_m.next_try_at, _m.id).limit(AT_ONCE)
        ).all()
