"""A digest as a mail: who gets one, and what it says at the moment of sending."""

from datetime import datetime

from sqlalchemy import Connection, Engine, Row

from data_access.case_reading import owners
from data_access.digest_content import address_in, digest_of
from data_access.digest_day import FIRST_LOOKS_BACK, digest_zone, last_sent
from data_access.digest_words import DigestWords
from data_access.mails import Mail
from data_access.settings import settings
from data_access.smtp import can_send
from rules.roles import role_of

DAY_OVER, NOT_WANTED = "day_over", "not_wanted"
"""Why a digest that waited is not sent any more."""


def recipients(of: Engine | None = None) -> tuple[str, ...]:
    """Who gets a digest: the team's addresses, and the owners'. Raises DatabaseAway."""
    found = dict.fromkeys(settings().digest_to)
    if settings().digest_per_owner:
        found |= dict.fromkeys(each for name in owners(of) if (each := _address_of(name)))
    return tuple(found)


def is_wanted() -> bool:
    """Whether anybody is to get a digest."""
    by_mail = can_send() and (settings().digest_to or settings().digest_per_owner)
    return bool(by_mail or settings().chat_urls)


def preview(recipient: str, as_of: datetime, of: Engine | None = None) -> Mail:
    """The mail that a recipient would get at a moment. Raises DatabaseAway."""
    since = last_sent(as_of, recipient, of) or as_of - FIRST_LOOKS_BACK
    owner = "" if recipient in settings().digest_to else recipient
    return DigestWords(digest_of(as_of.astimezone(digest_zone()), since, owner, of)).mail()


def check(connection: Connection, row: Row, now: datetime) -> str:
    """Why a queued digest must not go after all, as a code; "" where it may."""
    zone = digest_zone()
    if row.created_at.astimezone(zone).date() != now.astimezone(zone).date():
        return DAY_OVER
    return "" if row.recipient in recipients(connection.engine) else NOT_WANTED


def render(connection: Connection, row: Row, now: datetime) -> Mail:
    """The digest as it is true at this moment. Raises DatabaseAway."""
    return preview(row.recipient, now, connection.engine)


def _address_of(name: str) -> str:
    """The address of an owner who may see accounts; empty where their name is none."""
    roles = settings().roles
    if roles and not settings().role_claim and role_of([name], roles) is None:
        return ""
    return address_in(name)
