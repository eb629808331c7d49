"""Writing to sellers: one with a text of their own, or many at once; what is left out has a reason.

Messages are queued with the deed that asks for them. They are looked at again at the moment of
sending, see `still_fits`.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

import pandas as pd
from sqlalchemy import Connection, Engine, Row, func, select

from data_access import incidents
from data_access.account_rows import facts
from data_access.applications import has_renew_link
from data_access.audit import acting
from data_access.case_conditions import is_snoozed
from data_access.database import reading
from data_access.mails import Mail, WrongAddress, recipient_address
from data_access.message_html import as_html
from data_access.messages import account_row, language_for, write
from data_access.outbox import REACHES_THE_SELLER, Draft, hold, queue
from data_access.schema import authorization, message, opt_out
from data_access.settings import settings
from rules.acts import Act, Actor
from rules.authorization import Status, status
from rules.casework import round_of

KIND = "outreach"
MOST = 2_000
"""How many sellers can be written to in one go."""

MAILTO_LENGTH = 1_900
"""How long an address may be that browsers hand to mail programs."""

_a = authorization.c
_m = message.c
_IN_CHUNKS = 500


class LeftOut(StrEnum):
    """Why a seller is not written to together with others."""

    INCIDENT = "incident"
    PAUSED = "paused"
    OTHER_APPLICATION = "other_application"
    NOT_DUE = "not_due"
    NO_ADDRESS = "no_address"
    WRONG_ADDRESS = "wrong_address"
    OPTED_OUT = "opted_out"
    SNOOZED = "snoozed"
    WRITTEN_LATELY = "written_lately"
    RENEWED = "renewed"
    REMOVED = "removed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Plan:
    """Who of some accounts is written to, and who is not.

    to        the accounts that get a message, with the columns of the list
    left_out  the others: the same columns and `reason`, a LeftOut
    """

    to: pd.DataFrame
    left_out: pd.DataFrame


def plan(accounts: pd.DataFrame, as_of: datetime, of: Engine | None = None) -> Plan:
    """Looks through accounts, rows with the columns of the list and `status`. Raises
    DatabaseAway."""
    with reading(of) as connection:
        known = _known(connection, accounts["id"].tolist(), as_of)
    reasons = [_reason(row, Status(row.status), known) for row in accounts.itertuples()]
    marked = accounts.assign(reason=reasons)
    out = marked["reason"].notna()
    return Plan(accounts[~out], marked[out])


def reasons_for(account: Row, as_of: datetime, of: Engine | None = None) -> tuple[LeftOut, ...]:
    """What speaks against writing to this account, worth knowing before one does it all the
    same. Raises DatabaseAway."""
    with reading(of) as connection:
        known = _known(connection, [account.id], as_of)
    return tuple(_reasons(account, status(facts(account), as_of, settings().bands), known))


def send_one(
    actor: Actor,
    account: Row,
    subject: str,
    text: str,
    language: str,
    now: datetime,
    of: Engine | None = None,
) -> str:
    """Queues a message with the agent's own wording; the batch to send and to look up.

    Raises WrongAddress, NotAllowed, DatabaseAway.
    """
    recipient_address(account.email)
    batch = uuid.uuid4().hex
    with acting(actor, Act.SEND_MESSAGE, now, of) as deed:
        draft = _draft(account, actor, batch, language, subject=subject, text=text)
        number = queue(deed.connection, draft, now)
        deed.note(account.id, message=number, language=language, by="desk")
    return batch


def send_many(actor: Actor, accounts: pd.DataFrame, now: datetime, of: Engine | None = None) -> str:
    """Queues a message for each account, each in its seller's language, written at the moment of
    sending; the batch to send and to look up. All of them or none. Raises NotAllowed,
    DatabaseAway."""
    batch = uuid.uuid4().hex
    with acting(actor, Act.SEND_MESSAGE, now, of) as deed:
        hold(deed.connection, accounts["id"].tolist())
        for account in accounts.itertuples():
            language = language_for(account.language)
            number = queue(deed.connection, _draft(account, actor, batch, language), now)
            deed.note(account.id, message=number, language=language, by="desk", batch=batch)
    return batch


def mailto(recipient: str, subject: str, text: str) -> tuple[str, bool]:
    """An address that opens the agent's own mail program, and whether the whole text fits in."""
    head = f"mailto:{quote(recipient.strip(), safe='@')}?subject={quote(subject)}&body="
    body = text.replace("\n", "\r\n")
    whole = head + quote(body)
    if len(whole) <= MAILTO_LENGTH:
        return whole, True
    while body and len(head + quote(body)) > MAILTO_LENGTH:
        body = body[:-40]
    return head + quote(body), False


def still_fits(connection: Connection, row: Row, now: datetime) -> str:
    """The check of data_access.message_kinds: why a message must not go any more. What an agent has
    worded for one seller goes; what was sent to many is held to the rules of many."""
    account = account_row(row.authorization_id, connection.engine)
    if account is None:
        return LeftOut.REMOVED
    if round_of(account.granted_at) != row.round:
        return LeftOut.RENEWED
    if not has_renew_link(account.application_id):
        return LeftOut.OTHER_APPLICATION
    if row.text:
        return LeftOut.PAUSED if account.paused else ""
    known = _known(connection, [account.id], now, but=row.id)
    of_now = status(facts(account), now, settings().bands)
    # Who was due for the agent is due: their days end at another hour than those of UTC.
    due = Status.EXPIRING if of_now is Status.ACTIVE else of_now
    return _reason(account, due, known) or ""


def render(connection: Connection, row: Row, now: datetime) -> Mail:
    """The mail of a message, for data_access.message_kinds."""
    if row.text:
        return Mail(row.subject, row.text, as_html(row.subject, row.text, row.language))
    account = account_row(row.authorization_id, connection.engine)
    return write(account, now, row.agent, row.language, of=connection.engine).mail()


@dataclass(frozen=True, slots=True)
class _Known:
    incident: bool
    opted_out: frozenset[int]
    snoozed: frozenset[int]
    written: frozenset[int]


def _known(
    connection: Connection, ids: Sequence[int], as_of: datetime, but: int | None = None
) -> _Known:
    lately = as_of - timedelta(days=settings().mail_quiet_days)
    out, snoozed, written = set(), set(), set()
    for first in range(0, len(ids), _IN_CHUNKS):
        chunk = list(ids[first : first + _IN_CHUNKS])
        o = opt_out.c.authorization_id
        out.update(connection.scalars(select(o).where(o.in_(chunk))))
        snoozed.update(connection.scalars(select(_a.id).where(_a.id.in_(chunk), is_snoozed(as_of))))
        written.update(
            connection.scalars(
                select(_m.authorization_id)
                .where(
                    _m.authorization_id.in_(chunk),
                    _m.state.in_(REACHES_THE_SELLER),
                    func.coalesce(_m.sent_at, _m.created_at) > lately,
                    _m.id != (but or 0),
                )
                .distinct()
            )
        )
    return _Known(
        bool(incidents.open_incidents(connection)),
        frozenset(out),
        frozenset(snoozed),
        frozenset(written),
    )


def _reason(account: Row, now: Status, known: _Known) -> LeftOut | None:
    return next(iter(_reasons(account, now, known)), None)


def _reasons(account: Row, now: Status, known: _Known) -> Collection[LeftOut]:
    """Everything that speaks against it, the weightiest first."""
    found = {
        LeftOut.INCIDENT: known.incident,
        LeftOut.PAUSED: now is Status.PAUSED,
        LeftOut.OTHER_APPLICATION: not has_renew_link(account.application_id),
        LeftOut.NOT_DUE: now in (Status.ACTIVE, Status.VERIFYING),
        LeftOut.NO_ADDRESS: not account.email.strip(),
        LeftOut.WRONG_ADDRESS: bool(account.email.strip()) and not _is_address(account.email),
        LeftOut.OPTED_OUT: account.id in known.opted_out,
        LeftOut.SNOOZED: account.id in known.snoozed,
        LeftOut.WRITTEN_LATELY: account.id in known.written,
    }
    return [reason for reason, holds in found.items() if holds]


def _is_address(email: str) -> bool:
    try:
        recipient_address(email)
    except WrongAddress:
        return False
    return True


def _draft(account: Row, actor: Actor, batch: str, language: str, **words: str) -> Draft:
    granted_at = None if pd.isna(account.granted_at) else account.granted_at
    return Draft(
        kind=KIND,
        recipient=account.email.strip(),
        authorization_id=int(account.id),
        round=round_of(granted_at),
        language=language,
        agent=actor.name,
        batch=batch,
        **words,
    )
