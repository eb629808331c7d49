"""Accounts that the desk has not seen before, inserted by the database itself, however many."""

from sqlalchemy import (
    Connection,
    String,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from data_access import schema
from data_access.records import PROFILE_FIELDS, SELLER_COPIES
from data_access.sources.differences import PAUSED, reported_by
from data_access.sources.run_facts import Counts, Run
from data_access.sources.staging import AUTHORIZATION, SAME_KEY, SELLER_ONLY, arrived, staged

_a = schema.authorization.c
_s = schema.seller.c


def one_seller_each(connection: Connection) -> None:
    """Where rows of one customer differ about the customer, the first row is believed.

    They are all read again at the next reading: one alone would not know which is the first.
    """
    s = staged.c
    several = (
        select(s.customer_number)
        .group_by(s.customer_number)
        .having(func.min(s.seller_digest) != func.max(s.seller_digest))
    )
    names = (*SELLER_COPIES, *SELLER_ONLY)
    columns = [s[name] for name in (*names, "selling_partner_id")]
    for number in connection.scalars(several).all():
        of_customer = s.customer_number == number
        first = connection.execute(
            select(*columns).where(of_customer).order_by(s.seq).limit(1)
        ).one()
        values = {n: getattr(first, n) for n in names if n != "search_text"}
        shared = first.search_text.removesuffix(first.selling_partner_id.casefold())
        values["search_text"] = literal(shared) + func.lower(s.selling_partner_id)
        values["row_digest"] = None
        connection.execute(update(staged).where(of_customer).values(values))


def insert_sellers(connection: Connection, run: Run) -> None:
    """The sellers that the source names and the desk does not know."""
    first = (
        select(func.min(staged.c.seq).label("seq")).group_by(staged.c.customer_number).subquery()
    )
    known = exists().where(_s.source == run.source, _s.customer_number == staged.c.customer_number)
    names = ("source", "name", "language", *SELLER_ONLY)
    connection.execute(
        insert(schema.seller).from_select(
            names,
            select(
                literal(run.source),
                staged.c.seller_name,
                staged.c.language,
                *(staged.c[name] for name in SELLER_ONLY),
            )
            .join(first, first.c.seq == staged.c.seq)
            .where(~known)
            .order_by(staged.c.seq),
        )
    )


def insert_accounts(connection: Connection, run: Run, counts: Counts) -> None:
    """The authorizations that are not known yet, with profile and event."""
    _insert_authorizations(connection, run)
    _note_arrivals(connection)
    _insert_profiles(connection)
    _insert_events(connection, run)
    granted = func.count(staged.c.granted_at)
    new, with_grant = connection.execute(
        select(func.count(), granted).select_from(staged).where(staged.c.known_id.is_(None))
    ).one()
    counts.add("granted", with_grant)
    counts.add("changed", new - with_grant)


def _insert_authorizations(connection: Connection, run: Run) -> None:
    s = staged.c
    refused_at = case(
        (s.refused_at <= run.now, s.refused_at), else_=literal(run.now, _a.refused_at.type)
    )
    reported = literal(reported_by(run.source, ""), String)
    special = {
        "refused_at": case((s.refused, refused_at)),
        "refusal": case(
            (and_(s.refused, s.refusal != ""), reported + ": " + s.refusal),
            (s.refused, reported),
            else_="",
        ),
        "paused_reason": case((s.paused, PAUSED), else_=""),
    }
    names = [*AUTHORIZATION, "seller_id", "source"]
    belongs = and_(_s.source == run.source, _s.customer_number == s.customer_number)
    connection.execute(
        insert(schema.authorization).from_select(
            names,
            select(
                *(special.get(name, s[name]) for name in AUTHORIZATION),
                _s.id,
                literal(run.source),
            )
            .select_from(staged)
            .join(schema.seller, belongs)
            .where(s.known_id.is_(None))
            .order_by(s.seq),
        )
    )


def _note_arrivals(connection: Connection) -> None:
    s = staged.c
    connection.execute(
        insert(arrived).from_select(
            ["seq", "id"],
            select(s.seq, _a.id)
            .join_from(staged, schema.authorization, SAME_KEY)
            .where(s.known_id.is_(None)),
        )
    )


def _insert_profiles(connection: Connection) -> None:
    connection.execute(
        insert(schema.sync_profile).from_select(
            ["authorization_id", *PROFILE_FIELDS],
            select(arrived.c.id, *(staged.c[name] for name in PROFILE_FIELDS)).join_from(
                arrived, staged, staged.c.seq == arrived.c.seq
            ),
        )
    )


def _insert_events(connection: Connection, run: Run) -> None:
    s = staged.c
    now = literal(run.now, s.granted_at.type)
    connection.execute(
        insert(schema.event).from_select(
            ["at", "kind", "authorization_id", "actor", "details"],
            select(
                case((s.granted_at <= run.now, s.granted_at), else_=now),
                case((s.granted_at.is_not(None), "granted"), else_="changed"),
                arrived.c.id,
                literal(run.actor),
                s.granted_details,
            )
            .join_from(arrived, staged, s.seq == arrived.c.seq)
            .order_by(s.seq),
        )
    )


def find_known(connection: Connection) -> None:
    """Notes for each staged row which authorization it is, where the desk knows it."""
    connection.execute(update(staged).where(SAME_KEY).values(known_id=_a.id))


def new_ids(connection: Connection) -> list[int]:
    """The authorizations that were inserted in this run."""
    return list(connection.scalars(select(arrived.c.id)))
