"""The morning's digest: one mail each working morning for the team, and for every owner.

It is queued under a name that can exist only once, by day and recipient, so that neither a second
process nor a second run doubles it. What it says is put together at the moment of sending, and no
text of it is kept. A day that is over is not made up for: after a standstill there is one digest.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from data_access import chat, outbox
from data_access.clock import AHEAD, Clock, utc_now
from data_access.database import writing
from data_access.digest_day import KIND, digest_zone, mornings
from data_access.digest_mail import is_wanted, recipients
from data_access.jobs import DIGEST, has_run, last_run, running_alone
from data_access.outbox_sending import Sent, send_all
from data_access.settings import settings
from data_access.smtp import can_send

AGAIN_AFTER = timedelta(minutes=5)
"""How soon a run that was broken off is followed by another."""

LATE_AFTER = timedelta(hours=2)


@dataclass
class Report:
    """What came of a run at `as_of`.

    day         whose digest it was; None where none was due
    recipients  who gets one, new or not
    queued      how many were new
    to_chat     whether the chat gets its short form
    mails       what became of the mails that were tried
    busy        another process is just sending; nothing was done
    """

    as_of: datetime
    day: date | None
    recipients: tuple[str, ...] = ()
    queued: int = 0
    to_chat: bool = False
    mails: Sent = Sent()
    busy: bool = False


class NoDigest(Exception):
    """Nobody is to get one; the text says what to set."""


def plan(as_of: datetime, of: Engine | None = None) -> Report:
    """What a run at `as_of` would do; writes nothing. Raises NoDigest, DatabaseAway."""
    if not is_wanted():
        raise NoDigest("Nobody gets a digest: DESK_DIGEST_TO or DESK_CHAT_URLS says who.")
    local = as_of.astimezone(digest_zone())
    who = recipients(of) if can_send() else ()
    return Report(local, mornings().due(local), who, to_chat=bool(settings().chat_urls))


def send_digests(clock: Clock = utc_now, of: Engine | None = None) -> Report:
    """Queues today's digests where they are due, and sends them.

    Of several processes one does it; the others return at once, `busy`. Raises NoDigest,
    DatabaseAway.
    """
    report = plan(clock(), of)
    if report.day is None:
        return report
    with running_alone(DIGEST, clock, of) as counts:
        report.busy = counts is None
        if counts is None:
            return report
        # Whatever happens from here on, the run says how far it came.
        try:
            _queue(report, report.day, clock, of)
            for did in send_all(clock, of, _batch(report.day)):
                report.mails += did
        finally:
            counts.due, counts.sent = report.queued, report.mails.sent
            counts.failed, counts.left_out = report.mails.failed, report.mails.left_out
    return report


def digest_in_turn(clock: Clock = utc_now, of: Engine | None = None) -> int:
    """Sends today's digests where they are due and no run has done it; how many mails left.

    Raises DatabaseAway.
    """
    if not is_wanted():
        return 0
    local = clock().astimezone(digest_zone())
    if mornings().due(local) is None:
        return 0
    before = last_run(DIGEST, of)
    if before is not None:
        done = before.started_at.astimezone(local.tzinfo).date() == local.date()
        if (done and before.succeeded) or has_run(DIGEST, AGAIN_AFTER, clock(), of):
            return 0
    return send_digests(clock, of).mails.sent


def is_late(as_of: datetime, of: Engine | None = None) -> bool:
    """Whether a working morning went by without a run that came to its end. A free day is none,
    and neither is a time before the first run. Raises DatabaseAway."""
    before = last_run(DIGEST, of)
    if before is None or not is_wanted():
        return False
    due = mornings().last(as_of.astimezone(digest_zone()))
    if due is None or as_of - due <= LATE_AFTER:
        return False
    is_todays = due <= before.started_at < as_of + AHEAD
    return not (is_todays and before.succeeded)


def _queue(report: Report, day: date, clock: Clock, of: Engine | None) -> None:
    with writing(of) as connection:
        for recipient in report.recipients:
            draft = outbox.Draft(
                kind=KIND,
                recipient=recipient,
                batch=_batch(day),
                once=f"{KIND}:{day}:{recipient}",
            )
            report.queued += outbox.queue(connection, draft, clock()) is not None
        chat.announce_digest(connection, day, clock())


def _batch(day: date) -> str:
    return f"{KIND}:{day}"
