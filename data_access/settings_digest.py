"""Settings of the morning digest, and of the team's chat."""

import logging
from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from data_access.settings_checks import listed
from data_access.settings_mail import bare_address, is_this_machine
from data_access.zone_names import a_zone

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _addresses(value: object) -> tuple[str, ...]:
    wanted = [each for each in listed(value) if each]
    try:
        return tuple(dict.fromkeys(bare_address(each).lower() for each in wanted))
    except ValueError:
        raise ValueError("must be mail addresses, as anna@vendor.example,ben@vendor.example") from (
            None
        )


def _weekdays(value: object) -> tuple[str, ...]:
    days = {each.lower() for each in listed(value)}
    if not days or not days <= {*WEEKDAYS}:
        raise ValueError("must be days of the week, as mon,tue,wed,thu,fri")
    return tuple(each for each in WEEKDAYS if each in days)


def _zone_or_none(value: str) -> str:
    return value and a_zone(value)


def _country(value: str) -> str:
    if not value:
        return value
    # Loading every country's holidays would slow down the start of whoever names none.
    import holidays

    country, _, part = value.upper().partition("-")
    known = holidays.list_supported_countries()
    if country not in known or (part and part not in known[country]):
        raise ValueError("is no country whose holidays are known, as DE or DE-BY is one")
    return f"{country}-{part}" if part else country


def _chat_urls(value: object) -> object:
    """Split here, so that whatever reads or prints the settings never holds one in the clear."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _services(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not value:
        return value
    import apprise

    # What it says of a wrong address holds the address.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    if not all(apprise.Apprise.instantiate(each.get_secret_value()) for each in value):
        raise ValueError("has an address that Apprise does not know; slack://… is one it does")
    return value


Addresses = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_addresses)]
Weekdays = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_weekdays)]
Zone = Annotated[str, AfterValidator(_zone_or_none)]
Country = Annotated[str, AfterValidator(_country)]
ChatUrls = Annotated[
    tuple[SecretStr, ...], NoDecode, BeforeValidator(_chat_urls), AfterValidator(_services)
]


class DigestSettings(BaseModel):
    """Who is told each working morning what matters, and where the team chats."""

    digest_to: Addresses = Field(
        (), description="Who gets the team's morning digest: mail addresses, separated by commas"
    )
    digest_per_owner: bool = Field(
        False,
        description="Whether each owner whose name is a mail address gets a digest of their own "
        "accounts; where DESK_ROLES names addresses, only those that have a role",
    )
    digest_hour: int = Field(7, ge=0, le=23, description="The hour from which on a digest is due")
    digest_zone: Zone = Field(
        "", description="The zone of that hour and of the digest's days; empty: DESK_TIME_ZONE"
    )
    digest_days: Weekdays = Field(
        WEEKDAYS[:5], description="The days of the week on which the team works, as mon,tue,wed"
    )
    digest_country: Country = Field(
        "",
        description="Whose public holidays are free, as DE or DE-BY; empty: none are",
    )
    digest_accounts: int = Field(
        10, ge=1, le=100, description="How many accounts each part of a digest names"
    )
    chat_urls: ChatUrls = Field(
        (),
        description="Where the team chats, as addresses of Apprise separated by commas or spaces: "
        "slack://…, msteams://…, jsons://…",
    )

    def digest_mistakes(self, mode: str, sends_mail: bool) -> list[str]:
        """A sentence for everything that does not go together."""
        mistakes = []
        if (self.digest_to or self.digest_per_owner) and not sends_mail:
            mistakes.append("A digest needs DESK_SMTP_URL, the mail server that takes it")
        hosts = [urlsplit(each.get_secret_value()).hostname or "" for each in self.chat_urls]
        if mode == "demo" and not all(is_this_machine(host) for host in hosts):
            mistakes.append(
                "DESK_CHAT_URLS must be on this machine in demo mode, so that no message leaves it"
            )
        return mistakes

    def is_holiday(self, day: date) -> bool:
        """Whether a day is free in the country of the settings."""
        if not self.digest_country:
            return False
        import holidays

        country, _, part = self.digest_country.partition("-")
        return day in holidays.country_holidays(country, part or None)
