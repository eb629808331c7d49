"""Reminders: what is due by the ladder is queued, and checked again right before it is sent.

Nothing depends on the hour of a run. Whatever was queued stands in the outbox under a name that
can exist only once, so that neither a second process nor a second run doubles it; whatever could
not be queued (night, incident, a snooze) is simply still due at the next run.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, select, update

from data_access import outbox
from data_access.clock import Clock, utc_now
from data_access.database import reading, writing
from data_access.incidents import open_incidents
from data_access.jobs import REMIND, has_run, remind_every, running_alone
from data_access.mails import new_message_id
from data_access.outbox_sending import Sent, send_all
from data_access.reminder_accounts import (
    KIND,
    Account,
    entries,
    ladder,
    once,
    unsettled,
)
from data_access.reminder_sending import obstacle
from data_access.schema import job_run, message
from data_access.smtp import can_send
from rules.reminders import (
    LATER,
    Due,
    Withheld,
    due,
)

_m = message.c
_r = job_run.c


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder that is due now. void: earlier messages for the same rung that settle nothing."""

    account: Account
    due: Due
    void: tuple[int, ...] = ()


@dataclass
class Report:
    """What came of a run at `as_of`.

    planned   reminders that became due, by rung
    withheld  accounts on the ladder that got none, by reason
    mails     what became of the messages that the outbox tried
    busy      another process is just sending; nothing was done
    """

    as_of: datetime
    planned: Counter[int] = field(default_factory=Counter)
    withheld: Counter[Withheld] = field(default_factory=Counter)
    superseded: int = 0
    mails: Sent = Sent()
    busy: bool = False

    def count(self, batch: list[Planned]) -> None:
        """Takes in what became due."""
        self.planned.update(each.due.rung for each in batch)
        self.superseded += sum(len(each.due.superseded) for each in batch)

    @property
    def refused(self) -> int:
        """Accounts that got none for a reason of their own; night and incidents are none."""
        return sum(n for reason, n in self.withheld.items() if reason not in LATER)


class NoMailServer(Exception):
    """No mail server is set, so nothing was queued; what is due stays due."""


def remind(clock: Clock = utc_now, of: Engine | None = None) -> Report:
    """Queues every reminder that is due and sends what the outbox holds.

    Of several processes one does it; the others return at once, `busy`. Raises NoMailServer,
    DatabaseAway.
    """
    if not can_send():
        raise NoMailServer("No mail server is set: DESK_SMTP_URL and DESK_MAIL_FROM name one.")
    with running_alone(REMIND, clock, of) as counts:
        report = Report(clock(), busy=counts is None)
        if counts is None:
            return report
        # Whatever happens from here on, the run says how far it came.
        try:
            _queue_due(report, clock, of)
            for did in send_all(clock, of):
                report.mails += did
        finally:
            counts.due = report.planned.total()
            counts.sent, counts.failed = report.mails.sent, report.mails.failed
            counts.left_out = report.mails.left_out + report.refused
    return report


def remind_in_turn(clock: Clock = utc_now, of: Engine | None = None) -> int:
    """Reminds where the settings' interval since the last start, by whichever process, is over;
    how many mails left. Raises DatabaseAway."""
    every = remind_every()
    if every is None or has_run(REMIND, every, clock(), of):
        return 0
    return remind(clock, of).mails.sent


def preview(as_of: datetime, of: Engine | None = None) -> tuple[Report, list[Planned]]:
    """What a run at `as_of` would queue; writes nothing. Raises DatabaseAway."""
    report = Report(as_of)
    with reading(of) as connection:
        planned = [each for batch in _due_batches(connection, report) for each in batch]
    return report, planned


def _queue_due(report: Report, clock: Clock, of: Engine | None) -> None:
    with reading(of) as connection:
        for batch in _due_batches(connection, report):
            with writing(of) as transaction:
                outbox.hold(transaction, [planned.account.id for planned in batch])
                for planned in batch:
                    _queue(transaction, planned, clock())


def _due_batches(connection: Connection, report: Report) -> Iterator[list[Planned]]:
    """What is due at the report's moment, in batches; counts it, and what is withheld."""
    steps = ladder()
    incident = bool(open_incidents(connection))
    first_run = connection.scalar(select(func.min(_r.started_at)).where(_r.job == REMIND))
    for rung in steps.rungs():
        for accounts in unsettled(connection, rung, report.as_of, steps):
            ledgers = entries(connection, accounts)
            batch = []
            for each in accounts:
                local = report.as_of.astimezone(each.zone)
                ledger = ledgers[each.id]
                found = due(each.expires_at, local, ledger.settled, first_run or local, steps)
                # The window of a rung is wider than the zone's own; its neighbour has the rest.
                if found is None or found.rung != rung:
                    continue
                if reason := obstacle(each, local, steps, incident):
                    report.withheld[reason] += 1
                else:
                    batch.append(Planned(each, found, tuple(ledger.void.get(rung, ()))))
            report.count(batch)
            yield batch


def _queue(connection: Connection, planned: Planned, now: datetime) -> None:
    """Puts a reminder into the outbox, and those that it supersedes into the ledger."""
    to, rung = planned.account, planned.due.rung
    draft = outbox.Draft(
        kind=KIND,
        recipient=to.email.strip(),
        authorization_id=to.id,
        round=to.round,
        language=to.language,
        rung=rung,
        once=once(to.id, to.round, rung),
    )
    # They make room; only those that were seen, so that another process' message stays.
    if planned.void:
        connection.execute(update(message).where(_m.id.in_(planned.void)).values(once=None))
    if outbox.queue(connection, draft, now) is None:
        return
    for missed in planned.due.superseded:
        connection.execute(
            insert(message).values(
                kind=KIND,
                recipient="",
                authorization_id=to.id,
                round=to.round,
                rung=missed,
                message_id=new_message_id(),
                state=outbox.LEFT_OUT,
                failure=Withheld.SUPERSEDED.value,
                created_at=now,
            )
        )
