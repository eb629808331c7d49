"""What an event says about people is taken away; what the figures of past months need stays."""

import json

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Text,
    and_,
    bindparam,
    cast,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from data_access.renewed_in_time import GRANTS
from data_access.schema import event

KEPT = ("previous_expiry", "granted_at", "expires_at", "started_by")
"""Of a grant: when it was, the expiry before and after it, and how the consent was begun."""

_e = event.c


def take_values(connection: Connection, which: ColumnElement[bool]) -> int:
    """Leaves what is KEPT in the details of grants, and nothing in those of other events; returns
    how many events that were. Some thousand at a time: grants go through memory."""
    others = connection.execute(
        update(event).where(which, _e.kind.not_in(GRANTS)).values(details="{}")
    )
    grants = connection.execute(select(_e.id, _e.details).where(which, _e.kind.in_(GRANTS))).all()
    bared = [{"of_id": each.id, "bared": _without_values(each.details)} for each in grants]
    if bared:
        connection.execute(
            update(event).where(_e.id == bindparam("of_id")).values(details=bindparam("bared")),
            bared,
        )
    return others.rowcount + len(bared)


def grants_with_values(connection: Connection) -> ColumnElement[bool]:
    """The grants whose details `take_values` would shorten."""
    if connection.dialect.name == "postgresql":
        kept = cast(list(KEPT), ARRAY(Text))
        rest = cast(_e.details, JSONB).op("-")(kept) != cast({}, JSONB)
    else:
        rest = func.json_remove(_e.details, *(f"$.{name}" for name in KEPT)) != "{}"
    return and_(_e.kind.in_(GRANTS), rest)


def _without_values(text: str) -> str:
    try:
        said = json.loads(text)
    except ValueError:
        return "{}"
    if not isinstance(said, dict):
        return "{}"
    kept = {name: said[name] for name in KEPT if name in said}
    return json.dumps(kept, ensure_ascii=False)
