"""Accounts that a source does not tell of, though it tells something new of their customer: their
row was rejected, or is missing. What they copy of the customer is to change with it."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, exists, select, update

from data_access import schema
from data_access.records import SELLER_COPIES, seller_copies
from data_access.sources.staging import staged

BATCH = 2_000
_a = schema.authorization.c
_s = schema.seller.c
_BOUND = ("of_id", *(f"to_{name}" for name in SELLER_COPIES))


def untold_ids(connection: Connection, customers: Sequence[int]) -> list[int]:
    """The accounts of some customers that have no staged row."""
    told = exists().where(staged.c.known_id == _a.id)
    found: list[int] = []
    for start in range(0, len(customers), BATCH):
        of_some = _a.seller_id.in_(customers[start : start + BATCH])
        found += connection.scalars(select(_a.id).where(of_some, ~told))
    return found


def refresh_copies(connection: Connection, ids: Sequence[int]) -> None:
    """Brings what some accounts copy of their sellers up to what these are now. What it was stands
    in the history of the account whose row tells of it."""
    for start in range(0, len(ids), BATCH):
        found = connection.execute(
            select(_a.id.label("of_id"), _a.selling_partner_id, _s)
            .join_from(schema.authorization, schema.seller, _s.id == _a.seller_id)
            .where(_a.id.in_(ids[start : start + BATCH]))
        ).all()
        copied = [(row.of_id, *seller_copies(row, row.selling_partner_id)) for row in found]
        connection.execute(
            update(schema.authorization)
            .where(_a.id == bindparam("of_id"))
            .values({name: bindparam(f"to_{name}") for name in SELLER_COPIES}),
            [dict(zip(_BOUND, values, strict=True)) for values in copied],
        )
