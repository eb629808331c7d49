"""Sends what stands in the outbox: each message once, by one process, and checked right before."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine, Row, update
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from data_access import funnel
from data_access.clock import Clock, utc_now
from data_access.database import DatabaseAway, reading, writing
from data_access.history import add_event
from data_access.mails import WrongAddress, compose
from data_access.message_kinds import KINDS
from data_access.outbox import CLAIMED, FAILED, LEFT_OUT, SENT, WAITING, due
from data_access.retries import is_due, wait_after
from data_access.schema import message
from data_access.smtp import MailProblem, Refused, Sending, ServerAway, can_send

WAITS = (30, 120, 600, 1_800, 7_200, 21_600)
"""Seconds between the tries; the last one repeats until TRIES have failed."""

TRIES = 26
"""After so many tries a message counts as failed: in five days if none is late, as mail servers do.
Its age does not count: a message that waited for a server, or that an agent sends again later,
would fail at the first try."""

CLAIM = timedelta(minutes=10)
"""How long one process has a message for itself: many times what a slow server may take."""

SENT_IS_WRITTEN_WITHIN = CLAIM - timedelta(minutes=1)
"""How long we try to note that a message was sent: after the claim it would leave again."""

_m = message.c
pause = time.sleep
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of the messages that were due. waiting: those that will be tried again."""

    sent: int = 0
    failed: int = 0
    left_out: int = 0
    waiting: int = 0

    def __add__(self, more: "Sent") -> "Sent":
        return Sent(
            self.sent + more.sent,
            self.failed + more.failed,
            self.left_out + more.left_out,
            self.waiting + more.waiting,
        )

    @property
    def settled(self) -> int:
        """Those that are not tried again."""
        return self.sent + self.failed + self.left_out


def send_all(clock: Clock = utc_now, of: Engine | None = None, batch: str = "") -> Iterator[Sent]:
    """Calls `send_due` until nothing more is due or the mail server is away; yields what became of
    each AT_ONCE of the messages."""
    while True:
        did = send_due(clock, of, batch)
        yield did
        if not did.settled:
            return


def send_due(
    clock: Clock = utc_now,
    of: Engine | None = None,
    batch: str = "",
    progress: Callable[[int], None] = lambda done: None,
) -> Sent:
    """Sends what is due, AT_ONCE at the most. Raises DatabaseAway.

    Where the mail server is away it stops, and the rest waits. Where none is set it does nothing.
    batch: sends only what was queued with it
    progress: is told how many messages are done
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
    """Sends one message; returns its new state, "" where another process has it.

    Raises ServerAway, after the message was put back.
    """
    with writing(of) as connection:
        row = _claim(connection, number, clock())
    if row is None:
        return ""
    try:
        with reading(of) as connection:
            now = clock()
            kind = KINDS[row.kind]
            reason = kind.check(connection, row, now)
            mail = None if reason else kind.render(connection, row, now)
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
    """The mail has left, and must not be sent twice because the database is away for a while."""
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
        .where(_m.id == number, _m.state.in_((WAITING, CLAIMED)), is_due(_m.next_try_at, now))
        .values(state=CLAIMED, next_try_at=now + CLAIM, tries=_m.tries + 1)
        .returning(*message.columns)
    ).one_or_none()


def _put_back(row: Row, failure: str, now: datetime, of: Engine | None) -> str:
    state = FAILED if row.tries >= TRIES else WAITING
    return _settle(row, state, failure, now, of)


def _settle(row: Row, state: str, failure: str, now: datetime, of: Engine | None) -> str:
    """Writes down what became of a message that we have claimed."""
    with writing(of) as connection:
        settled = connection.execute(
            update(message)
            # The moment says that the claim is still ours: a process that was suspended for longer
            # changes nothing.
            .where(_m.id == row.id, _m.state == CLAIMED, _m.next_try_at == row.next_try_at)
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
    """The other messages of a batch whose server is away: they wait a little, and say why."""
    connection.execute(
        update(message)
        .where(_m.id.in_(numbers), _m.state == WAITING)
        .values(failure=why, next_try_at=now + timedelta(seconds=WAITS[0]))
    )
