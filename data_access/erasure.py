"""Erasing a seller on request. It cannot be undone.

Gone: name, contact, e-mail, phone, time zone, shop and its address, customer number, search
text, notes, reasons of snoozes, recipients, subjects and texts of messages, tokens and codes, begun
consents, what a reading of their source found odd, the values in their history but the dates of
grants, and in that of others where it quotes them, views and probes that were filtered by their
name, and everything that would still have been sent to them.

The selling partner id identifies a shop at Amazon to everybody, so it goes too: a pseudonym stands
in its place. It keeps the accounts apart and leads nowhere.

What remains, and why: that there was an account, with region, marketplaces, plan, language,
dates of grant, expiry and lapses, its measured volumes, the steps of its renewals, and when
something happened to it. Without the rest nobody is known by it, and the figures of past months
stay right. The audit trail remains whole: it names accounts by number only, and shows that the
seller was erased. A keyed digest of the customer number remains, so that the next reading of the
source does not bring the seller back (data_access.erased). Backups still hold them until they are
thrown away; whoever puts one back erases them in it again (data_access.erased_again).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, delete, or_, select, update

from data_access import rollup, schema
from data_access.audit import acting
from data_access.database import reading
from data_access.erased import REASON, digest
from data_access.event_values import SHORTEST, strings_of, take_quotes, take_values
from data_access.history import add_event
from data_access.mentions import is_in_filter, is_in_name
from data_access.outbox import CLAIMED, LEFT_OUT, WAITING
from data_access.overwriting import overwrite
from data_access.sources.apply import alone
from rules.acts import Act, Actor
from rules.folding import folded
from rules.renewal_steps import UNFINISHED, At, Overtaken
from rules.typed_text import is_keepable

_a = schema.authorization.c
_s = schema.seller.c


class NoSuchSeller(LookupError):
    """No seller has that customer number, in that source if one was named."""


class SeveralSellers(LookupError):
    """Sellers of several sources have that customer number; say which source. `sources` names
    them."""

    def __init__(self, sources: Sequence[str]) -> None:
        super().__init__(", ".join(sources))
        self.sources = tuple(sources)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: the seller's accounts by number, and how many notes and messages."""

    accounts: tuple[int, ...]
    notes: int
    messages: int


def accounts_of(
    customer_number: str, source: str | None = None, of: Engine | None = None
) -> list[int]:
    """The accounts that erasing this seller would touch. Raises NoSuchSeller, SeveralSellers,
    DatabaseAway."""
    with reading(of) as connection:
        found = _find(connection, customer_number, source)
        return _accounts(connection, found.id)


def erase(
    customer_number: str,
    source: str | None,
    actor: Actor,
    at: datetime,
    of: Engine | None = None,
) -> Erased:
    """Erases a seller with all their accounts, in one transaction.

    source: where several sources have a customer of that number; None for the only one.
    Raises NotAllowed, NoSuchSeller, SeveralSellers, DatabaseAway; nothing is changed then.
    """
    with acting(actor, Act.ERASE_SELLER, at, of) as deed:
        connection = deed.connection
        if connection.dialect.name == "sqlite":
            # What is deleted is overwritten, and not only marked as free.
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        # A source that is being read would bring back what is erased now.
        alone(connection)
        found = _find(connection, customer_number, source)
        ids = _accounts(connection, found.id)
        strings = _strings(connection, found, ids)
        connection.execute(
            schema.erased_seller.insert().values(
                source=found.source,
                digest=digest(found.source, found.customer_number),
                erased_at=at,
            )
        )
        with rollup.kept(connection, ids):
            _forget_names(connection, found.id, ids)
        counts = _forget_deeds(connection, ids, at)
        _forget_traces(connection, ids, strings)
        for identity in ids:
            add_event(connection, "erased", identity, at, actor.name)
            deed.note(identity, accounts=len(ids))
        if not ids:
            deed.note(accounts=0)
    overwrite(connection.engine)
    return Erased(tuple(ids), *counts)


def _find(connection: Connection, customer_number: str, source: str | None) -> Row:
    if not is_keepable(customer_number):
        # What cannot be read names nobody, though a source's number may have become the same.
        raise NoSuchSeller(customer_number)
    asked = select(schema.seller).where(_s.customer_number == customer_number)
    if source is not None:
        asked = asked.where(_s.source == source)
    found = connection.execute(asked).all()
    if not found:
        raise NoSuchSeller(customer_number)
    if len(found) > 1:
        raise SeveralSellers(sorted(row.source for row in found))
    return found[0]


def _accounts(connection: Connection, seller_id: int) -> list[int]:
    return list(connection.scalars(select(_a.id).where(_a.seller_id == seller_id).order_by(_a.id)))


def _strings(connection: Connection, found: Row, ids: Sequence[int]) -> list[str]:
    """What the seller may be known by, wherever it was quoted."""
    partners = connection.scalars(select(_a.selling_partner_id).where(_a.id.in_(ids)))
    return sorted({*strings_of(found), *(each for each in partners if len(each) >= SHORTEST)})


def _forget_names(connection: Connection, seller_id: int, ids: Sequence[int]) -> None:
    shown = f"Erased seller {seller_id}"
    nothing = dict.fromkeys(("contact", "email", "phone", "time_zone", "shop", "shop_url"), "")
    connection.execute(
        update(schema.seller)
        .where(_s.id == seller_id)
        .values(customer_number=f"erased-{seller_id}", name=shown, **nothing)
    )
    for identity in ids:
        connection.execute(
            update(schema.authorization)
            .where(_a.id == identity)
            .values(
                selling_partner_id=f"ERASED-{identity}",
                seller_name=shown,
                seller_sort=folded(shown),
                search_text="",
                refusal="",
                paused=True,
                paused_reason=REASON,
            )
        )


def _forget_deeds(connection: Connection, ids: Sequence[int], at: datetime) -> tuple[int, int]:
    """What people wrote about and to the seller, and what Amazon entrusted to us for them."""

    def of(table):
        return table.c.authorization_id.in_(ids)

    notes = connection.execute(delete(schema.note).where(of(schema.note))).rowcount
    m = schema.message
    connection.execute(
        update(m)
        .where(of(m), m.c.state.in_((WAITING, CLAIMED)))
        .values(state=LEFT_OUT, next_try_at=None)
    )
    messages = connection.execute(
        update(m).where(of(m)).values(recipient="", subject="", text="", failure="")
    ).rowcount
    connection.execute(update(schema.snooze).where(of(schema.snooze)).values(reason=""))
    take_values(connection, of(schema.event))
    r = schema.renewal
    ended = {"finished_at": at, "failure": Overtaken.ERASED, "next_check_at": None}
    # Whoever is at work on it finds it moved, and drops the token that Amazon may yet send.
    connection.execute(
        update(r).where(of(r), r.c.step.in_(UNFINISHED)).values(step=At.FAILED, **ended)
    )
    connection.execute(update(r).where(of(r), r.c.finished_at.is_(None)).values(ended))
    connection.execute(update(r).where(of(r)).values(code=None, refresh_token=None))
    h = schema.hand_over
    connection.execute(delete(h).where(of(h), h.c.accepted_at.is_(None)))
    for table in (schema.credential, schema.consent_state, schema.source_row):
        connection.execute(delete(table).where(of(table)))
    return notes, messages


def _forget_traces(connection: Connection, ids: Sequence[int], strings: Sequence[str]) -> None:
    """Where the seller was quoted without being named as an account."""
    p = schema.source_problem.c
    quoted = [
        column.contains(each, autoescape=True)
        for column in (p.place, p.value, p.fix)
        for each in strings
    ]
    connection.execute(
        delete(schema.source_problem).where(or_(p.authorization_id.in_(ids), *quoted))
    )
    take_quotes(connection, strings)
    v = schema.named_view.c
    for row in connection.execute(select(v.name, v.query)).all():
        if is_in_filter(row.query, strings) or is_in_name(row.name, strings):
            connection.execute(delete(schema.named_view).where(v.name == row.name))
    q = schema.probe_run.c
    for row in connection.execute(select(q.id, q.filter).where(q.filter.contains("q="))).all():
        if is_in_filter(row.filter, strings):
            connection.execute(update(schema.probe_run).where(q.id == row.id).values(filter=""))
