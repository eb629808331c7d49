"""The accounts on the ladder of reminders, and which rungs are settled for them.

The outbox is the ledger. A message of kind "reminder" settles its rung of its round: whether it
waits, was sent or failed, was superseded by a later rung or taken back by an agent. A message that
was left out for any other reason settles nothing, and neither does one that was written when the
account had an earlier day of expiry.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    bindparam,
    or_,
    select,
    tuple_,
)

from data_access.account_rows import facts
from data_access.applications import has_renew_link
from data_access.case_conditions import Moment, is_snoozed, round_in_force, unix_second
from data_access.database import reading
from data_access.outbox import CANCELLED, FAILED, LEFT_OUT, SENT
from data_access.schema import authorization, message, opt_out, seller
from data_access.settings import settings
from data_access.zones import zone_of
from rules.authorization import Authorization, status
from rules.casework import round_of
from rules.reminders import Ladder, Standing, Withheld, belongs, window, withheld

KIND = "reminder"
BATCH = 500
OVER = (SENT, FAILED, LEFT_OUT)
"""States of messages that will not be sent any more."""

_a = authorization.c
_m = message.c
_s = seller.c


@dataclass(frozen=True, slots=True)
class Account:
    """What a reminder has to know of an account.

    round       that of the grant in force
    expires_at  None only where the account can get no reminder at all
    """

    id: int
    seller_name: str
    round: int
    expires_at: datetime
    email: str
    language: str
    zone: ZoneInfo
    facts: Authorization
    snoozed: bool
    opted_out: bool
    has_renew_link: bool

    def standing(self, now: datetime) -> Standing:
        """What decides whether its seller may be written to."""
        return Standing(
            status(self.facts, now.astimezone(self.zone)),
            self.snoozed,
            self.opted_out,
            bool(self.email.strip()),
            self.has_renew_link,
        )


@dataclass
class Ledger:
    """What was written for an account in its round.

    settled  the rungs that need no further reminder
    void     by rung, the numbers of messages that will not be sent and settle nothing
    """

    settled: list[int] = field(default_factory=list)
    void: dict[int, list[int]] = field(default_factory=dict)


def ladder() -> Ladder:
    """The ladder of the settings."""
    chosen = settings()
    return Ladder(chosen.remind_days, chosen.remind_weeks, chosen.remind_hours)


def unsettled(
    connection: Connection, rung: int, now: datetime, of: Ladder
) -> Iterator[list[Account]]:
    """The accounts that may stand on `rung` and for which it is not settled, in batches.

    Along the index of the expiry: no account outside the window of the rung is read.
    """
    after, before = window(rung, of)
    asked = {"now": now, "after": now + after, "before": now + before, "rung": rung}
    wanted = _on_a_rung()
    last: tuple = ()
    while True:
        page = wanted.where(tuple_(_a.expires_at, _a.id) > last) if last else wanted
        rows = connection.execute(page, asked).all()
        if rows:
            yield [_account(row) for row in rows]
        if len(rows) < BATCH:
            return
        last = (rows[-1].expires_at, rows[-1].id)


@cache
def _on_a_rung() -> Select:
    """A batch of the accounts that expire between `after` and `before` and have `rung` unsettled.

    Built once: a ladder of a year has sixty rungs, and building takes longer than asking.
    """
    moment = _a.expires_at.type
    return (
        _accounts(bindparam("now", type_=moment))
        .where(
            _a.expires_at > bindparam("after", type_=moment),
            _a.expires_at < bindparam("before", type_=moment),
            ~_is_settled(bindparam("rung", type_=_m.rung.type)),
        )
        .order_by(_a.expires_at, _a.id)
        .limit(BATCH)
    )


def account(connection: Connection, number: int, now: datetime) -> Account | None:
    """One account as it is now; None where it is gone or has no expiry."""
    row = connection.execute(
        _accounts(now).where(_a.id == number, _a.expires_at.is_not(None))
    ).one_or_none()
    return _account(row) if row else None


def withheld_from(number: int, now: datetime, of: Engine | None = None) -> Withheld | None:
    """Why an account gets no reminder at all at present; None where it may, or is gone.

    Raises DatabaseAway.
    """
    with reading(of) as connection:
        row = connection.execute(_accounts(now).where(_a.id == number)).one_or_none()
    return withheld(_account(row).standing(now)) if row else None


def entries(connection: Connection, accounts: list[Account]) -> dict[int, Ledger]:
    """The ledgers of the rounds in force, for each of the accounts."""
    by_number = {each.id: each for each in accounts}
    ledgers = {number: Ledger() for number in by_number}
    rows = connection.execute(
        select(_m.id, _m.authorization_id, _m.round, _m.rung, _m.created_at, _m.state)
        .add_columns(_settles().label("settles"))
        .where(_m.authorization_id.in_(by_number), _m.kind == KIND)
    )
    for row in rows:
        account = by_number[row.authorization_id]
        if row.round != account.round:
            continue
        local = row.created_at.astimezone(account.zone)
        ledger = ledgers[account.id]
        if row.settles and belongs(row.rung, local, account.expires_at, local):
            ledger.settled.append(row.rung)
        elif row.state in OVER:
            ledger.void.setdefault(row.rung, []).append(row.id)
    return ledgers


def once(number: int, in_round: int, rung: int) -> str:
    """The name under which the outbox takes a reminder only once."""
    return f"{KIND}:{number}:{in_round}:{rung}"


def _settles() -> ColumnElement[bool]:
    # What an agent took back must not be sent after all.
    meant = (Withheld.SUPERSEDED.value, CANCELLED)
    return or_(_m.state != LEFT_OUT, _m.failure.in_(meant))


def _is_settled(rung: BindParameter[int]) -> ColumnElement[bool]:
    """Whether some message certainly settles `rung` or a later one.

    Certain are messages that were written more than a day after their rung began. With the others
    it depends on the seller's time zone, which `entries` knows.
    """
    a_day = 26 * 60 * 60
    return (
        select(_m.id)
        .where(
            _m.authorization_id == _a.id,
            _m.kind == KIND,
            _m.rung <= rung,
            _m.round == round_in_force(),
            _settles(),
            unix_second(_m.created_at) >= unix_second(_a.expires_at) - 86_400 * _m.rung + a_day,
        )
        .correlate(authorization)
        .exists()
    )


def _accounts(now: Moment) -> Select:
    has_opted_out = select(opt_out.c.at).where(opt_out.c.authorization_id == _a.id)
    return select(
        _a.id,
        _a.application_id,
        _a.seller_name,
        _a.granted_at,
        _a.expires_at,
        _a.confirmed_at,
        _a.refused_at,
        _a.paused,
        _s.email,
        _s.language,
        _s.time_zone,
        is_snoozed(now).label("snoozed"),
        has_opted_out.correlate(authorization).exists().label("opted_out"),
    ).join_from(authorization, seller)


def _account(row: Row) -> Account:
    return Account(
        id=row.id,
        seller_name=row.seller_name,
        round=round_of(row.granted_at),
        expires_at=row.expires_at,
        email=row.email,
        language=row.language,
        zone=zone_of(row.time_zone),
        facts=facts(row),
        snoozed=row.snoozed,
        opted_out=row.opted_out,
        has_renew_link=has_renew_link(row.application_id),
    )
