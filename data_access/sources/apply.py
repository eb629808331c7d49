"""A fully staged source becomes the desk's knowledge, inside the caller's one transaction."""

from contextlib import nullcontext
from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, func, insert, literal, or_, select

from data_access import rollup, schema
from data_access.bulk import count_for_planner, give_room
from data_access.database import one_at_a_time
from data_access.erased import ErasedSellers, erased_of
from data_access.first_load import indexes_at_the_end
from data_access.sources import staging
from data_access.sources.apply_customers import (
    changed_customers,
    check_customers,
    refresh_sellers,
)
from data_access.sources.apply_known import apply_changes, differing_ids
from data_access.sources.apply_new import (
    find_known,
    insert_accounts,
    insert_sellers,
    new_ids,
    one_seller_each,
)
from data_access.sources.apply_removed import (
    apply_removals,
    delete_sellers,
    reason_to_hold_back,
    vanished_ids,
)
from data_access.sources.apply_untold import refresh_copies, untold_ids
from data_access.sources.differences import REMOVED
from data_access.sources.duplicates import settle
from data_access.sources.facts import refresh_facts
from data_access.sources.mapping import Mapping
from data_access.sources.problems import Problem
from data_access.sources.proposals import own_value, proposal
from data_access.sources.run_facts import Counts, Run
from data_access.sources.run_log import ended_runs
from data_access.sources.staging import (
    ASKED_BY,
    PROBLEM,
    SAME_KEY,
    problem_row,
    staged,
    staged_problem,
    unseen,
)
from data_access.sources.unchanged import Unchanged, check_apart, note_unseen, remember

FEW = 20_000
"""Up to so many changed accounts the rollup is corrected; beyond, counting anew is quicker."""

SEVERAL = 500
"""Of more new accounts than these PostgreSQL is told at once. It counts by itself within a minute;
until then the next reading would go through all rows for each account."""

LOCK = 7_239_441_101
"""PostgreSQL's advisory lock of `alone`."""

_a = schema.authorization.c


@dataclass(slots=True)
class Applied:
    """What became of the staged rows."""

    taken: int = 0
    merged: int = 0
    rejected: int = 0
    held_back: str = ""
    counts: Counts = field(default_factory=Counts)


class BeginAgain(Exception):
    """What was read is out of date, and the source has to be read again from its first row.

    Since the reading began a seller was erased who is among the rows, or another reading of the
    same source was applied, which may have read later.
    """


@dataclass(frozen=True, slots=True)
class Beginning:
    """What must still be so when a reading is applied.

    erased   the sellers of the source who were erased
    applied  the readings of the source that were applied, by their numbers
    """

    erased: ErasedSellers
    applied: frozenset[int]


def beginning_of(connection: Connection, source: str) -> Beginning:
    """The beginning of a reading that begins now."""
    return Beginning(erased_of(connection, source), ended_runs(connection, source))


def alone(connection: Connection) -> None:
    """Lets nobody else apply a source or erase a seller until the transaction ends."""
    one_at_a_time(connection, LOCK)


def apply_staged(
    connection: Connection,
    run: Run,
    mapping: Mapping,
    unchanged: Unchanged,
    beginning: Beginning,
    cut_short: bool,
    allow_removals: bool,
) -> Applied:
    """Writes what is new, changed and gone, with its events, and keeps the rollup exact.

    beginning: what `beginning_of` said when the reading began
    Raises BeginAgain; ReadAgain where the rows that were skipped as unchanged are needed as well.
    """
    alone(connection)
    if beginning_of(connection, run.source) != beginning:
        raise BeginAgain
    give_room(connection)
    staging.make_findable(connection)
    note_unseen(connection, unchanged)
    count_for_planner(connection, unseen, ["id"])
    count_for_planner(connection, staged, ASKED_BY)
    settled = settle(connection, mapping.one_row_per)
    find_known(connection)
    count_for_planner(connection, staged, ASKED_BY)
    check_apart(connection, run.source)
    held = _leave_to_others(connection, run)
    one_seller_each(connection)
    changed = changed_customers(connection, run)
    if unchanged.rows:
        check_customers(connection, run.source, changed)
    taken = staging.count(connection) + unchanged.rows
    applied = Applied(taken, settled.merged + held, settled.rejected)
    removals = _removals(connection, run, mapping, applied, cut_short, allow_removals)
    _write(connection, run, removals, untold_ids(connection, changed), applied.counts)
    return applied


def _removals(
    connection: Connection,
    run: Run,
    mapping: Mapping,
    applied: Applied,
    cut_short: bool,
    allowed: bool,
) -> list[int]:
    if mapping.removed.then == "ignore":
        return []
    vanished = vanished_ids(connection, run)
    if not allowed:
        applied.held_back = reason_to_hold_back(
            connection, run, len(vanished), mapping.removed, applied.taken, cut_short
        )
    return [] if applied.held_back else vanished


def _write(
    connection: Connection, run: Run, removals: list[int], untold: list[int], counts: Counts
) -> None:
    refresh_sellers(connection, run)
    insert_sellers(connection, run)
    changing = differing_ids(connection, run)
    unknown = select(func.count()).select_from(staged).where(staged.c.known_id.is_(None))
    new = connection.scalar(unknown) or 0
    if new > FEW:
        count_for_planner(connection, schema.seller, ["id", "source", "customer_number"])
    # Each once: one that is removed may be untold as well.
    touched = [*{*changing, *removals, *untold}]
    few = len(touched) + new <= FEW
    if not few:
        rollup.hold(connection, touched)
    with rollup.kept(connection, touched if few else []) as inserted:
        left = apply_changes(connection, run, changing, counts)
        with indexes_at_the_end(connection) if new > FEW else nullcontext():
            if new:
                insert_accounts(connection, run, counts)
            remember(connection, run.source, removals)
        if new > SEVERAL and connection.dialect.name == "postgresql":
            count_for_planner(connection, schema.authorization, ["id", "source", "paused"])
            count_for_planner(connection, schema.source_row, ["authorization_id", "source"])
        refresh_copies(connection, untold)
        apply_removals(connection, run, removals, counts)
        delete_sellers(connection, left)
        if few and new:
            inserted += new_ids(connection)
        # Before any row of the rollup is locked: others who hold an account wait for those.
        refresh_facts(connection, run)
    if not few:
        rollup.rebuild(connection)


def _leave_to_others(connection: Connection, run: Run) -> int:
    """Authorizations that another source brought and still has stay with it, unless this one has a
    later grant.

    Two sources that know the same account would otherwise take it from each other at every run.
    """
    later = or_(
        and_(staged.c.granted_at.is_not(None), _a.granted_at.is_(None)),
        staged.c.granted_at > _a.granted_at,
    )
    # The other source no longer has it: the account has moved.
    let_go = and_(_a.paused, _a.paused_reason == REMOVED)
    rows = connection.execute(
        select(staged.c.seq, staged.c.place, staged.c.selling_partner_id, _a.source)
        .select_from(staged)
        .join(schema.authorization, _a.id == staged.c.known_id)
        .where(_a.source.not_in(("", run.source)), ~func.coalesce(later, False), ~let_go)
    ).all()
    fix = proposal("one_name")
    problems = [
        Problem(
            row.place,
            False,
            "held_by_other_source",
            "",
            own_value("held_by_other_source", account=row.selling_partner_id, source=row.source),
            fix,
        )
        for row in rows
    ]
    staging.add_problems(
        connection, [problem_row(r.seq, p) for r, p in zip(rows, problems, strict=True)]
    )
    staging.drop(connection, [row.seq for row in rows])
    return len(rows)


def keep_problems(connection: Connection, source: str, run_id: int) -> None:
    """The problems of this run in place of those of the source's earlier ones."""
    p, r = schema.source_problem, schema.source_run
    earlier = select(r.c.id).where(r.c.source == source, r.c.id != run_id)
    connection.execute(p.delete().where(p.c.run_id.in_(earlier)))
    connection.execute(
        insert(p).from_select(
            ["run_id", *PROBLEM, "authorization_id"],
            select(literal(run_id), *(staged_problem.c[name] for name in PROBLEM), _a.id)
            .select_from(staged_problem)
            .outerjoin(staged, staged.c.seq == staged_problem.c.seq)
            .outerjoin(schema.authorization, SAME_KEY)
            .order_by(staged_problem.c.id),
        )
    )
