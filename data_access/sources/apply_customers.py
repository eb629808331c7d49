"""Customers whom the desk knows already, and what the source says of them now: name, contact,
language, shop."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from data_access import schema
from data_access.sources.run_facts import Run
from data_access.sources.staging import staged
from data_access.sources.unchanged import ReadAgain, came_again

BATCH = 2_000

_a = schema.authorization.c
_s = schema.seller.c

belongs = schema.seller.alias("seller_belongs")
"""The seller to whom a staged row belongs, by its customer number."""

_UNDER_THE_SAME_NAME = ("contact", "email", "phone", "language", "time_zone", "shop", "shop_url")
STAGED_AS = {
    "name": staged.c.seller_name,
    **{name: staged.c[name] for name in _UNDER_THE_SAME_NAME},
}
"""The columns of a seller, and where a staged row has them."""


def refresh_sellers(connection: Connection, run: Run) -> None:
    """Writes what the source says of known customers who come with new accounts alone.

    `apply_known` writes it of the others, whose accounts it compares anyway.
    """
    s, also = staged.c, staged.alias("also")
    known_too = (
        exists()
        .where(also.c.customer_number == s.customer_number, also.c.known_id.is_not(None))
        .correlate(staged)
    )
    connection.execute(
        update(schema.seller)
        .where(
            _s.source == run.source,
            _s.customer_number == s.customer_number,
            s.known_id.is_(None),
            differs_about_customer(run, _s),
            ~known_too,
        )
        .values({name: STAGED_AS[name] for name in particulars(run)})
    )


def changed_customers(connection: Connection, run: Run) -> Sequence[int]:
    """The known customers of whom a staged row says something else than the desk. To be called
    before that is written."""
    return connection.scalars(
        select(belongs.c.id)
        .distinct()
        .select_from(staged)
        .join(belongs, belongs_to(run))
        .where(differs_about_customer(run))
    ).all()


def check_customers(connection: Connection, source: str, customers: Sequence[int]) -> None:
    """Raises ReadAgain where a row of one of these customers was skipped as unchanged.

    It may stand in the source before the row that says something else of the customer, and then it
    is the one that counts.
    """
    # By ids that are known: in one statement with `changed_customers`, the planner would expect
    # nearly all customers to differ.
    for start in range(0, len(customers), BATCH):
        of_some = _a.seller_id.in_(customers[start : start + BATCH])
        alone = select(_a.id).where(of_some, came_again(source)).limit(1)
        if connection.scalar(alone) is not None:
            raise ReadAgain


def differs_about_customer(
    run: Run, known: ReadOnlyColumnCollection = belongs.c
) -> ColumnElement[bool]:
    """Whether a staged row says something else of its customer than the desk.

    known: the columns of the seller that it is compared with
    """
    return or_(*(known[name] != STAGED_AS[name] for name in particulars(run)))


def particulars(run: Run) -> list[str]:
    """The columns of a seller that the source of a run has something to say about."""
    return [name for name in STAGED_AS if name == "name" or name in run.mapped]


def belongs_to(run: Run) -> ColumnElement[bool]:
    """Joins a staged row with `belongs`."""
    return and_(
        belongs.c.source == run.source, belongs.c.customer_number == staged.c.customer_number
    )
