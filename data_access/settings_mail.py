"""Settings of outgoing mail. Without DESK_SMTP_URL the desk sends nothing itself."""

from collections.abc import Callable
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, Field, SecretStr

from data_access import settings_checks as checks

SCHEMES = ("smtp", "smtps")


def is_this_machine(host: str) -> bool:
    """Whether a host is this very machine: nobody listens on the way there."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _a_mail_server(value: SecretStr | None) -> SecretStr | None:
    if value is None or not value.get_secret_value():
        return None
    try:
        parts = urlsplit(value.get_secret_value())
        fits = parts.scheme in SCHEMES and bool(parts.hostname) and parts.path in ("", "/")
        fits = fits and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("must be smtp:// or smtps://, as smtp://user:password@mail.example:587")
    return value


def an_address(value: str) -> Address:
    """A mail address with or without a name, "Support <help@vendor.example>". ValueError where
    it is none."""
    name, address = parseaddr(value)
    return Address(name, addr_spec=bare_address(address))


def bare_address(value: str) -> str:
    """One mail address as mail servers know it, its domain in ASCII. ValueError, with a sentence,
    where it is none."""
    try:
        found = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    if found.ascii_email is None:
        raise ValueError("The part before the @-sign has letters that mail servers do not take.")
    return found.ascii_email


def _or_none(read: Callable[[str], object]) -> AfterValidator:
    """Takes nothing, or what can be read as a mail address."""

    def check(value: str) -> str:
        if value:
            try:
                read(value)
            except ValueError:
                raise ValueError("is no mail address, as help@vendor.example is one") from None
        return value

    return AfterValidator(check)


MailServer = Annotated[SecretStr | None, AfterValidator(_a_mail_server)]
MailAddress = Annotated[str, _or_none(an_address)]
BareAddress = Annotated[str, _or_none(bare_address)]


class MailSettings(BaseModel):
    """Where mail goes out, and in whose name."""

    smtp_url: MailServer = Field(
        None,
        description="The mail server, smtp://user:password@host:587 (STARTTLS) or smtps://…:465; "
        "unset: the desk sends no mail itself",
    )
    smtp_timeout_seconds: float = Field(
        20, gt=0, le=60, description="How long the mail server may take for one answer"
    )
    mail_from: MailAddress = Field(
        "", description="The sender of all mail: Vendor Support <support@vendor.example>"
    )
    mail_reply_to: MailAddress = Field(
        "", description="Where sellers' answers go; empty: to the sender"
    )
    mail_bounces: MailAddress = Field(
        "", description="Where undeliverable mail returns to (envelope sender); empty: the sender"
    )
    mail_quiet_days: int = Field(
        3,
        ge=0,
        le=60,
        description="Who was written to in the last so many days is left out of "
        "messages to many at once",
    )
    templates: checks.Folder | None = Field(
        None,
        description="A folder with message templates of your own, <language>/<variant>.txt; what "
        "it lacks is ours",
    )

    def mail_mistakes(self, mode: str) -> list[str]:
        """A sentence for everything that does not go together."""
        if self.smtp_url is None:
            return []
        mistakes = []
        if not self.mail_from:
            mistakes.append("DESK_SMTP_URL needs DESK_MAIL_FROM, the sender of all mail")
        host = urlsplit(self.smtp_url.get_secret_value()).hostname
        if mode == "demo" and not is_this_machine(host or ""):
            mistakes.append(
                "DESK_SMTP_URL must be on this machine in demo mode, so that no mail leaves it"
            )
        return mistakes
