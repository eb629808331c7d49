"""How far renewals come: link made, sent, opened, consented, verified.

Each grant that is to be renewed is a round of its own; a round has at most one row per step, with
the first and the last time, however often a page is reloaded.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    case,
    delete,
    func,
    select,
    update,
)

from data_access.conflicts import insert_into
from data_access.schema import authorization, funnel_step
from rules.casework import round_of

_f = funnel_step.c


class Step(StrEnum):
    """The steps, in their order."""

    MADE = "made"
    SENT = "sent"
    OPENED = "opened"
    CONSENTED = "consented"
    VERIFIED = "verified"


class Noted(NamedTuple):
    """How often a renewal came to a step, and when last."""

    times: int
    last_at: datetime

    def again(self, at: datetime) -> "Noted":
        """The same once it is recorded again, perhaps after a later one."""
        return Noted(self.times + 1, max(self.last_at, at))


def record(
    connection: Connection,
    step: Step,
    authorization_id: int,
    renews: datetime | None,
    at: datetime,
    agent: str = "",
) -> None:
    """Notes that a renewal has come to `step`. `renews` is the grant that is to be renewed."""
    statement = insert_into(connection, funnel_step).values(
        authorization_id=authorization_id,
        round=round_of(renews),
        step=step.value,
        first_at=at,
        last_at=at,
        times=1,
        agent=agent,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["authorization_id", "round", "step"],
            set_={
                # One that had to wait may be written after a later one.
                "first_at": _earlier(_f.first_at, statement.excluded.first_at),
                "last_at": _later(_f.last_at, statement.excluded.last_at),
                "times": _f.times + 1,
            },
        )
    )


def record_for(
    connection: Connection, step: Step, authorization_id: int, at: datetime, agent: str = ""
) -> None:
    """The same for the grant in force: what screens and mails call when a link is made or sent."""
    granted_at = connection.scalar(
        select(authorization.c.granted_at).where(authorization.c.id == authorization_id)
    )
    record(connection, step, authorization_id, granted_at, at, agent)


def noted(
    connection: Connection, step: Step, authorization_id: int, renews: datetime | None
) -> Noted | None:
    """What is noted of a step; None where the renewal has not come to it."""
    row = connection.execute(
        select(_f.times, _f.last_at).where(*_of_round(step, authorization_id, renews))
    ).one_or_none()
    return Noted(*row) if row else None


def put_back(
    connection: Connection,
    step: Step,
    authorization_id: int,
    renews: datetime | None,
    after: Noted,
    before: Noted | None,
) -> bool:
    """Makes what is noted of a step what it was `before`, if it still is what it was `after`;
    returns whether it was."""
    of_round = _of_round(step, authorization_id, renews)
    unchanged = *of_round, _f.times == after.times, _f.last_at == after.last_at
    if before is None:
        statement = delete(funnel_step).where(*unchanged)
    else:
        statement = update(funnel_step).where(*unchanged).values(before._asdict())
    return connection.execute(statement).rowcount == 1


def _of_round(
    step: Step, authorization_id: int, renews: datetime | None
) -> tuple[ColumnElement[bool], ...]:
    return (
        _f.authorization_id == authorization_id,
        _f.round == round_of(renews),
        _f.step == step.value,
    )


def of_account(connection: Connection, authorization_id: int) -> list[dict]:
    """The account's rounds, newest first: step, first_at, last_at, times, agent."""
    rows = connection.execute(
        select(_f.round, _f.step, _f.first_at, _f.last_at, _f.times, _f.agent)
        .where(_f.authorization_id == authorization_id)
        .order_by(_f.round.desc(), _f.first_at)
    )
    return [row._asdict() for row in rows]


def totals(connection: Connection, since: datetime) -> dict[Step, int]:
    """How many rounds came to each step since then; every step is named, also with 0."""
    counted = dict(connection.execute(_counts(since)).all())
    return {step: counted.get(step.value, 0) for step in Step}


def _counts(since: datetime) -> Select:
    return select(_f.step, func.count()).where(_f.first_at >= since).group_by(_f.step)


def _earlier(one: ColumnElement, other: ColumnElement) -> ColumnElement:
    return case((other < one, other), else_=one)


def _later(one: ColumnElement, other: ColumnElement) -> ColumnElement:
    return case((other > one, other), else_=one)
