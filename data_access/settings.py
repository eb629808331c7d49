"""Settings: environment or `.env`, prefix `DESK_`, checked when the desk starts."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from data_access import settings_checks as checks
from data_access.settings_addresses import LocalUrl, PublicUrl, SafeUrl
from data_access.settings_digest import DigestSettings
from data_access.settings_hardening import HardeningSettings
from data_access.settings_login import LoginSettings
from data_access.settings_mail import BareAddress, MailSettings
from data_access.settings_operation import OperationSettings
from data_access.settings_privacy import PrivacySettings
from data_access.settings_reminders import ReminderSettings
from data_access.settings_workload import WorkloadSettings
from rules.authorization import DEFAULT_BANDS

ROOT = checks.ROOT
HOME = ROOT / ".desk"

DEMO_APPLICATION = "amzn1.sp.solution.00000000-demo"
"""The application of the invented sellers."""


class SettingsError(Exception):
    """One or more settings are wrong; the text has a sentence for each."""


class Settings(
    DigestSettings,
    HardeningSettings,
    LoginSettings,
    MailSettings,
    OperationSettings,
    PrivacySettings,
    ReminderSettings,
    WorkloadSettings,
    BaseSettings,
):
    """What an installation decides. Each is `DESK_<NAME>` in the environment or in `.env`."""

    model_config = SettingsConfigDict(
        env_prefix=checks.PREFIX, env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    database_url: checks.DatabaseUrl = Field(
        f"sqlite:///{HOME / 'desk.sqlite'}",
        description="The token database: sqlite:///path or postgresql://user@host/name",
    )
    mode: Literal["demo", "live"] = Field(
        "demo", description="demo: invented sellers and the local Amazon; live: the real one"
    )
    public_url: PublicUrl = Field(
        "http://127.0.0.1:8501",
        description="Where sellers reach the desk; renew links begin with it",
    )
    time_zone: checks.ZoneName = Field(
        "UTC", description="The zone of the command line and of viewers whose browser tells none"
    )
    language: checks.Language = Field(
        "en", description="The UI language of viewers whose browser tells none"
    )
    currency: checks.Currency = Field(
        "EUR", description="The currency of all money in the token database"
    )
    bands: checks.Bands = Field(
        DEFAULT_BANDS, description="Days left at which an account is expiring, largest first"
    )
    stale_after_minutes: int = Field(
        24 * 60,
        gt=0,
        le=checks.LONGEST_MINUTES,
        description="Age of the data of a source at which the desk warns",
    )
    link_key: checks.LinkKey = Field(
        None, description="Signs renew links; 32 characters or more. Made at first start if unset"
    )

    encryption_keys: checks.FernetKeys = Field(
        (),
        description="Fernet keys for stored tokens, newest first, separated by commas. "
        "Made at first start if unset; `python manage.py keys new --print` makes one",
    )
    application_id: str = Field(
        DEMO_APPLICATION,
        description="The application's id at Amazon, in consent links; accounts of another one "
        "are shown and not renewed",
    )
    application_name: str = Field(
        "Renewal Desk (demo)", description="The application's name, as sellers see it at Amazon"
    )
    application_draft: bool = Field(
        False, description="Whether the application is a draft at Amazon: adds version=beta"
    )
    client_id: str = Field(
        "amzn1.application-oa2-client.demo", description="LWA client id of the application"
    )
    client_secret: SecretStr = Field(
        SecretStr("demo"), description="LWA client secret of the application"
    )
    client_secret_set_on: checks.PastDay = Field(
        None, description="The day of the secret's last rotation; Amazon wants one every 180 days"
    )
    amazon_timeout_seconds: float = Field(
        15, gt=0, le=25, description="How long one call to Amazon may take"
    )
    stand_in_url: LocalUrl = Field(
        "http://127.0.0.1:8502", description="The local Amazon; used in demo mode only"
    )
    centrals: checks.Centrals = Field(
        {},
        description="Other addresses of Seller or Vendor Central per country, as JSON: "
        '{"DE": {"seller": "https://sellercentral.amazon.de"}}',
    )
    renewal: Literal["page", "template"] = Field(
        "page", description="page: links open our renew page; template: the vendor's own"
    )
    renewal_template: checks.Template = Field(
        "",
        description="The vendor's own renew address, with {authorization_id}, "
        "{selling_partner_id}, {marketplace}, {region} or {customer_number} in it",
    )
    support_email: BareAddress = Field(
        "", description="Where the renew pages send sellers who are stuck"
    )
    webhook_url: SafeUrl = Field(
        "", description="Where each new grant is handed over (Standard Webhooks); empty: nowhere"
    )
    webhook_secret: checks.WebhookSecret = Field(
        None, description="Signs the hand-over: whsec_ and base64, as Standard Webhooks has it"
    )
    webhook_with_token: bool = Field(
        False, description="Whether the hand-over carries the refresh token itself"
    )
    assumptions: checks.AssumedValues = Field(
        {},
        description="What a lapse is estimated with where nothing was measured, as JSON: "
        '{"orders_per_day": 12, "backfill_days": 30}; the names of rules.assumptions.Assumptions',
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.renewal == "template" and not self.renewal_template:
            raise ValueError("DESK_RENEWAL=template needs DESK_RENEWAL_TEMPLATE")
        if self.mode == "live" and self.renewal == "page":
            self._needs_an_application()
        if self.webhook_url and self.webhook_secret is None:
            raise ValueError("DESK_WEBHOOK_URL needs DESK_WEBHOOK_SECRET")
        mistakes = self.mail_mistakes(self.mode)
        mistakes += self.digest_mistakes(self.mode, self.smtp_url is not None)
        if mistakes:
            raise ValueError("; ".join(mistakes))
        return self

    def _needs_an_application(self) -> None:
        names = ("application_id", "application_name", "client_id", "client_secret")
        given = self.model_dump(include=self.model_fields_set)
        unset = [f"DESK_{name.upper()}" for name in names if not given.get(name)]
        if unset:
            raise ValueError(f"DESK_MODE=live needs {', '.join(unset)}")

    @property
    def redirect_uri(self) -> str:
        """Where Amazon sends sellers back to; to be registered with the application there."""
        return f"{self.public_url}/amazon/callback"

    @property
    def over_https(self) -> bool:
        """Whether browsers reach the desk encrypted."""
        return self.public_url.startswith("https://")

    @property
    def open_to_others(self) -> bool:
        """Whether other machines may reach the screens: with a login, and encrypted."""
        return self.login and self.over_https

    @property
    def zone(self) -> ZoneInfo:
        """`time_zone` as a zone."""
        return ZoneInfo(self.time_zone)


@cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises SettingsError with a sentence for each wrong one, never with its value: it may be secret.
    """
    wrong = checks.unknown_names(_given(), Settings.model_fields)
    try:
        read = Settings()
    except ValidationError as error:
        wrong += [_sentence(each) for each in error.errors(include_input=False)]
    if wrong:
        raise SettingsError("\n".join(dict.fromkeys(wrong)))
    return read


def _given() -> set[str]:
    """The names of all variables that pydantic looks through."""
    return {*os.environ, *DotEnvSettingsSource(Settings).env_vars}


def _sentence(error: Mapping[str, Any]) -> str:
    name = f"{checks.PREFIX}{str(error['loc'][0]).upper()} " if error["loc"] else ""
    return f"{name}{error['msg'].removeprefix('Value error, ').removeprefix('Input ')}."
