"""Where a source is put down while it is read: temporary tables that nobody else sees.

Only when the whole source has been read is anything applied, in one transaction; a source that
breaks off in the middle leaves the token database as it was, however large it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    delete,
    func,
    select,
)
from sqlalchemy.schema import CreateTable

from data_access import schema
from data_access.bulk import insert_columns, insert_rows, insert_written, written
from data_access.records import AUTHORIZATION_FIELDS, PROFILE_FIELDS
from data_access.sources.event_details import details_of_new
from data_access.sources.problems import Problem
from data_access.sources.translate import Translated

metadata = MetaData()

KEY = ("application_id", "selling_partner_id", "region", "country")
ASKED_BY = (*KEY, "seq", "customer_number", "known_id")
"""The columns by which statements look for staged rows."""

PROBLEM = ("place", "taken", "column", "value", "reason", "fix")
"""The columns of a problem, staged and kept."""

SELLER_ONLY = ("customer_number", "contact", "email", "phone", "time_zone", "shop", "shop_url")

_OF_GRANT = (
    "application_id",
    "partner_kind",
    "plan",
    "granted_at",
    "expires_at",
    "refused_at",
    "refusal",
    "paused",
)
_OF_SELLER = ("seller_name", "language", *SELLER_ONLY)


def _copied(table: Table, names: Iterable[str]) -> list[Column]:
    return [Column(name, table.c[name].type) for name in names]


# Who holds an account and since when Amazon refuses it is the desk's own knowledge.
AUTHORIZATION = tuple(n for n in AUTHORIZATION_FIELDS if n not in ("owner", "first_failed_at"))
_SAID = (*AUTHORIZATION, *SELLER_ONLY, *PROFILE_FIELDS, "refused", "said_paused")
_WORKED_OUT = ("seller_sort", "search_text", "daily_value")
_OF_THE_REST = [n for n in _SAID if n not in (*_OF_SELLER, *_OF_GRANT, *_WORKED_OUT)]

staged = Table(
    "staged_account",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("place", Text, nullable=False),
    # Equal for rows that say the same; the second one does not mind which marketplace they name.
    # They are hashes of this process: good for one run.
    Column("digest", BigInteger, nullable=False),
    Column("grant_digest", BigInteger, nullable=False),
    Column("seller_digest", BigInteger, nullable=False),
    *_copied(schema.authorization, AUTHORIZATION),
    *_copied(schema.seller, SELLER_ONLY),
    *_copied(schema.sync_profile, PROFILE_FIELDS),
    # What to know the row by at the next reading, None where it must be read again.
    Column("row_digest", BigInteger),
    Column("refused", Boolean, nullable=False),
    Column("said_paused", Boolean),
    # The event of an account that is new, and the authorization of one that is not.
    Column("granted_details", Text, nullable=False),
    Column("known_id", schema.Id),
    prefixes=["TEMPORARY"],
)
Index("ix_staged_key", *(staged.c[name] for name in KEY))
Index("ix_staged_customer_number", staged.c.customer_number, staged.c.seq)
IS_KNOWN = staged.c.known_id.is_not(None)
"""That the desk knows the account of a staged row."""

Index("ix_staged_known_id", staged.c.known_id, sqlite_where=IS_KNOWN, postgresql_where=IS_KNOWN)

staged_problem = Table(
    "staged_problem",
    metadata,
    Column("id", Integer, primary_key=True),
    # The row whose authorization this is about, None for a row that was not taken.
    Column("seq", Integer),
    *_copied(schema.source_problem, PROBLEM),
    prefixes=["TEMPORARY"],
)

rejected_identity = Table(
    "staged_identity",
    metadata,
    Column("customer_number", Text, nullable=False),
    Column("selling_partner_id", Text, nullable=False),
    prefixes=["TEMPORARY"],
)

SAME_KEY = and_(*(schema.authorization.c[name] == staged.c[name] for name in KEY))
"""That an account is the one of a staged row, also where it was inserted in this run."""

# Authorizations whose row was remembered and did not come again as it was.
unseen = Table(
    "staged_unseen",
    metadata,
    Column("id", schema.Id, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
)

# Authorizations that were inserted in this run, by the number of their row.
arrived = Table(
    "staged_arrival",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", schema.Id, nullable=False),
    prefixes=["TEMPORARY"],
)

TABLES = (staged, staged_problem, rejected_identity, unseen, arrived)


def prepare(connection: Connection) -> None:
    """Makes the temporary tables anew, without indexes; they go with the connection."""
    metadata.drop_all(connection, checkfirst=True)
    for table in TABLES:
        connection.execute(CreateTable(table))


def make_findable(connection: Connection) -> None:
    """Makes the indexes, once everything is put down: that is quicker than row by row."""
    for index in staged.indexes:
        index.create(connection)


def put(
    connection: Connection,
    first: int,
    places: Sequence[str],
    translated: Translated,
    digests: Sequence[int | None],
) -> None:
    """Puts down a batch.

    first    the number of its first row in the run; the others follow
    places   where each of its rows is
    digests  what to know each row by at the next reading
    """
    taken, problems = translated.taken, translated.problems
    said = written(connection, staged, {name: translated.accounts[name] for name in _SAID})
    columns = {
        "seq": [first + row for row in taken],
        "place": [places[row] for row in taken],
        **said,
        **_digests(said),
        "row_digest": [None if row in problems else digests[row] for row in taken],
        "granted_details": details_of_new(translated.accounts["granted_at"]),
    }
    insert_written(connection, staged, columns)
    rejected = {
        "customer_number": [number for number, _ in translated.rejected],
        "selling_partner_id": [partner_id for _, partner_id in translated.rejected],
    }
    insert_columns(connection, rejected_identity, rejected)
    accounts = frozenset(taken)
    noted = [
        problem_row(first + row if row in accounts else None, problem)
        for row, of_row in sorted(problems.items())
        for problem in of_row
    ]
    add_problems(connection, noted)


def _digests(said: Mapping[str, Sequence[Any]]) -> dict[str, list[int]]:
    of_seller = _hashes(said[name] for name in _OF_SELLER)
    of_grant = _hashes([of_seller, *(said[name] for name in _OF_GRANT)])
    return {
        "digest": _hashes([of_grant, *(said[name] for name in _OF_THE_REST)]),
        "grant_digest": of_grant,
        "seller_digest": of_seller,
    }


def _hashes(columns: Iterable[Sequence[Any]]) -> list[int]:
    return list(map(hash, zip(*columns, strict=True)))


def add_problems(connection: Connection, rows: Sequence[dict]) -> None:
    """Puts down problems, made by `problem_row`."""
    insert_rows(connection, staged_problem, rows)


def problem_row(seq: int | None, problem: Problem) -> dict:
    """The row of a problem about the account `seq`."""
    return {
        "seq": seq,
        "place": problem.place[:200],
        "taken": problem.taken,
        "column": problem.column[:200],
        "value": problem.value,
        "reason": problem.reason,
        "fix": problem.fix,
    }


def drop(connection: Connection, seqs: Sequence[int]) -> None:
    """Takes staged accounts away again; their problems stay."""
    for start in range(0, len(seqs), 5_000):
        connection.execute(delete(staged).where(staged.c.seq.in_(seqs[start : start + 5_000])))


def count(connection: Connection) -> int:
    """How many accounts are staged."""
    return connection.scalar(select(func.count()).select_from(staged)) or 0
