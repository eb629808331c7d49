"""The outbox to be looked at: what waits, what failed and why, and what agents do about it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import ColumnElement, Engine, Row, func, select, update

from data_access.audit import Deed, acting
from data_access.database import reading
from data_access.outbox import CANCELLED, CLAIMED, FAILED, LEFT_OUT, SENT, WAITING
from data_access.schema import authorization, message, seller
from rules.account_filter import AccountFilter
from rules.acts import Act, Actor

STATES = (WAITING, FAILED, LEFT_OUT, SENT)
"""What the outbox is looked at by; what is being sent right now counts as waiting."""

SHOWN = 200

MESSAGE_COLUMNS = (
    "account",
    "seller",
    "recipient",
    "language",
    "state",
    "reason",
    "agent",
    "sent_at",
)

_m = message.c
_a = authorization.c
_COLUMNS = (
    _m.id,
    _m.authorization_id,
    _a.seller_name,
    _m.kind,
    _m.recipient,
    _m.language,
    _m.agent,
    _m.state,
    _m.created_at,
    _m.next_try_at,
    _m.tries,
    _m.sent_at,
    _m.failure,
)


@dataclass(frozen=True)
class Outbox:
    """How many messages are in each of STATES, and the latest SHOWN of the one asked for, with
    the columns of the table and seller_name."""

    counts: dict[str, int]
    rows: pd.DataFrame


def outbox_of(state: str, of: Engine | None = None) -> Outbox:
    """The outbox, looked at by a state. Raises DatabaseAway."""
    with reading(of) as connection:
        counted = select(_m.state, func.count()).group_by(_m.state)
        found = dict(connection.execute(counted).all())
    counts = {each: found.get(each, 0) for each in STATES}
    counts[WAITING] += found.get(CLAIMED, 0)
    return Outbox(counts, _frame(_m.state.in_(_as_stored(state)), of))


def messages_of(account_id: int, of: Engine | None = None) -> pd.DataFrame:
    """The messages of one account, the latest first. Raises DatabaseAway."""
    return _frame(_m.authorization_id == account_id, of)


def batch_of(batch: str, of: Engine | None = None) -> pd.DataFrame:
    """The messages that were sent in one go, as they stand now. Raises DatabaseAway."""
    return _frame(_m.batch == batch, of, shown=None)


def message_rows(
    _wanted: AccountFilter, as_of: datetime, _until: datetime, of: Engine | None
) -> Iterator[list[list[str | int]]]:
    """For the export: what was queued at that very moment, which is what was sent in one go."""
    frame = _frame(_m.created_at == as_of, of, shown=None)
    yield [
        [
            row.authorization_id,
            row.seller_name,
            row.recipient,
            row.language,
            row.state,
            row.failure,
            row.agent,
            "" if pd.isna(row.sent_at) else row.sent_at.astimezone(as_of.tzinfo).isoformat(),
        ]
        for row in frame.itertuples()
    ]


def retry(actor: Actor, messages: Collection[int], now: datetime, of: Engine | None = None) -> int:
    """Lets failed and waiting messages be tried at once, to the address that the seller has now;
    how many. Raises NotAllowed, DatabaseAway."""
    theirs = (
        select(func.trim(seller.c.email))
        .join(authorization, authorization.c.seller_id == seller.c.id)
        .where(authorization.c.id == _m.authorization_id, seller.c.email != "")
        .scalar_subquery()
    )
    recipient = func.coalesce(theirs, _m.recipient)
    with acting(actor, Act.SEND_MESSAGE, now, of) as deed:
        return _change(
            deed,
            messages,
            (FAILED, WAITING),
            "retried",
            {
                "state": WAITING,
                "next_try_at": now,
                "tries": 0,
                "failure": "",
                "recipient": recipient,
            },
        )


def cancel(actor: Actor, messages: Collection[int], now: datetime, of: Engine | None = None) -> int:
    """Takes waiting messages back before they go; how many. Raises NotAllowed, DatabaseAway."""
    with acting(actor, Act.SEND_MESSAGE, now, of) as deed:
        return _change(
            deed,
            messages,
            (WAITING,),
            "cancelled",
            {"state": LEFT_OUT, "next_try_at": None, "failure": CANCELLED},
        )


def _change(
    deed: Deed, messages: Collection[int], states: tuple[str, ...], did: str, values: dict
) -> int:
    changed: list[Row] = list(
        deed.connection.execute(
            update(message)
            .where(_m.id.in_(list(messages)), _m.state.in_(states))
            .values(values)
            .returning(_m.id, _m.authorization_id)
        )
    )
    for row in changed:
        deed.note(row.authorization_id, message=row.id, did=did)
    return len(changed)


def _as_stored(state: str) -> tuple[str, ...]:
    return (WAITING, CLAIMED) if state == WAITING else (state,)


def _frame(
    where: ColumnElement[bool], of: Engine | None, shown: int | None = SHOWN
) -> pd.DataFrame:
    with reading(of) as connection:
        rows = connection.execute(
            select(*_COLUMNS)
            .outerjoin_from(message, authorization, _m.authorization_id == _a.id)
            .where(where)
            .order_by(_m.id.desc())
            .limit(shown)
        ).all()
    return pd.DataFrame(rows, columns=[column.name for column in _COLUMNS])
