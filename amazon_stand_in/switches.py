"""What can be set on the stand-in: its application, its whims, its failures.

Every field is a constructor setting (``create_app(draft=True)``), a JSON key under
``/stand-in/switches`` and a form field for people; ``metadata`` is what the form shows.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any

from amazon_stand_in.marketplaces import SCOPES

AREAS = ("apis", "lwa", "sp_api", "pages", "everything")
FAIL_STATUSES = (400, 401, 403, 429, 500, 503)
# What Amazon's consent pages can show:
# https://developer-docs.amazon.com/sp-api/docs/authorization-errors
CONSENT_ERRORS = (
    "",
    "MD1000",
    "MD5101",
    "MD5110",
    "MD9010",
    "MD9100",
    "SPDC8143",
    "SPSA0404",
    "SPSA2043",
    "CONSENT_LIMIT_REACHED",
)


def _switch(default: Any, group: str, label: str, help_: str = "", choices: tuple = ()) -> Any:
    return field(
        default=default,
        metadata={"group": group, "label": label, "help": help_, "choices": choices},
    )


@dataclass(frozen=True)
class Switches:
    """All settings. Frozen: a change makes a new value, so no request sees half a change."""

    latency_seconds: float = _switch(0.0, "Trouble", "Wait before each answer (seconds)")
    fail_next: int = _switch(0, "Trouble", "Fail the next N answers", "Counts down to 0.")
    fail_rate: float = _switch(0.0, "Trouble", "Share of answers that fail", "0 to 1, by chance.")
    fail_status: int = _switch(503, "Trouble", "Status of a failure", choices=FAIL_STATUSES)
    out_for_seconds: float = _switch(
        0.0, "Trouble", "Out for (seconds)", "Every answer fails from now on, for so long."
    )
    hang_seconds: float = _switch(
        0.0, "Trouble", "Hang (seconds)", "No answer within this time; 503 after it."
    )
    html: bool = _switch(False, "Trouble", "Answer with an HTML page", "Also where JSON is due.")
    after_work: bool = _switch(
        False,
        "Trouble",
        "Do the work, then fail",
        "The request is carried out (a code is used up) before the failure is answered.",
    )
    applies_to: str = _switch(
        "apis", "Trouble", "Where trouble strikes", "apis: LWA and SP-API.", AREAS
    )
    secret_rotated: bool = _switch(
        False, "Trouble", "Client secret rotated", "LWA answers 401 invalid_client to everyone."
    )
    secret_expired: bool = _switch(
        False, "Trouble", "Client secret expired", "SP-API answers 403 to everyone and names it."
    )
    rate_limits: bool = _switch(True, "Trouble", "Keep Amazon's rate limits")

    consent_error: str = _switch(
        "", "Consent", "Show this error instead of consent", choices=CONSENT_ERRORS
    )
    consent_limit: int = _switch(
        0,
        "Consent",
        "Sellers an unlisted app may have",
        "0 for no limit; Amazon's is 25. One more gets CONSENT_LIMIT_REACHED.",
    )
    consent_as: str = _switch(
        "", "Consent", "Consent always as this seller", "Whoever signs in. Empty: as signed in."
    )
    cancel_redirects: bool = _switch(
        False, "Consent", "Cancel redirects", "Back to the app with error=access_denied."
    )
    mws_auth_token: str = _switch(
        "", "Consent", "Also send mws_auth_token", "As hybrid apps once got. Empty: not sent."
    )
    default_scope: str = _switch("EU", "Consent", "Scope when the link names none", choices=SCOPES)

    application_name: str = _switch("Renewal Desk (demo)", "Application", "Name")
    application_id: str = _switch("", "Application", "Application id", "Empty: any id will do.")
    client_id: str = _switch(
        "amzn1.application-oa2-client.demo", "Application", "Client id", "Empty: any."
    )
    client_secret: str = _switch("demo", "Application", "Client secret", "Empty: any.")
    redirect_uris: tuple[str, ...] = _switch(
        (), "Application", "Registered redirect URIs", "One a line. Empty: any, except #fragments."
    )
    login_uri: str = _switch(
        "", "Application", "Registered login URI", "Opened by Manage Your Apps. Empty: MD9100."
    )
    draft: bool = _switch(
        False, "Application", "The app is a draft", "Without version=beta: MD1000."
    )

    clock_offset_seconds: float = _switch(
        0.0, "Clock", "Clock ahead by (seconds)", "A day is 86400; negative is back."
    )
    renewal_ends_old_token: bool = _switch(
        False, "Clock", "A renewal ends the old refresh token", "Amazon does not say."
    )
    lapsed_access_tokens_live: bool = _switch(
        False, "Clock", "Access tokens outlive a lapse", "For their hour. Amazon does not say."
    )
    orders_per_day: float = _switch(12.0, "Data", "Orders a day and seller")
    suspended_listings: bool = _switch(False, "Data", "hasSuspendedListings is true")

    def changed(self, **values: Any) -> "Switches":
        """A copy with these values, read from JSON, Python or form text.

        Raises ValueError, with a sentence for the person, for an unknown name or a bad value.
        """
        return replace(self, **{name: _read(name, value) for name, value in values.items()})

    def as_json(self) -> dict[str, Any]:
        """Name to value, as ``changed`` takes it back."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


_FIELDS = {each.name: each for each in fields(Switches)}
_NEGATIVE_ALLOWED = ("clock_offset_seconds",)
# As seconds 31 years: further off, dates could not be written any more.
_LARGEST = 1_000_000_000


def _read(name: str, value: Any) -> Any:
    if name not in _FIELDS:
        raise ValueError(f"There is no switch {name!r}.")
    wanted = _FIELDS[name]
    try:
        value = _READERS[wanted.type](value)
    except (TypeError, ValueError, KeyError) as error:
        raise ValueError(f"{name}: {value!r} is not a {_KINDS[wanted.type]}.") from error
    choices = wanted.metadata["choices"]
    if choices and value not in choices:
        raise ValueError(f"{name}: choose one of {', '.join(map(str, choices))}.")
    if isinstance(value, int | float):
        if value < 0 and name not in _NEGATIVE_ALLOWED:
            raise ValueError(f"{name}: must not be negative.")
        if abs(value) > _LARGEST:
            raise ValueError(f"{name}: must not exceed a billion.")
    if name == "fail_rate" and value > 1:
        raise ValueError("fail_rate: a share, from 0 to 1.")
    return value


def _read_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"on": True, "true": True, "1": True, "": False, "false": False, "0": False}[
        str(value).lower()
    ]


def _read_lines(value: Any) -> tuple[str, ...]:
    lines = value.splitlines() if isinstance(value, str) else value
    return tuple(line.strip() for line in lines if line.strip())


def _read_float(value: Any) -> float:
    number = float(value)
    if number in (float("inf"), float("-inf")) or number != number:
        raise ValueError(value)
    return number


_KINDS = {bool: "yes or no", int: "whole number", float: "number", str: "text"} | {
    tuple[str, ...]: "list of lines"
}
_READERS = {bool: _read_bool, int: int, float: _read_float, str: lambda value: str(value).strip()}
_READERS |= {tuple[str, ...]: _read_lines}
