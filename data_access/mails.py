"""A mail as the mail server gets it: plain text, an HTML alternative, and headers.

Everything that comes from a seller, a template or an agent passes through EmailMessage, which
takes no line break in a header.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from data_access.settings import settings
from data_access.settings_mail import an_address, bare_address

MAX_SUBJECT = 200


class _OnOneLine(UniqueUnstructuredHeader):
    """An address in brackets. Folded, a long one becomes an encoded word, in which no mail program
    looks for an address (RFC 2047, section 5)."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _OnOneLine)
_POLICY = SMTP.clone(header_factory=_HEADERS)


class WrongAddress(ValueError):
    """It is no mail address; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What is said.

    html         the same as the text, dressed; empty for plain text alone
    unsubscribe  the address of RFC 8058's one-click unsubscribe; empty where there is none
    automatic    sent by the desk itself, so that no holiday note is answered to it
    """

    subject: str
    text: str
    html: str = ""
    unsubscribe: str = ""
    automatic: bool = False


def new_message_id() -> str:
    """A Message-ID in our own name."""
    sender = settings().mail_from
    domain = an_address(sender).domain if sender else "renewal-desk.invalid"
    return f"<{uuid.uuid4().hex}@{domain}>"


def compose(mail: Mail, recipient: str, message_id: str, at: datetime) -> EmailMessage:
    """The mail with its headers. Raises WrongAddress for a recipient that is none."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = an_address(settings().mail_from)
    message["To"] = recipient_address(recipient)
    if settings().mail_reply_to:
        message["Reply-To"] = an_address(settings().mail_reply_to)
    message["Subject"] = one_line(mail.subject)[:MAX_SUBJECT]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    if mail.automatic:
        message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Quoted-printable passes every server, and keeps long lines of HTML within RFC 5322.
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def recipient_address(recipient: str) -> Address:
    """Whom a mail goes to: one address, without a name. Raises WrongAddress."""
    try:
        return Address(addr_spec=bare_address(recipient.strip()))
    except ValueError as error:
        raise WrongAddress(one_line(str(error))) from None


def one_line(text: str) -> str:
    """A text without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
