"""What a seller is written: their variant, in their language, with their date and their link."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, select

from data_access.account_rows import COLUMNS, facts
from data_access.assumptions import assumptions_in_force
from data_access.database import reading
from data_access.lapse_story import LapseStory, story_of
from data_access.lapse_words import LapseWords
from data_access.links import renew_url
from data_access.mails import Mail, one_line
from data_access.marketplaces import country_name, country_names
from data_access.message_html import as_html
from data_access.message_templates import fill, message_languages
from data_access.schema import authorization, seller
from data_access.settings import settings
from data_access.settings_mail import an_address
from data_access.sync_profiles import sync_columns_of
from data_access.texts import primary
from data_access.zones import zone_of
from rules.authorization import Status, days_left, status

Account = Row
"""One account with the columns of account_rows.COLUMNS."""

FALLBACK = "en"
MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Written:
    """A message.

    variant   of message_templates.VARIANTS
    language  it is written in
    """

    variant: str
    language: str
    subject: str
    text: str

    @property
    def html(self) -> str:
        """The same as an HTML document."""
        return as_html(self.subject, self.text, self.language)

    def mail(self, unsubscribe: str = "", automatic: bool = False) -> Mail:
        """The same as a mail."""
        return Mail(self.subject, self.text, self.html, unsubscribe, automatic)


def account_row(account_id: int, of: Engine | None = None) -> Account | None:
    """The account; None where it is no more. Raises DatabaseAway."""
    a = authorization.c
    with reading(of) as connection:
        return connection.execute(
            select(*COLUMNS)
            .join_from(authorization, seller, a.seller_id == seller.c.id)
            .where(a.id == account_id)
        ).one_or_none()


def variant_of(status_now: Status) -> str:
    """Which message fits: "renew" is the wrong advice where Amazon refuses before the end."""
    return {
        Status.EXPIRED: "expired",
        Status.REFUSED: "refused",
        Status.NOT_AUTHORIZED: "not_authorized",
    }.get(status_now, "expiring")


def language_for(wanted: str) -> str:
    """The language that a seller of language "de-AT" is written in."""
    spoken = primary(wanted)
    return spoken if spoken in message_languages() else FALLBACK


def write(
    account: Account,
    as_of: datetime,
    agent: str,
    language: str = "",
    unsubscribe: str = "",
    of: Engine | None = None,
) -> Written:
    """The message to the seller of `account`.

    agent        whose link it carries
    language     another one than the seller's
    unsubscribe  the address that ends reminders; only reminders have one
    Raises DatabaseAway.
    """
    spoken = language_for(language or account.language)
    words = LapseWords(spoken, zone_of(account.time_zone))
    now = status(facts(account), as_of, settings().bands)
    values = {
        **_account_values(account, words, now, as_of),
        **_lapse_values(_story(account.id, as_of, of), words, as_of),
        "link": link_of(account, agent),
        "sender": _sender(),
        "support": settings().support_email,
        "unsubscribe": unsubscribe,
    }
    variant = variant_of(now)
    subject, text = fill(spoken, variant, values)
    return Written(variant, spoken, subject, text)


def link_of(account: Account, agent: str) -> str:
    """The account's renew link as a whole address."""
    return renew_url(
        account.id,
        account.granted_at,
        agent,
        selling_partner_id=account.selling_partner_id,
        marketplace=account.home_marketplace,
        region=account.region,
        customer_number=account.customer_number,
    )


def _account_values(account: Account, words: LapseWords, now: Status, as_of: datetime) -> dict:
    ends = account.expires_at
    codes = [account.country] if account.country else account.marketplaces.split(",")
    return {
        "contact": _said(account.contact),
        "seller": _said(account.seller_name),
        "shop": _said(account.shop_url.split("://")[-1].rstrip("/") or account.seller_name),
        "application": settings().application_name,
        "countries": country_names(codes, words.locale),
        "marketplace": country_name(account.home_marketplace, words.locale),
        "central": "Vendor Central" if account.partner_kind == "vendor" else "Seller Central",
        "account": _said(account.selling_partner_id),
        "day": words.day(ends) if ends else "",
        "moment": words.moment_with_zone(ends) if ends else "",
        "days_left": days_left(ends, as_of.astimezone(words.zone)) if ends else None,
        "lapsed": now is Status.EXPIRED,
        "refused": words.day(account.refused_at) if account.refused_at else "",
    }


def _lapse_values(story: LapseStory | None, words: LapseWords, as_of: datetime) -> dict:
    """What stops, or has stopped; "0" and nothing ahead where the account cannot lapse."""
    effect = story.effect if story else {}
    return {
        "orders_waiting": words.number(effect.get("orders_not_imported", 0)),
        "stale_stock": words.number(effect.get("offers_stale_stock", 0)),
        "stale_prices": words.number(effect.get("offers_stale_price", 0)),
        "ahead": words.ahead(story, as_of) if story else [],
        "way_back": words.way_back(story) if story else "",
    }


def _story(account_id: int, as_of: datetime, of: Engine | None) -> LapseStory | None:
    columns = sync_columns_of([account_id], of)
    if not len(columns):
        return None
    return story_of(columns, as_of, as_of, assumptions_in_force(of).values)


def _sender() -> str:
    sender = settings().mail_from
    return (an_address(sender).display_name if sender else "") or settings().application_name


def _said(text: str) -> str:
    """A seller's words on one line, so that they can begin no line of their own."""
    return one_line(text)[:MAX_NAME]
