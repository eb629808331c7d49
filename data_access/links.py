"""Renew links: long-lived signed addresses of one authorization, made without a write.

A link names the authorization, the agent who gave it out and the grant that it renews; it is done
while a later grant is in force that is not about to expire. It is the same all day, so that a table
of links does not change with every look at it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote

from data_access.addresses import whole_address
from data_access.settings import settings
from data_access.signed import Signed, Tampered
from rules.authorization import Authorization, is_in_force, is_within

LIFETIME_DAYS = 45
FRESH_DAYS = 1
"""How long the link lives that a page offers after a renewal that failed."""

_LINK = Signed("renew-link", longest=1_000)


class LinkError(Exception):
    """A renew link that opens nothing; `reason` is for the program, the text for the person."""

    reason = "dead"


class LinkTampered(LinkError):
    """It was not made by us, or somebody changed or cut it."""

    reason = "tampered"


class LinkExpired(LinkError):
    """It is ours, but older than its 45 days."""

    reason = "too_old"


@dataclass(frozen=True, slots=True)
class Link:
    """What a renew link says.

    authorization_id  the account it renews
    granted_at        the grant that it renews, to the second; None where there was none yet
    agent             who gave it out
    """

    authorization_id: int
    granted_at: datetime | None
    agent: str

    def is_done(self, account: Authorization, as_of: datetime) -> bool:
        """Whether the account has a later grant that is in force and has long to go: there is
        nothing left to renew.

        A source that puts the date of the grant right, to an earlier or a later one, has renewed
        nothing: whoever expires within the lifetime of a link all the same needs it.
        """
        soon = is_within(account, as_of, LIFETIME_DAYS)
        if soon or not is_in_force(account, as_of):
            return False
        return self.granted_at is None or _seconds(account.granted_at) > _seconds(self.granted_at)


def renew_path(
    authorization_id: int,
    granted_at: datetime | None,
    agent: str,
    *,
    selling_partner_id: str = "",
    marketplace: str = "",
    region: str = "",
    customer_number: str = "",
    days: int = LIFETIME_DAYS,
    made_at: datetime | None = None,
) -> str:
    """The renew link of a row: "/renew/<token>", or the vendor's own address.

    The four names after `agent` only fill DESK_RENEWAL_TEMPLATE, used with DESK_RENEWAL=template.
    """
    if settings().renewal == "template":
        names = {
            "authorization_id": str(authorization_id),
            "selling_partner_id": selling_partner_id,
            "marketplace": marketplace,
            "region": region,
            "customer_number": customer_number,
        }
        # A number like "12&m=US" must stay one value of the address.
        quoted = {name: quote(value, safe="") for name, value in names.items()}
        return settings().renewal_template.format(**quoted)
    last_day = (made_at or datetime.now(UTC)).astimezone(UTC).toordinal() + days
    return f"/renew/{_token(authorization_id, _seconds(granted_at), agent, last_day)}"


def renew_url(authorization_id: int, granted_at: datetime | None, agent: str, **more: str) -> str:
    """The same as a whole address, for mails and the terminal."""
    return whole_address(renew_path(authorization_id, granted_at, agent, **more))


def read_link(token: str, now: datetime | None = None) -> Link:
    """What a link says. Raises LinkTampered or LinkExpired; whether it was renewed meanwhile is
    for the database to tell, see `Link.is_done`."""
    try:
        authorization_id, seconds, agent, last_day = _LINK.read(token)
    except (Tampered, ValueError, TypeError):
        raise LinkTampered("This link is not complete, or not one of ours.") from None
    if (now or datetime.now(UTC)).astimezone(UTC).toordinal() > last_day:
        raise LinkExpired("This link is too old.")
    granted_at = None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    return Link(authorization_id, granted_at, agent)


def is_ours(token: str) -> bool:
    """Whether we signed it, however long ago and for whatever account."""
    return _LINK.is_ours(token)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int((moment - _EPOCH).total_seconds())


@lru_cache(maxsize=20_000)
def _token(*content: object) -> str:
    # Every look at a table makes its links again, the same all day.
    return _LINK.write(content)
