"""What an event says about people is taken away; what the figures of past months need stays."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Text,
    and_,
    bindparam,
    cast,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from data_access.history import CASEWORK
from data_access.renewed_in_time import GRANTS
from data_access.schema import event

KEPT = ("previous_expiry", "granted_at", "expires_at", "started_by")
"""Of a grant: when it was, the expiry before and after it, and how the consent was begun."""

BATCH = 5_000

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


def take_quotes(connection: Connection, strings: Sequence[str]) -> None:
    """Takes the values out of events that quote one of some strings, whichever account they are
    about. It looks at every event but those of casework, which tell nothing of sellers."""
    as_json = {json.dumps(each, ensure_ascii=False)[1:-1] for each in strings}
    quotes = or_(false(), *(_e.details.contains(each, autoescape=True) for each in as_json))
    found = connection.execute(
        select(_e.id, _e.details).where(_e.kind.not_in(CASEWORK), quotes)
    ).all()
    # Names of columns are words too, and SQLite takes small and capital letters for the same.
    ids = [each.id for each in found if _quotes(_read(each.details), strings)]
    for start in range(0, len(ids), BATCH):
        take_values(connection, _e.id.in_(ids[start : start + BATCH]))


def grants_with_values(connection: Connection) -> ColumnElement[bool]:
    """The grants whose details `take_values` would shorten."""
    if connection.dialect.name == "postgresql":
        kept = cast(list(KEPT), ARRAY(Text))
        rest = cast(_e.details, JSONB).op("-")(kept) != cast({}, JSONB)
    else:
        rest = func.json_remove(_e.details, *(f"$.{name}" for name in KEPT)) != "{}"
    return and_(_e.kind.in_(GRANTS), rest)


def _without_values(text: str) -> str:
    said = _read(text)
    kept = {name: said[name] for name in KEPT if name in said}
    return json.dumps(kept, ensure_ascii=False)


def _read(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _quotes(said: Any, strings: Sequence[str]) -> bool:
    if isinstance(said, dict):
        return any(_quotes(each, strings) for each in said.values())
    return isinstance(said, str) and any(each in said for each in strings)
