"""Sellers who want no reminders: their signed address, and what an agent does for them.

The address is good for as long as the mail that it stands in, so it never runs out. It names one
account and can do nothing but stop reminders and start them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from data_access.addresses import whole_address
from data_access.audit import acting
from data_access.conflicts import insert_into
from data_access.database import reading, writing
from data_access.history import add_event
from data_access.schema import authorization, opt_out
from data_access.signed import Signed, Tampered
from rules.acts import Act, Actor

SELLER = "seller"
"""Who did it, where the seller did."""

_LINK = Signed("unsubscribe", longest=200)

_o = opt_out.c


class NoSuchAddress(Exception):
    """The address was not made by us, or is cut."""


@dataclass(frozen=True, slots=True)
class OptedOut:
    """Since when an account gets no reminders, and who decided that."""

    at: datetime
    by: str


def unsubscribe_url(authorization_id: int) -> str:
    """The address that stands in a reminder, for List-Unsubscribe (RFC 8058) and for the reader."""
    return whole_address(f"/unsubscribe/{_LINK.write(authorization_id)}")


def account_of(token: str) -> int:
    """The account that an address names. Raises NoSuchAddress."""
    try:
        number = _LINK.read(token)
    except Tampered:
        raise NoSuchAddress("This address is not complete, or not one of ours.") from None
    if not isinstance(number, int):
        raise NoSuchAddress("This address is not one of ours.")
    return number


def opted_out(authorization_id: int, of: Engine | None = None) -> OptedOut | None:
    """Since when the account gets no reminders; None where it gets them. Raises DatabaseAway."""
    with reading(of) as connection:
        row = connection.execute(
            select(_o.at, _o.by).where(_o.authorization_id == authorization_id)
        ).one_or_none()
    return OptedOut(*row) if row else None


def set_by_seller(
    authorization_id: int, reminders: bool, at: datetime, of: Engine | None = None
) -> None:
    """Stops the reminders of an account or starts them again; harmless when it is so already.

    Raises DatabaseAway.
    """
    with writing(of) as connection:
        if _exists(connection, authorization_id):
            _set(connection, authorization_id, reminders, at, SELLER)


def set_by_agent(
    actor: Actor,
    account_ids: Sequence[int],
    reminders: bool,
    at: datetime,
    of: Engine | None = None,
) -> list[int]:
    """The same by an agent, for one account or many; those that it changed.

    Raises NotAllowed, DatabaseAway.
    """
    with acting(actor, Act.OPT_IN if reminders else Act.OPT_OUT, at, of) as deed:
        changed = [
            number
            for number in account_ids
            if _set(deed.connection, number, reminders, at, actor.name)
        ]
        for number in changed:
            deed.note(number, before=not reminders, after=reminders)
    return changed


def _set(connection: Connection, number: int, reminders: bool, at: datetime, by: str) -> bool:
    """Whether that changed anything; if so the account's history says it."""
    if reminders:
        statement = delete(opt_out).where(_o.authorization_id == number)
    else:
        statement = (
            insert_into(connection, opt_out)
            .values(authorization_id=number, at=at, by=by)
            .on_conflict_do_nothing(index_elements=["authorization_id"])
        )
    if connection.execute(statement.returning(_o.authorization_id)).one_or_none() is None:
        return False
    add_event(connection, "opted_in" if reminders else "opted_out", number, at, actor=by)
    return True


def _exists(connection: Connection, number: int) -> bool:
    a = authorization.c
    return connection.scalar(select(a.id).where(a.id == number)) is not None
