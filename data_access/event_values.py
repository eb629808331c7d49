"""What an event says about people is taken away; what the figures of past months need stays."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Row,
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

QUOTED = ("customer_number", "name", "contact", "email", "phone", "shop_url")
"""By what a seller may be known wherever it is quoted: columns of theirs."""

SHORTEST = 5
"""Shorter words are no trace of anybody, and stand in what is about others."""

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
    _take(connection, [each.id for each in found if _quotes(_read(each.details), strings)])


def take_former(connection: Connection, former: Mapping[int, Sequence[str]]) -> None:
    """The same in the history of some thousand accounts: for each the strings of the seller to
    whom it belonged."""
    found = connection.execute(
        select(_e.id, _e.authorization_id, _e.details).where(
            _e.authorization_id.in_(former), _e.kind.not_in(CASEWORK), _e.details != "{}"
        )
    ).all()
    quoting = [e.id for e in found if _quotes(_read(e.details), former[e.authorization_id])]
    _take(connection, quoting)


def strings_of(seller: Row) -> list[str]:
    """What a seller is known by, for `take_quotes` and `take_former`."""
    return [each for name in QUOTED if len(each := getattr(seller, name)) >= SHORTEST]


def grants_with_values(connection: Connection) -> ColumnElement[bool]:
    """The grants whose details `take_values` would shorten."""
    if connection.dialect.name == "postgresql":
        kept = cast(list(KEPT), ARRAY(Text))
        rest = cast(_e.details, JSONB).op("-")(kept) != cast({}, JSONB)
    else:
        rest = func.json_remove(_e.details, *(f"$.{name}" for name in KEPT)) != "{}"
    return and_(_e.kind.in_(GRANTS), rest)


def _take(connection: Connection, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), BATCH):
        take_values(connection, _e.id.in_(ids[start : start + BATCH]))


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
