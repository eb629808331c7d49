"""The casework of accounts as SQL conditions over the authorization table.

Each is the same rule as in rules.casework; tests hold the two against each other.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from data_access.funnel import Step
from data_access.outbox import REACHES_THE_SELLER
from data_access.schema import authorization, funnel_step, message, note, promise, snooze

Moment = datetime | ColumnElement[datetime]

_a = authorization.c
_m = message.c
_n = note.c
_p = promise.c
_s = snooze.c
_f = funnel_step.c


class unix_second(FunctionElement):  # noqa: N801 - used like the functions of sqlalchemy.func
    """The Unix second that a moment lies in; 0 where there is no moment."""

    type = BigInteger()
    inherit_cache = True


@compiles(unix_second, "sqlite")
def _in_sqlite(element: unix_second, compiler: Any, **kw: Any) -> str:
    # Without its fraction, which SQLite would round up to the next second.
    second = f"substr({compiler.process(element.clauses, **kw)}, 1, 19)"
    return f"coalesce(CAST(strftime('%s', {second}) AS INTEGER), 0)"


@compiles(unix_second, "postgresql")
def _in_postgresql(element: unix_second, compiler: Any, **kw: Any) -> str:
    moment = compiler.process(element.clauses, **kw)
    return f"coalesce(CAST(floor(extract(epoch FROM {moment})) AS BIGINT), 0)"


def round_in_force(granted_at: ColumnElement[datetime] = _a.granted_at) -> ColumnElement[int]:
    """The round of an account, rules.casework.round_of in SQL, from its column `granted_at`."""
    return unix_second(granted_at)


def has_owner() -> ColumnElement[bool]:
    """Accounts that an agent holds: the very condition of the partial index, so that it is used."""
    return _a.owner > literal_column("''")


def snoozes_in_force(
    as_of: Moment,
    account: FromClause = authorization,
    number: ColumnElement[int] = _s.authorization_id,
) -> ColumnElement[bool]:
    """Joins snoozes with their account: those that hide it at `as_of`.

    number: the column of snooze that names the account. Given unindexed where there are few
        snoozes: SQLite then finds these first, and does not look for the snoozes of each account
    """
    return and_(_s.made_at <= as_of, open_snoozes(as_of, account, number))


def open_snoozes(
    as_of: Moment,
    account: FromClause = authorization,
    number: ColumnElement[int] = _s.authorization_id,
) -> ColumnElement[bool]:
    """The same, together with snoozes that begin after `as_of`.

    A colleague may make one while somebody else works through many accounts, and so may a process
    whose clock is ahead. They hide the account a moment later.
    """
    a = account.c
    return and_(
        number == a.id,
        _s.until > as_of,
        or_(_s.ended_at.is_(None), _s.ended_at > as_of),
        _s.round == round_in_force(a.granted_at),
        or_(a.expires_at.is_(None), a.expires_at > as_of, a.expires_at <= _s.made_at),
    )


def open_promises(number: ColumnElement[int] = _p.authorization_id) -> ColumnElement[bool]:
    """Joins promises with their account: what is promised for the round in force.

    number: as snoozes_in_force has it
    """
    a = authorization.c
    return and_(
        number == a.id,
        _p.ended_at.is_(None),
        _p.round == round_in_force(a.granted_at),
    )


def is_snoozed(as_of: Moment) -> ColumnElement[bool]:
    """The accounts that are snoozed at `as_of`."""
    return select(_s.id).where(snoozes_in_force(as_of)).correlate(authorization).exists()


def is_among_snoozed(as_of: datetime) -> ColumnElement[bool]:
    """The same accounts, found from the snoozes: faster where few of many accounts are snoozed."""
    here = authorization.alias("snoozed_account")
    return _a.id.in_(select(_s.authorization_id).join(here, snoozes_in_force(as_of, here)))


def is_contacted() -> ColumnElement[bool]:
    """The accounts whose seller was written to, called, or sent the link in this round.

    Counts a message that is sent or on its way, a note that stands, and a link noted as sent.
    """
    parts = (select(number).where(where) for number, where in _contacts(authorization))
    return or_(*(part.correlate(authorization).exists() for part in parts))


def is_among_contacted() -> ColumnElement[bool]:
    """The same accounts, found from the messages, notes and steps."""
    here = authorization.alias("contacted_account")
    return _a.id.in_(union_all(*(select(n).join(here, where) for n, where in _contacts(here))))


def _contacts(account: FromClause) -> list[tuple[ColumnElement, ColumnElement[bool]]]:
    """For messages, notes and steps: the column that names the account, and the condition that
    joins a row with its account and makes it a contact."""
    a = account.c
    in_force = round_in_force(a.granted_at)
    return [
        (
            _m.authorization_id,
            and_(
                _m.authorization_id == a.id,
                _m.state.in_(REACHES_THE_SELLER),
                _m.round == in_force,
            ),
        ),
        (
            _n.authorization_id,
            and_(
                _n.authorization_id == a.id,
                _n.withdrawn_at.is_(None),
                or_(a.granted_at.is_(None), _n.at >= a.granted_at),
            ),
        ),
        (
            _f.authorization_id,
            and_(
                _f.authorization_id == a.id,
                _f.step == Step.SENT.value,
                _f.round == in_force,
            ),
        ),
    ]
