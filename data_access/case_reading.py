"""Reads the casework of accounts: of one in full, of a page of the list, who holds what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, Select, case, func, select

from data_access import filtering, status_sql
from data_access.case_conditions import has_owner, open_promises, snoozes_in_force
from data_access.database import reading
from data_access.schema import authorization, note, promise, snooze
from rules.account_filter import AccountFilter
from rules.authorization import DEFAULT_BANDS, Status

SHOWN_NOTES = 50

_a = authorization.c
_n = note.c
_p = promise.c
_s = snooze.c


@dataclass(frozen=True, slots=True)
class Note:
    """What an agent wrote down. withdrawn_at: when it was taken back."""

    number: int
    at: datetime
    agent: str
    text: str
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """What agents agree about one account at a moment.

    snoozed_until, reason, snoozed_by  of the snooze in force; None and empty without one
    promised_for, promised_by          of the promise in force
    """

    snoozed_until: datetime | None = None
    reason: str = ""
    snoozed_by: str = ""
    promised_for: date | None = None
    promised_by: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one agent holds: accounts in all, those that are blocked (expired or refused), and those
    that expire within the widest band."""

    owner: str
    accounts: int
    blocked: int
    expiring: int


def cases_of(
    accounts: Collection[int], as_of: datetime, of: Engine | None = None
) -> dict[int, Case]:
    """The casework of some accounts; those without any are left out. Raises DatabaseAway."""
    ids = [int(each) for each in accounts]
    with reading(of) as connection:
        snoozes = connection.execute(
            select(_s.authorization_id, _s.until, _s.reason, _s.agent)
            .join(authorization, snoozes_in_force(as_of))
            .where(_s.authorization_id.in_(ids))
            .order_by(_s.id)
        ).all()
        promises = connection.execute(
            select(_p.authorization_id, _p.due_on, _p.agent)
            .join(authorization, open_promises())
            .where(_p.authorization_id.in_(ids))
            .order_by(_p.id)
        ).all()
    put_off = {account: said for account, *said in snoozes}
    due = {account: said for account, *said in promises}
    return {
        account: Case(*put_off.get(account, (None, "", "")), *due.get(account, (None, "")))
        for account in put_off.keys() | due.keys()
    }


def notes_of(account: int, of: Engine | None = None) -> list[Note]:
    """The notes of an account, the latest first, SHOWN_NOTES at most. Raises DatabaseAway."""
    with reading(of) as connection:
        rows = connection.execute(
            select(_n.id, _n.at, _n.agent, _n.text, _n.withdrawn_at)
            .where(_n.authorization_id == account)
            .order_by(_n.id.desc())
            .limit(SHOWN_NOTES)
        )
        return [Note(*row) for row in rows]


def holdings(as_of: datetime, band: int, of: Engine | None = None) -> list[Holding]:
    """What each agent holds, by name. Raises DatabaseAway."""
    blocked = status_sql.has_status((Status.EXPIRED, Status.REFUSED), as_of, (band,))
    expiring = status_sql.status_condition(Status.EXPIRING, as_of, (band,))
    with reading(of) as connection:
        rows = connection.execute(
            select(
                _a.owner,
                func.count(),
                func.count(case((blocked, 1))),
                func.count(case((expiring, 1))),
            )
            .where(has_owner())
            .group_by(_a.owner)
            .order_by(_a.owner)
        )
        return [Holding(*row) for row in rows]


def owners(of: Engine | None = None) -> list[str]:
    """Everybody who holds an account, by name. Raises DatabaseAway."""
    found: list[str] = [""]
    with reading(of) as connection:
        # From one name to the next along the index: however many accounts each of them holds.
        while (name := connection.scalar(_next_owner(found[-1]))) is not None:
            found.append(name)
    return found[1:]


def ids_of(
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
) -> list[int]:
    """The numbers of all accounts that a filter means, in no order. Raises DatabaseAway."""
    with reading(of) as connection:
        where = filtering.conditions(connection, wanted, as_of, bands)
        return list(connection.scalars(select(_a.id).where(*where)))


def _next_owner(name: str) -> Select:
    return select(_a.owner).where(has_owner(), _a.owner > name).order_by(_a.owner).limit(1)
