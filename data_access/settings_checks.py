"""What each setting may be. Every check raises ValueError with the rest of a sentence.

The sentence begins with the setting's name and never holds its value: that may be secret.
"""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from babel import Locale
from cryptography.fernet import Fernet
from pydantic import (
    AfterValidator,
    BeforeValidator,
    SecretStr,
)
from pydantic_settings import NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from data_access.clock import utc_now
from data_access.marketplaces import marketplaces
from data_access.settings_addresses import nowhere_or_safe, read_address
from data_access.texts import languages
from data_access.zone_names import a_zone
from rules.assumptions import assumptions_of
from rules.workload import effort_of

PREFIX = "DESK_"
LONGEST_DAYS = 36_500
"""A hundred years: for ever, and still a time that can be added to a date."""
LONGEST_MINUTES = LONGEST_DAYS * 24 * 60
ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "pages" / "locale"
DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
"""How a database URL may begin, and which driver that means: those that we have."""


def unknown_names(given: Iterable[str], known: Iterable[str]) -> list[str]:
    """A sentence for each name that begins like a setting and is none."""
    names = [f"{PREFIX}{name.upper()}" for name in known]
    sentences = []
    for name in sorted({each.upper() for each in given}):
        if not name.startswith(PREFIX) or name in names:
            continue
        near = get_close_matches(name, names, n=1, cutoff=0)
        sentences.append(f"{name} is no setting. Did you mean {near[0]}?")
    return sentences


def _a_database_we_know(value: str) -> str:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        # What it says of a port that is no number is, where the host was forgotten, the password.
        raise ValueError("is no database URL, as sqlite:///desk.sqlite is one") from None
    if url.drivername not in DRIVERS:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if "@" in (url.host or ""):
        raise ValueError("has more than one @; in a password it is written %40")
    url = url.set(drivername=DRIVERS[url.drivername])
    if (
        url.drivername == "sqlite"
        and url.database not in (None, "", ":memory:")
        and "uri" not in url.query
    ):
        url = url.set(database=str(of_the_desk(Path(url.database))))
    return url.render_as_string(hide_password=False)


def of_the_desk(path: Path) -> Path:
    """A path as it is meant wherever a command is given: relative to the desk's own folder."""
    return ROOT / path


def _a_language_of_the_screens(value: str) -> str:
    spoken = languages(LOCALES)
    if value not in spoken:
        raise ValueError(f"must be one of {', '.join(spoken)}")
    return value


def _a_currency(value: str) -> str:
    if value not in Locale("en").currencies:
        raise ValueError("is no currency, as EUR is one")
    return value


def listed(value: Any) -> Any:
    """The parts of a text that commas separate; anything else as it is."""
    return [each.strip() for each in value.split(",")] if isinstance(value, str) else value


def _days(value: object) -> tuple[int, ...]:
    try:
        days = {int(each) for each in listed(value)}
    except (TypeError, ValueError):
        days = set()
    if not days or min(days) < 0 or max(days) > 365:
        raise ValueError("must be days between 0 and 365, as 30,14,7,1")
    return tuple(sorted(days, reverse=True))


def _not_in_the_future(value: date | None) -> date | None:
    # Somewhere it is tomorrow already.
    if value is not None and value > utc_now().date() + timedelta(days=1):
        raise ValueError("lies in the future")
    return value


def _long_enough(value: SecretStr | None) -> SecretStr | None:
    if value is not None and len(value.get_secret_value()) < 32:
        raise ValueError("must have 32 characters or more")
    return value


def _fernet_keys(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    for key in value:
        try:
            Fernet(key.get_secret_value())
        except ValueError:
            raise ValueError(
                "must be Fernet keys, as `python manage.py keys new --print` makes them"
            ) from None
    return value


def _a_webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        try:
            Webhook(value.get_secret_value())
        except (ValueError, RuntimeError, EmptyWebhookSecretError):
            raise ValueError("must be whsec_ followed by base64") from None
    return value


def _a_template_we_can_fill(value: str) -> str:
    if not value:
        return value
    names = ("authorization_id", "selling_partner_id", "marketplace", "region")
    try:
        filled_in = value.format(**dict.fromkeys((*names, "customer_number"), "x"))
    except (KeyError, ValueError, IndexError, AttributeError):
        raise ValueError("has something else in braces than the names it may hold") from None
    nowhere_or_safe(filled_in)
    return value


def json_object(example: str) -> BeforeValidator:
    """Reads JSON of the form of `example`; nothing at all is an empty object."""

    def read(value: object) -> object:
        if isinstance(value, str):
            try:
                value = json.loads(value or "{}")
            except ValueError:
                value = None
        if not isinstance(value, dict):
            raise ValueError(f"must be JSON, as {example}")
        return value

    return BeforeValidator(read)


def _centrals_of_amazons(value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    if not value.keys() <= marketplaces().keys():
        raise ValueError(
            "names a country without a marketplace of Amazon's, whose code for Britain is UK"
        )
    try:
        schemes = {read_address(url).scheme for each in value.values() for url in each.values()}
    except ValueError:
        schemes = {""}
    if not schemes <= {"https"}:
        raise ValueError("must hold addresses that begin with https://")
    return {
        code: {kind: url.rstrip("/") for kind, url in each.items()} for code, each in value.items()
    }


def _assumptions_in_range(value: dict[str, float | None]) -> dict[str, float | None]:
    assumptions_of(value)
    return value


def _effort_in_range(value: dict[str, float]) -> dict[str, float]:
    effort_of(value)
    return value


DatabaseUrl = Annotated[str, AfterValidator(_a_database_we_know)]
ZoneName = Annotated[str, AfterValidator(a_zone)]
Folder = Annotated[Path, AfterValidator(of_the_desk)]
Language = Annotated[str, AfterValidator(_a_language_of_the_screens)]
Currency = Annotated[str, AfterValidator(_a_currency)]
Template = Annotated[str, AfterValidator(_a_template_we_can_fill)]
Bands = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_days)]
PastDay = Annotated[date | None, AfterValidator(_not_in_the_future)]
LinkKey = Annotated[SecretStr | None, AfterValidator(_long_enough)]
FernetKeys = Annotated[
    tuple[SecretStr, ...], NoDecode, BeforeValidator(listed), AfterValidator(_fernet_keys)
]
WebhookSecret = Annotated[SecretStr | None, AfterValidator(_a_webhook_secret)]
Centrals = Annotated[
    dict[str, dict[Literal["seller", "vendor"], str]],
    NoDecode,
    json_object('{"DE": {"seller": "https://sellercentral.amazon.de"}}'),
    AfterValidator(_centrals_of_amazons),
]
AssumedValues = Annotated[
    dict[str, float | None],
    NoDecode,
    json_object('{"orders_per_day": 12}'),
    AfterValidator(_assumptions_in_range),
]
EffortValues = Annotated[
    dict[str, float],
    NoDecode,
    json_object('{"minutes_each": 12}'),
    AfterValidator(_effort_in_range),
]
