"""Hands out the renew link of one account, and counts it as made."""

from sqlalchemy import Engine, select

from data_access import funnel
from data_access.clock import Clock, utc_now
from data_access.database import writing
from data_access.links import renew_url
from data_access.schema import authorization, seller

_a = authorization.c


def hand_out_link(
    authorization_id: int, agent: str, of: Engine | None = None, clock: Clock = utc_now
) -> str:
    """The account's renew link as a whole address. Raises LookupError, DatabaseAway."""
    with writing(of) as connection:
        account = connection.execute(
            select(
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
        funnel.record(
            connection,
            funnel.Step.MADE,
            authorization_id,
            account.granted_at,
            clock(),
            agent,
        )
    return renew_url(
        authorization_id,
        account.granted_at,
        agent,
        selling_partner_id=account.selling_partner_id,
        marketplace=account.home_marketplace,
        region=account.region,
        customer_number=account.customer_number,
    )
