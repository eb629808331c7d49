"""Rows of one source that are one authorization: which counts, and what is said of the rest.

Amazon knows one authorization per seller and region (in the Far East per country), but databases
list one per marketplace, keep old rows after a renewal, or export a row twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select, tuple_, update

from data_access.sources import staging
from data_access.sources.problems import Problem, shown
from data_access.sources.proposals import own_value, proposal
from data_access.sources.staging import KEY, problem_row, staged
from data_access.sources.unchanged import forget_several

GROUPS = 2_000


@dataclass(slots=True)
class Settled:
    """How many rows were merged into another one, and how many were rejected."""

    merged: int = 0
    rejected: int = 0


@dataclass(slots=True)
class _Verdict:
    """What is to be done about some groups of rows."""

    problems: list[dict] = field(default_factory=list)
    drops: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    unions: list[dict] = field(default_factory=list)


def settle(connection: Connection, one_row_per: str) -> Settled:
    """Leaves one staged row for each authorization, and a problem for each row that goes.

    one_row_per: "marketplace" where several rows of one authorization are how the source is made.
    """
    settled, after = Settled(), None
    while groups := _groups(connection, after):
        verdict = _Verdict()
        for rows in groups:
            _judge(rows, one_row_per == "marketplace", settled, verdict)
        _carry_out(connection, verdict)
        after = tuple(groups[-1][0][: len(KEY)])
    return settled


def _groups(connection: Connection, after: tuple | None) -> list[list[Row[Any]]]:
    """The next authorizations that several rows are about: those rows, the best one first."""
    keys = [staged.c[name] for name in KEY]
    several = select(*keys).group_by(*keys).having(func.count() > 1).order_by(*keys).limit(GROUPS)
    if after is not None:
        several = several.where(tuple_(*keys) > after)
    found = several.subquery("several")
    columns = ("seq", "place", "digest", "grant_digest", "granted_at", "marketplaces")
    rows = connection.execute(
        select(*keys, *(staged.c[name] for name in columns))
        .join(found, and_(*(staged.c[name] == found.c[name] for name in KEY)))
        .order_by(*keys, staged.c.granted_at.desc().nulls_last(), staged.c.seq)
    )
    return [list(group) for _, group in groupby(rows, key=lambda row: tuple(row[: len(KEY)]))]


def _judge(
    rows: Sequence[Row[Any]], by_marketplace: bool, settled: Settled, verdict: _Verdict
) -> None:
    best, *others = rows
    verdict.kept.append(best.seq)
    opened = set(best.marketplaces.split(","))
    for other in others:
        verdict.drops.append(other.seq)
        if other.digest == best.digest:
            settled.merged += 1
            fix = proposal("delete_one")
            verdict.problems.append(_problem(best, other, "duplicate_row", fix))
        elif by_marketplace:
            settled.merged += 1
            opened |= set(other.marketplaces.split(","))
        elif other.grant_digest == best.grant_digest:
            settled.merged += 1
            opened |= set(other.marketplaces.split(","))
            fix = proposal("one_row_per")
            verdict.problems.append(_problem(best, other, "same_authorization", fix))
        else:
            settled.rejected += 1
            fix = proposal("delete_row", place=best.place)
            verdict.problems.append(_problem(best, other, "contradicting_row", fix))
    together = ",".join(sorted(opened))
    if together != best.marketplaces:
        verdict.unions.append({"of_seq": best.seq, "marketplaces": together})


def _carry_out(connection: Connection, verdict: _Verdict) -> None:
    staging.add_problems(connection, verdict.problems)
    staging.drop(connection, verdict.drops)
    forget_several(connection, verdict.kept)
    if verdict.unions:
        connection.execute(
            update(staged).where(staged.c.seq == bindparam("of_seq")), verdict.unions
        )


def _problem(best: Row[Any], row: Row[Any], reason: str, fix: str) -> dict:
    # Two rows that are one are in the database; of two that contradict each other one is not.
    granted = row.granted_at or "never"
    said = own_value(reason, account=row.selling_partner_id, at=granted, place=best.place)
    taken = reason != "contradicting_row"
    problem = Problem(row.place, taken, reason, "", shown(said), fix)
    return problem_row(best.seq, problem)
