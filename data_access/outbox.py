"""The outbox: what is to be mailed stands in the database before it is sent, and stays after.

A message is claimed in a transaction of its own, so of several processes one sends it; "sent"
means accepted by the mail server. A process that dies in between leaves a claim that runs out;
then the message is tried again with the same Message-ID. What SMTP itself cannot promise stands in
data_access.smtp.

Parts of the desk that send something register two functions for their kind of message:

CHECKS  asked right before sending: "" or the code of why the message must not go any more
RENDER  makes the mail, right before sending; without one the message's own words are sent
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine, Row, select, update
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from data_access import erased, funnel
from data_access.clock import Clock, utc_now
from data_access.conflicts import insert_into
from data_access.database import DatabaseAway, reading, writing
from data_access.history import add_event
from data_access.mails import Mail, WrongAddress, compose, new_message_id
from data_access.retries import wait_after
from data_access.schema import authorization, message
from data_access.smtp import MailProblem, Refused, Sending, ServerAway, can_send

WAITING, CLAIMED, SENT, FAILED, LEFT_OUT = "waiting", "sending", "sent", "failed", "left_out"

WAITS = (30, 120, 600, 1_800, 7_200, 21_600)
"""Seconds between the tries; the last one repeats until TRIES have failed."""

TRIES = 26
"""After so many, five days if none of them is late, a message counts as failed, as mail servers
have it. Not by its age: one that waited for a server, or that an agent lets go out again later,
would fail at its first."""

CLAIM = timedelta(minutes=10)
"""While one process sends a message no other does; many times what a slow server may take."""

SENT_IS_WRITTEN_WITHIN = CLAIM - timedelta(minutes=1)
"""So long it is tried to write down that a message was sent: after its claim it leaves again."""

CANCELLED = "cancelled"
"""Why a message was left out that an agent took back."""

AT_ONCE = 100

Check = Callable[[Connection, Row, datetime], str]
Render = Callable[[Connection, Row, datetime], Mail]

CHECKS: dict[str, Check] = {}
RENDER: dict[str, Render] = {}

_m = message.c
pause = time.sleep
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be queued; the fields are the columns of the table, see there.

    subject, text  an agent's own wording; empty where RENDER makes it at the moment of sending
    agent          who sends it; empty for the desk itself
    once           what may be queued only once, ever
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


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the messages that were due. waiting: those that will be tried again."""

    sent: int = 0
    failed: int = 0
    left_out: int = 0
    waiting: int = 0


def queue(connection: Connection, draft: Draft, now: datetime) -> int | None:
    """Puts a message into the outbox, in the caller's transaction; its number, or None where
    `draft.once` stands there already, or the seller was erased since the draft was made."""
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
    # Held until the transaction ends: whoever erases the seller then finds the message.
    reason = select(authorization.c.paused_reason).where(authorization.c.id == account)
    return connection.scalar(reason.with_for_update(read=True, key_share=True)) == erased.REASON


def due(now: datetime, of: Engine | None = None, batch: str = "") -> Sequence[int]:
    """The numbers of the messages that are due, oldest first, AT_ONCE at the most."""
    where = [_m.next_try_at <= now] + ([_m.batch == batch] if batch else [])
    with reading(of) as connection:
        return connection.scalars(
            select(_m.id).where(*where).order_by(_m.next_try_at, _m.id).limit(AT_ONCE)
        ).all()


def send_due(
    clock: Clock = utc_now,
    of: Engine | None = None,
    batch: str = "",
    progress: Callable[[int], None] = lambda done: None,
) -> Sent:
    """Sends what is due, AT_ONCE at the most; a mail server that is away ends it, and what is
    left waits. Nothing happens where no mail server is set. Raises DatabaseAway.

    batch: only what was queued with it; progress is told how many are through
    """
    if not can_send():
        return Sent()
    states: list[str] = []
    with Sending() as server:
        numbers = due(clock(), of, batch)
        for done, number in enumerate(numbers):
            try:
                states.append(_send(number, server, clock, of))
            except ServerAway as error:
                states.append(WAITING)
                with writing(of) as connection:
                    _put_off(connection, numbers[done + 1 :], str(error), clock())
                break
            progress(done + 1)
    return Sent(*(states.count(state) for state in (SENT, FAILED, LEFT_OUT, WAITING)))


def _send(number: int, server: Sending, clock: Clock, of: Engine | None) -> str:
    """Sends one message; the state it comes to, "" where it was not ours to send. Raises
    ServerAway, after the message was put back."""
    with writing(of) as connection:
        row = _claim(connection, number, clock())
    if row is None:
        return ""
    try:
        with reading(of) as connection:
            now = clock()
            reason = CHECKS[row.kind](connection, row, now) if row.kind in CHECKS else ""
            mail = None if reason else _mail(connection, row, now)
        if mail is None:
            return _settle(row, LEFT_OUT, reason, clock(), of)
        server.send(compose(mail, row.recipient, row.message_id, row.created_at))
    except (WrongAddress, Refused) as error:
        return _settle(row, FAILED, str(error), clock(), of)
    except MailProblem as error:
        state = _put_back(row, str(error), clock(), of)
        if isinstance(error, ServerAway):
            raise
        return state
    except Exception as error:
        # A fault of ours in one message must hold up no other; it will be tried again.
        log.error("outbox.broken", message=row.message_id, error=type(error).__name__)
        return _put_back(row, f"Our fault: {type(error).__name__}", clock(), of)
    return _write_sent(row, clock, of)


def _write_sent(row: Row, clock: Clock, of: Engine | None) -> str:
    """The mail has left: that it cannot be written down for a while must not send it twice."""
    retrying = Retrying(
        retry=retry_if_exception_type(DatabaseAway),
        stop=stop_after_delay(SENT_IS_WRITTEN_WITHIN.total_seconds()),
        wait=wait_exponential(max=10),
        sleep=pause,
        reraise=True,
    )
    return retrying(lambda: _settle(row, SENT, "", clock(), of))


def _claim(connection: Connection, number: int, now: datetime) -> Row | None:
    return connection.execute(
        update(message)
        .where(_m.id == number, _m.state.in_((WAITING, CLAIMED)), _m.next_try_at <= now)
        .values(state=CLAIMED, next_try_at=now + CLAIM, tries=_m.tries + 1)
        .returning(*message.columns)
    ).one_or_none()


def _mail(connection: Connection, row: Row, now: datetime) -> Mail:
    if row.kind in RENDER:
        return RENDER[row.kind](connection, row, now)
    return Mail(row.subject, row.text)


def _put_back(row: Row, failure: str, now: datetime, of: Engine | None) -> str:
    state = FAILED if row.tries >= TRIES else WAITING
    return _settle(row, state, failure, now, of)


def _settle(row: Row, state: str, failure: str, now: datetime, of: Engine | None) -> str:
    """Writes down what became of a message that we have claimed."""
    with writing(of) as connection:
        settled = connection.execute(
            update(message)
            # By its try: whoever slept through the claim changes nothing any more.
            .where(_m.id == row.id, _m.state == CLAIMED, _m.tries == row.tries)
            .values(
                state=state,
                failure=failure,
                sent_at=now if state == SENT else None,
                next_try_at=now + wait_after(row.tries, WAITS) if state == WAITING else None,
            )
        )
        if settled.rowcount and state == SENT and row.authorization_id is not None:
            funnel.record_for(
                connection, funnel.Step.SENT, row.authorization_id, now, row.agent or "desk"
            )
            add_event(
                connection,
                "message_sent",
                row.authorization_id,
                now,
                actor=row.agent or "desk",
                message=row.id,
                about=row.kind,
            )
    log.info("outbox.tried", message=row.message_id, state=state, tries=row.tries)
    return state


def _put_off(connection: Connection, numbers: Sequence[int], why: str, now: datetime) -> None:
    """Those that were due with one that met no server wait a little, and say why."""
    connection.execute(
        update(message)
        .where(_m.id.in_(numbers), _m.state == WAITING)
        .values(failure=why, next_try_at=now + timedelta(seconds=WAITS[0]))
    )
