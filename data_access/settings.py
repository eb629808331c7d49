"""Settings: environment or `.env`, prefix `DESK_`, checked when the desk starts."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

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
        sentences = [
            f"DESK_{str(e['loc'][0]).upper()} {e['msg'].removeprefix('Value error, ')}."
            for e in error.errors(include_input=False)
        ]
        raise SettingsError("\n".join(sentences)) from None
