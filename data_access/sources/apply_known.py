"""Accounts that the desk knows already: writes what the source says of them now, with an event for
each change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    update,
)

from data_access import schema
from data_access.bulk import insert_rows
from data_access.conflicts import insert_into
from data_access.sources.apply_customers import (
    STAGED_AS,
    belongs,
    belongs_to,
    differs_about_customer,
    particulars,
)
from data_access.sources.differences import (
    ALWAYS,
    IF_MAPPED,
    OURS_TO_UNPAUSE,
    REMOVED,
    Change,
    compare,
    reported_by,
)
from data_access.sources.run_facts import Counts, Run
from data_access.sources.staging import IS_KNOWN, staged

BATCH = 2_000
_a = schema.authorization.c
_belonged = schema.seller.alias("seller_belonged")


@dataclass(slots=True)
class _Writes:
    """What is to be written of a batch.

    authorizations  rows of parameters, by the names of the columns that they change
    sellers         what is to be written of a seller, by id
    left            the accounts that moved to another seller, by the seller whom they left
    """

    authorizations: dict[tuple, list[dict]] = field(default_factory=lambda: defaultdict(list))
    sellers: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: list[dict] = field(default_factory=list)
    lapses: list[dict] = field(default_factory=list)
    left: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


def differing_ids(connection: Connection, run: Run) -> list[int]:
    """The known authorizations of which the source says something else than the desk, by id."""
    ids = _beside_known(select(_a.id), run).where(IS_KNOWN, _differs(run)).order_by(_a.id)
    return list(connection.scalars(ids))


def apply_changes(
    connection: Connection, run: Run, ids: Sequence[int], counts: Counts
) -> dict[int, list[int]]:
    """Writes what differs about some known authorizations, with an event for each.

    Returns the accounts that moved to another seller, by the seller whom they left.
    """
    left: dict[int, list[int]] = defaultdict(list)
    for start in range(0, len(ids), BATCH):
        writes = _Writes()
        for row in connection.execute(_rows(run, ids[start : start + BATCH])).all():
            _collect(_Beside.of(row), run, writes, counts)
        _write(connection, writes)
        for seller, accounts in writes.left.items():
            left[seller] += accounts
    return left


def _beside_known(chosen: Select, run: Run) -> Select:
    """Staged rows beside the known authorization, the seller it had, and the one it has now."""
    return (
        chosen.select_from(staged)
        .join(schema.authorization, _a.id == staged.c.known_id)
        .join(_belonged, _belonged.c.id == _a.seller_id)
        .join(belongs, belongs_to(run))
    )


def _differs(run: Run) -> ColumnElement[bool]:
    """Holds wherever `compare` finds a change; in a few cases it holds and there is none."""
    columns = [n for n in ALWAYS if n not in ("source", "seller_sort")]
    columns += [n for n in IF_MAPPED if n in run.mapped]
    told = _a.refusal.startswith(reported_by(run.source, ""), autoescape=True)
    said_paused = func.coalesce(staged.c.said_paused, false())
    return or_(
        _a.source != run.source,
        *(_a[name].is_distinct_from(staged.c[name]) for name in columns),
        and_(staged.c.refused, _a.refused_at.is_(None)),
        and_(~staged.c.refused, _a.refused_at.is_not(None), told),
        and_(said_paused, or_(~_a.paused, _a.paused_reason == REMOVED)),
        and_(~said_paused, _a.paused, _a.paused_reason.in_(OURS_TO_UNPAUSE)),
        _a.seller_id != belongs.c.id,
        differs_about_customer(run),
    )


def _rows(run: Run, ids: Sequence[int]) -> Select:
    columns = chain(_a, [_has_credential()], _belonged.c, belongs.c, staged.c)
    numbered = (column.label(f"c{number}") for number, column in enumerate(columns))
    return _beside_known(select(*numbered), run).where(_a.id.in_(ids))


def _has_credential() -> ColumnElement[bool]:
    return exists().where(schema.credential.c.authorization_id == _a.id)


_NAMES = tuple(
    (*columns.keys(), *more)
    for columns, more in (
        (_a, ("has_credential",)),
        (_belonged.c, ()),
        (belongs.c, ()),
        (staged.c, ()),
    )
)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the desk knows of an authorization, and what the source says: columns by name.

    belonged  the seller that it had
    belongs   the seller that it has now
    """

    known: dict[str, Any]
    belonged: dict[str, Any]
    belongs: dict[str, Any]
    new: dict[str, Any]

    @classmethod
    def of(cls, row: Sequence[Any]) -> "_Beside":
        cells = iter(row)
        return cls(*(dict(zip(names, islice(cells, len(names)), strict=True)) for names in _NAMES))


def _collect(beside: _Beside, run: Run, writes: _Writes, counts: Counts) -> None:
    known, new = beside.known, beside.new | {"source": run.source}
    change = compare(known, new, run.mapped, run.now)
    _collect_seller(beside, new, run, change, writes)
    identity = known["id"]
    if change.values:
        names = tuple(sorted(change.values))
        values = {f"to_{name}": value for name, value in change.values.items()}
        writes.authorizations[names].append(values | {"of_id": identity})
    if change.said:
        counts.add(change.kind)
        writes.events.append(run.event(change.kind, identity, change.said))
    if change.lapse:
        began_at, ended_at = change.lapse
        writes.lapses.append(
            {"authorization_id": identity, "began_at": began_at, "ended_at": ended_at}
        )


def _collect_seller(
    beside: _Beside, new: Mapping[str, Any], run: Run, change: Change, writes: _Writes
) -> None:
    """Collects what changed about the seller, or that the account has another seller now."""
    belonged, belongs = beside.belonged, beside.belongs
    names = particulars(run)
    wanted = {name: new[STAGED_AS[name].name] for name in names}
    if any(belongs[name] != wanted[name] for name in names):
        writes.sellers[belongs["id"]] = wanted
    if belonged["id"] != belongs["id"]:
        change.values["seller_id"] = belongs["id"]
        writes.left[belonged["id"]].append(beside.known["id"])
        wanted |= {"customer_number": new["customer_number"]}
    for name, value in wanted.items():
        if belonged[name] != value:
            change.said.setdefault(name, (belonged[name], value))


def _write(connection: Connection, writes: _Writes) -> None:
    for names, rows in writes.authorizations.items():
        connection.execute(
            update(schema.authorization)
            .where(_a.id == bindparam("of_id"))
            .values({name: bindparam(f"to_{name}") for name in names}),
            rows,
        )
    for identity, values in writes.sellers.items():
        connection.execute(
            update(schema.seller).where(schema.seller.c.id == identity).values(values)
        )
    insert_rows(connection, schema.event, writes.events)
    if writes.lapses:
        ended = insert_into(connection, schema.lapse)
        connection.execute(
            # The lapse may have an end already, from a grant that the source took back.
            ended.on_conflict_do_update(
                index_elements=["authorization_id", "began_at"],
                set_={"ended_at": ended.excluded.ended_at},
            ),
            writes.lapses,
        )
