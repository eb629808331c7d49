"""Hands out the renew link of one account, and counts it as made, or as sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, select

from data_access import funnel
from data_access.applications import has_renew_link
from data_access.audit import Deed, acting
from data_access.case_batches import Change, Done, in_batches, quietly
from data_access.clock import utc_now
from data_access.history import add_event
from data_access.links import renew_url
from data_access.schema import authorization, seller
from rules.acts import Act, Actor

_a = authorization.c


def hand_out_link(authorization_id: int, actor: Actor, of: Engine | None = None) -> str:
    """The account's renew link as a whole address.

    Raises LookupError where there is no such account, or none of our application; NotAllowed,
    DatabaseAway.
    """
    at = utc_now()
    with acting(actor, Act.MAKE_LINK, at, of) as deed:
        account = _renewable(deed.connection, authorization_id)
        funnel.record(
            deed.connection,
            funnel.Step.MADE,
            authorization_id,
            account.granted_at,
            at,
            actor.name,
        )
        deed.note(authorization_id)
    return renew_url(
        authorization_id,
        account.granted_at,
        actor.name,
        selling_partner_id=account.selling_partner_id,
        marketplace=account.home_marketplace,
        region=account.region,
        customer_number=account.customer_number,
    )


def _renewable(connection: Connection, authorization_id: int) -> Row:
    """What a renew link is made of. Raises LookupError where the account cannot have one."""
    account = connection.execute(
        select(
            _a.application_id,
            _a.granted_at,
            _a.selling_partner_id,
            _a.home_marketplace,
            _a.region,
            seller.c.customer_number,
        )
        .join_from(authorization, seller)
        .where(_a.id == authorization_id)
    ).one_or_none()
    if account is None:
        raise LookupError(f"There is no account {authorization_id}.")
    if not has_renew_link(account.application_id):
        raise LookupError(
            f"Account {authorization_id} belongs to the application {account.application_id}, "
            "not to that of DESK_APPLICATION_ID, and cannot be renewed here."
        )
    return account


def note_sent(authorization_id: int, actor: Actor, at: datetime, of: Engine | None = None) -> Done:
    """An agent says that they have sent the link by themselves; data_access.casework_undo takes it
    back. Raises NotAllowed, DatabaseAway."""

    def batch(deed: Deed, rows: Sequence[Row]) -> list[Change]:
        changes = []
        for row in rows:
            of_this = deed.connection, funnel.Step.SENT, row.id, row.granted_at
            before = funnel.noted(*of_this)
            funnel.record(*of_this, at, actor.name)
            add_event(deed.connection, "message_sent", row.id, at, actor=actor.name, by="hand")
            deed.note(row.id, sent="by hand")
            after = before.again(at) if before else funnel.Noted(1, at)
            changes.append(Change(row.id, before, after))
        return changes

    done = Done(Act.SEND_MESSAGE, at)
    return in_batches(done, actor, [authorization_id], batch, of, quietly)
