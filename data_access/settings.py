"""Settings: environment or `.env`, prefix `DESK_`, checked when the desk starts."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from standardwebhooks import Webhook

from rules.assumptions import assumptions_of
from rules.authorization import DEFAULT_BANDS

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".desk"


class SettingsError(Exception):
    """One or more settings are wrong; the text has a sentence for each."""


class Settings(BaseSettings):
    """What an installation decides. Each is `DESK_<NAME>` in the environment or in `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="DESK_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    database_url: str = Field(
        f"sqlite:///{HOME / 'desk.sqlite'}",
        description="The token database: sqlite:///path or postgresql://user@host/name",
    )
    mode: Literal["demo", "live"] = Field(
        "demo", description="demo: invented sellers and the local Amazon; live: the real one"
    )
    public_url: str = Field(
        "http://127.0.0.1:8501",
        description="Where sellers reach the desk; renew links begin with it",
    )
    time_zone: str = Field(
        "UTC", description="The zone of the command line and of viewers whose browser tells none"
    )
    language: str = Field("en", description="The UI language of viewers whose browser tells none")
    currency: str = Field("EUR", description="The currency of all money in the token database")
    bands: Annotated[tuple[int, ...], NoDecode] = Field(
        DEFAULT_BANDS, description="Days left at which an account is expiring, largest first"
    )
    stale_after_minutes: int = Field(
        24 * 60, gt=0, description="Age of the data of a source at which the desk warns"
    )
    link_key: SecretStr | None = Field(
        None, description="Signs renew links; 32 characters or more. Made at first start if unset"
    )

    encryption_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (),
        description="Fernet keys for stored tokens, newest first, separated by commas. "
        "Made at first start if unset; `python manage.py keys new` makes one",
    )
    application_id: str = Field(
        "amzn1.sp.solution.00000000-demo",
        description="The application's id at Amazon, in consent links",
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
    client_secret_set_on: date | None = Field(
        None, description="The day of the secret's last rotation; Amazon wants one every 180 days"
    )
    amazon_timeout_seconds: float = Field(
        15, gt=0, le=25, description="How long one call to Amazon may take"
    )
    stand_in_url: str = Field(
        "http://127.0.0.1:8502", description="The local Amazon; used in demo mode only"
    )
    centrals: dict[str, dict[Literal["seller", "vendor"], str]] = Field(
        {},
        description="Other addresses of Seller or Vendor Central per country, as JSON: "
        '{"DE": {"seller": "https://sellercentral.amazon.de"}}',
    )
    renewal: Literal["page", "template"] = Field(
        "page", description="page: links open our renew page; template: the vendor's own"
    )
    renewal_template: str = Field(
        "",
        description="The vendor's own renew address, with {authorization_id}, "
        "{selling_partner_id}, {marketplace}, {region} or {customer_number} in it",
    )
    support_email: str = Field("", description="Where the renew pages send sellers who are stuck")
    webhook_url: str = Field(
        "", description="Where each new grant is handed over (Standard Webhooks); empty: nowhere"
    )
    webhook_secret: SecretStr | None = Field(
        None, description="Signs the hand-over: whsec_ and base64, as Standard Webhooks has it"
    )
    webhook_with_token: bool = Field(
        False, description="Whether the hand-over carries the refresh token itself"
    )
    assumptions: dict[str, float | None] = Field(
        {},
        description="What a lapse is estimated with where nothing was measured, as JSON: "
        '{"orders_per_day": 12, "backfill_days": 30}; the names of rules.assumptions.Assumptions',
    )

    @field_validator("database_url")
    @classmethod
    def _a_database_we_know(cls, value: str) -> str:
        try:
            url = make_url(value)
        except ArgumentError as error:
            raise ValueError("is no database URL, as sqlite:///desk.sqlite is one") from error
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
            url = url.set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)

    @field_validator("time_zone")
    @classmethod
    def _a_zone_we_know(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is no time zone, as Europe/Berlin is one")
        return value

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("must begin with https:// (http only on this machine)")
        return value.rstrip("/")

    @field_validator("bands", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value

    @field_validator("bands")
    @classmethod
    def _falling(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not value or min(value) < 0 or max(value) > 365:
            raise ValueError("must be days between 0 and 365, as 30,14,7,1")
        return tuple(sorted(set(value), reverse=True))

    @field_validator("link_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have 32 characters or more")
        return value

    @field_validator("encryption_keys", mode="before")
    @classmethod
    def _split_keys(cls, value: object) -> object:
        return [k.strip() for k in value.split(",")] if isinstance(value, str) else value

    @field_validator("encryption_keys")
    @classmethod
    def _fernet_keys(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in value:
            try:
                Fernet(key.get_secret_value())
            except ValueError:
                raise ValueError(
                    "must be Fernet keys, as `python manage.py keys new` prints them"
                ) from None
        return value

    @field_validator("stand_in_url")
    @classmethod
    def _on_this_machine(cls, value: str) -> str:
        if not value.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]")):
            raise ValueError("must be on this machine, as http://127.0.0.1:8502 is")
        return value.rstrip("/")

    @field_validator("centrals")
    @classmethod
    def _https_only(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        if any(not url.startswith("https://") for each in value.values() for url in each.values()):
            raise ValueError("must hold addresses that begin with https://")
        return {
            code: {kind: url.rstrip("/") for kind, url in each.items()}
            for code, each in value.items()
        }

    @field_validator("renewal_template")
    @classmethod
    def _a_template_we_can_fill(cls, value: str) -> str:
        if not value:
            return value
        names = ("authorization_id", "selling_partner_id", "marketplace", "region")
        try:
            value.format(**dict.fromkeys((*names, "customer_number"), "x"))
        except (KeyError, ValueError, IndexError, AttributeError):
            raise ValueError("has something else in braces than the names it may hold") from None
        if not value.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("must begin with https://")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _nowhere_or_safe(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("must begin with https://")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _a_webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                Webhook(value.get_secret_value())
            except (ValueError, RuntimeError):
                raise ValueError("must be whsec_ followed by base64") from None
        return value

    @field_validator("assumptions")
    @classmethod
    def _assumptions_in_range(cls, value: dict[str, float | None]) -> dict[str, float | None]:
        assumptions_of(value)
        return value

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.renewal == "template" and not self.renewal_template:
            raise ValueError("DESK_RENEWAL=template needs DESK_RENEWAL_TEMPLATE")
        if self.mode == "live" and self.renewal == "page":
            self._needs_an_application()
        if self.webhook_url and self.webhook_secret is None:
            raise ValueError("DESK_WEBHOOK_URL needs DESK_WEBHOOK_SECRET")
        return self

    def _needs_an_application(self) -> None:
        names = ("application_id", "application_name", "client_id", "client_secret")
        unset = [f"DESK_{name.upper()}" for name in names if name not in self.model_fields_set]
        if unset:
            raise ValueError(f"DESK_MODE=live needs {', '.join(unset)}")

    @property
    def redirect_uri(self) -> str:
        """Where Amazon sends sellers back to; to be registered with the application there."""
        return f"{self.public_url}/amazon/callback"

    @property
    def zone(self) -> ZoneInfo:
        """`time_zone` as a zone."""
        return ZoneInfo(self.time_zone)


@cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises SettingsError with a sentence for each wrong one, never with its value: it may be secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        sentences = [_sentence(each) for each in error.errors(include_input=False)]
        raise SettingsError("\n".join(sentences)) from None


def _sentence(error: Mapping[str, Any]) -> str:
    name = f"DESK_{str(error['loc'][0]).upper()} " if error["loc"] else ""
    return f"{name}{error['msg'].removeprefix('Value error, ')}."
