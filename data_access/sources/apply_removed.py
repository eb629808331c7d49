"""Accounts that are no longer in the source: paused, unless it looks like the source's mishap; and
sellers whom their last account has left."""

from collections.abc import Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from data_access import schema
from data_access.bulk import insert_rows
from data_access.event_values import strings_of, take_former
from data_access.sources.differences import PAUSED, REMOVED
from data_access.sources.mapping import Removed
from data_access.sources.run_facts import Counts, Run
from data_access.sources.staging import rejected_identity, staged
from data_access.sources.unchanged import came_again

BATCH = 2_000
_a = schema.authorization.c
_s = schema.seller.c
_r = rejected_identity.c


def vanished_ids(connection: Connection, run: Run) -> list[int]:
    """The authorizations of this source that it no longer has.

    A rejected row may be one of them, with something wrong; what it may be has not vanished.
    """
    named = _r.selling_partner_id != ""
    partners = select(_r.selling_partner_id).where(named).distinct().subquery()
    numbers = select(_r.customer_number).where(_r.customer_number != "")
    of_source = and_(_s.source == run.source, _s.customer_number.in_(numbers))
    customers = select(_s.id).where(of_source).subquery()
    # Not by NOT IN: of more rows than its memory holds PostgreSQL goes through all of them for each
    # account.
    return list(
        connection.scalars(
            select(_a.id)
            .outerjoin(staged, staged.c.known_id == _a.id)
            .outerjoin(partners, partners.c.selling_partner_id == _a.selling_partner_id)
            .outerjoin(customers, customers.c.id == _a.seller_id)
            .where(
                _live(run),
                staged.c.known_id.is_(None),
                partners.c.selling_partner_id.is_(None),
                customers.c.id.is_(None),
                ~came_again(run.source),
            )
            .order_by(_a.id)
        )
    )


def _live(run: Run) -> ColumnElement[bool]:
    """What the source may remove: an account that somebody paused by hand stays as it is."""
    return and_(_a.source == run.source, or_(~_a.paused, _a.paused_reason == PAUSED))


def reason_to_hold_back(
    connection: Connection, run: Run, vanished: int, rule: Removed, taken: int, cut_short: bool
) -> str:
    """Why these removals should not be believed, "" where nothing speaks against them."""
    if not vanished:
        return ""
    if taken == 0:
        return f"The source has no usable row at all; none of {vanished} accounts was removed."
    if cut_short:
        return f"The end of the source is torn off; {vanished} accounts were kept."
    unknown = connection.scalar(
        select(func.count())
        .select_from(rejected_identity)
        .where(_r.customer_number == "", _r.selling_partner_id == "")
    )
    if unknown:
        return (
            f"{unknown} rows cannot be told apart, so nobody knows which of {vanished} missing "
            "accounts they are; these were kept."
        )
    known = connection.scalar(
        select(func.count()).select_from(schema.authorization).where(_live(run))
    )
    if vanished > 1 and vanished > rule.at_most * (known or 0):
        return (
            f"{vanished} of {known} accounts are missing from the source at once, more than "
            f"{rule.at_most:.0%}; they were kept. If they are really gone, say --allow-removals."
        )
    return ""


def apply_removals(connection: Connection, run: Run, ids: Sequence[int], counts: Counts) -> None:
    """Pauses what has vanished, with an event each; not what somebody paused by hand meanwhile."""
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        before = connection.execute(
            select(_a.id, _a.paused, _a.paused_reason).where(_a.id.in_(some), _live(run))
        ).all()
        connection.execute(
            update(schema.authorization)
            .where(_a.id.in_([row.id for row in before]))
            .values(paused=True, paused_reason=REMOVED)
        )
        insert_rows(
            connection,
            schema.event,
            [
                run.event(
                    "removed",
                    row.id,
                    {"paused": (row.paused, True), "paused_reason": (row.paused_reason, REMOVED)},
                )
                for row in before
            ],
        )
        counts.add("removed", len(before))


def delete_sellers(connection: Connection, left: Mapping[int, Sequence[int]]) -> None:
    """Deletes those of some sellers who have no account any more, and takes them out of the history
    of the accounts that left them. Nobody would see that the desk still knows them, and an erasure
    would not find them.

    left: for each seller the accounts that have another one now
    """
    ids, has_account = sorted(left), exists().where(_a.seller_id == _s.id)
    for start in range(0, len(ids), BATCH):
        some = _s.id.in_(ids[start : start + BATCH])
        gone = connection.execute(
            delete(schema.seller).where(some, ~has_account).returning(*_s)
        ).all()
        _forget_in_history(connection, {each: row for row in gone for each in left[row.id]})


def _forget_in_history(connection: Connection, former: Mapping[int, Row]) -> None:
    """former: for each account the seller whom it has left."""
    for start in range(0, len(former), BATCH):
        ids = list(former)[start : start + BATCH]
        now = connection.execute(
            select(_a.id.label("account"), _s.name, _s.email)
            .join_from(schema.authorization, schema.seller, _a.seller_id == _s.id)
            .where(_a.id.in_(ids))
        )
        strings = {
            row.account: strings_of(former[row.account])
            for row in now
            if not _is_same(former[row.account], row)
        }
        take_former(connection, strings)


def _is_same(one: Row, other: Row) -> bool:
    """A customer who was only given another number: an erasure finds them by that."""
    return one.name == other.name or bool(one.email) and one.email == other.email
