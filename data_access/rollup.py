"""The expiry rollup: how many authorizations expire on each UTC day, by what can be filtered, and
in each UTC hour.

Counting a million rows at each click is too slow; the rollup is some thousand rows. It is kept in
the transaction that changes an authorization, so it is exact whenever it can be read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Engine,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from data_access.bulk import count_for_planner
from data_access.conflicts import insert_into
from data_access.database import writing
from data_access.schema import (
    authorization,
    expiry_day,
    expiry_day_detail,
    expiry_day_marketplace,
    expiry_hour,
    metadata,
)

NO_EXPIRY = date(9999, 12, 31)
"""The rollup's day of authorizations without a known expiry."""

COUNTED = (expiry_day, expiry_hour, expiry_day_detail)
"""Counted from the accounts; expiry_day_marketplace is made of the last one."""
AT_ONCE = 5_000
"""So many ids stand in one statement."""

_a = authorization.c


def utc_day(moment: ColumnElement) -> ColumnElement[date]:
    """The UTC day of a moment; both databases speak UTC on our connections."""
    return type_coerce(func.date(moment), Date)


class utc_hour(GenericFunction):  # noqa: N801 - it stands in statements as functions do
    """The UTC hour of a moment as text, "2026-11-25 08", which sorts as hours do."""

    type = String()
    inherit_cache = True


@compiles(utc_hour, "sqlite")
def _cut(element: utc_hour, compiler: SQLCompiler, **how: Any) -> str:
    return f"substr({compiler.process(element.clauses, **how)}, 1, 13)"


@compiles(utc_hour, "postgresql")
def _formatted(element: utc_hour, compiler: SQLCompiler, **how: Any) -> str:
    moment = compiler.process(element.clauses, **how)
    return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


def expiry_hour_of() -> ColumnElement[str]:
    """The UTC hour in which an account expires; the first one of NO_EXPIRY where nobody knows."""
    return func.coalesce(utc_hour(_a.expires_at), f"{NO_EXPIRY} 00")


def state() -> ColumnElement[str]:
    """What of the status does not depend on the moment one asks."""
    return case(
        (_a.paused, "paused"),
        (_a.granted_at.is_(None), "none"),
        (_a.refused_at.is_not(None), "refused"),
        else_="live",
    )


def rebuild(connection: Connection) -> None:
    """Counts everything anew, after a bulk load, and tells the planner what it has to do with."""
    if connection.dialect.name == "postgresql":
        # What others add after this is counted, or waits until it can be added to what was counted.
        names = ", ".join(table.name for table in (*COUNTED, expiry_day_marketplace))
        connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
    for table in COUNTED:
        connection.execute(delete(table))
        connection.execute(
            insert(table).from_select([c.name for c in table.columns], _grouped(table))
        )
    connection.execute(delete(expiry_day_marketplace))
    names = expiry_day_marketplace.columns.keys()
    by_marketplace = _by_marketplace(_kept_rows(connection, expiry_day_detail)).items()
    rows = [dict(zip(names, (*key, accounts), strict=True)) for key, accounts in by_marketplace]
    if rows:
        connection.execute(insert(expiry_day_marketplace), rows)
    # All rows: by a sample SQLite takes few accounts for many where their values lie together in an
    # index, and enters by the wrong one. Table by table, as what was staged and what the search
    # keeps for itself need no count.
    for table in metadata.sorted_tables:
        count_for_planner(connection, table)


def recount(of: Engine | None = None) -> None:
    """Counts everything anew where it was found to have drifted. Raises DatabaseAway."""
    with writing(of) as connection:
        rebuild(connection)


def hold(connection: Connection, ids: Sequence[int]) -> None:
    """Lets nobody else change some authorizations until the transaction ends.

    What is read of them from now on is what will be changed. SQLite has one writer anyway.
    """
    if connection.dialect.name != "postgresql":
        return
    # In one order for everybody. Notes and the like, which only point at an account, go on.
    of_all = sorted(ids)
    for start in range(0, len(of_all), AT_ONCE):
        connection.execute(
            select(_a.id)
            .where(_a.id.in_(of_all[start : start + AT_ONCE]))
            .order_by(_a.id)
            .with_for_update(key_share=True)
        )


@contextmanager
def kept(connection: Connection, ids: Sequence[int]) -> Iterator[list[int]]:
    """Keeps the rollup exact around a change of some authorizations.

    ids: the authorizations that will change and exist already; nobody else changes them meanwhile.
    The list that is yielded takes the ids of those that are inserted meanwhile.
    """
    hold(connection, ids)
    inserted: list[int] = []
    before = {table: _count(connection, table, ids) for table in COUNTED}
    yield inserted
    for table in COUNTED:
        after = _count(connection, table, [*ids, *inserted])
        _add(connection, table, before[table], after)
        if table is expiry_day_detail:
            earlier, later = _by_marketplace(before[table]), _by_marketplace(after)
            _add(connection, expiry_day_marketplace, earlier, later)


def drift(connection: Connection) -> int:
    """How many rows of the rollup differ from a fresh count: 0 unless something went wrong."""
    wrong = 0
    for table in COUNTED:
        counted = {tuple(key): accounts for *key, accounts in connection.execute(_grouped(table))}
        wrong += len(counted.items() ^ _kept_rows(connection, table).items())
        if table is expiry_day_detail:
            by_marketplace = _kept_rows(connection, expiry_day_marketplace)
            wrong += len(_by_marketplace(counted).items() ^ by_marketplace.items())
    return wrong


def _kept_rows(connection: Connection, table: Table) -> dict[tuple, int]:
    return {tuple(key): accounts for *key, accounts in connection.execute(select(table))}


def _by_marketplace(detail: Mapping[tuple, int]) -> dict[tuple, int]:
    """What expiry_day_marketplace says where expiry_day_detail says that."""
    found: Counter[tuple] = Counter()
    for (day, of_state, region, marketplaces, *_), accounts in detail.items():
        for marketplace in marketplaces.split(","):
            found[marketplace, day, of_state, region] += accounts
    return found


def _dimensions(table: Table) -> list[ColumnElement]:
    computed = {
        "day": func.coalesce(utc_day(_a.expires_at), literal(NO_EXPIRY, Date)),
        "hour": expiry_hour_of(),
        "state": state(),
    }
    return [
        computed.get(column.name, _a.get(column.name)).label(column.name)
        for column in table.primary_key.columns
    ]


def _grouped(table: Table) -> Select:
    dimensions = _dimensions(table)
    return select(*dimensions, func.count().label("accounts")).group_by(*dimensions)


def _count(connection: Connection, table: Table, ids: Sequence[int]) -> dict[tuple, int]:
    counted: dict[tuple, int] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        for *key, accounts in connection.execute(_grouped(table).where(_a.id.in_(some))):
            counted[tuple(key)] = counted.get(tuple(key), 0) + accounts
    return counted


def _add(connection: Connection, table: Table, before: dict, after: dict) -> None:
    # In one order for everybody, so that two writers wait for each other and never in a ring.
    keys = [c.name for c in table.primary_key.columns]
    changes = [
        dict(zip(keys, key, strict=True), accounts=after.get(key, 0) - before.get(key, 0))
        for key in sorted(before.keys() | after.keys())
        if after.get(key, 0) != before.get(key, 0)
    ]
    if not changes:
        return
    statement = insert_into(connection, table)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=keys,
            set_={"accounts": table.c.accounts + statement.excluded.accounts},
        ),
        changes,
    )
    emptied = [
        {f"of_{key}": change[key] for key in keys} for change in changes if change["accounts"] < 0
    ]
    if emptied:
        row = and_(*(table.c[key] == bindparam(f"of_{key}") for key in keys))
        connection.execute(delete(table).where(row, table.c.accounts == 0), emptied)
