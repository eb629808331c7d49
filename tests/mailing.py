"""A mail server that takes mail, or behaves as badly as mail servers do."""

import asyncio
import email
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from data_access.mails import Mail
from data_access.message_kinds import MessageKind
from tests.serving import free_port

SENDER = "Support <support@vendor.example>"

PLAIN = MessageKind(
    check=lambda _connection, _row, _at: "",
    render=lambda _connection, row, _at: Mail(row.subject, row.text),
)
"""A kind of message that nothing is asked about."""


@dataclass
class Postbox:
    """What arrived, and how the server answers next.

    got       every accepted mail, with its envelope as attributes envelope_from and envelope_to
    answers   what it answers to the coming messages, then it takes them: a reply as "451 later";
              "rcpt 550 no" already to RCPT; "drop" breaks off when the content came, "drop after"
              once it was taken; "hang" answers nothing
    sessions  how many connections greeted it
    """

    got: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    sessions: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        """Its address as a setting."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        """The Message-IDs in the order of arrival."""
        return [mail["Message-ID"] for mail in self.got]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        """Counts connections."""
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        """Takes the recipient, or says why not."""
        if self.answers and self.answers[0].startswith("rcpt "):
            return self.answers.pop(0).removeprefix("rcpt ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope: Envelope) -> str:  # noqa: N802
        """Takes the mail, or does what it was told."""
        answer = self.answers.pop(0) if self.answers else ""
        if answer in ("", "drop after"):
            mail = email.message_from_bytes(envelope.content, policy=default)
            mail.envelope_from, mail.envelope_to = envelope.mail_from, envelope.rcpt_tos
            self.got.append(mail)
        if answer.startswith("drop"):
            server.transport.abort()
        if answer == "hang":
            await asyncio.Event().wait()
        return answer or "250 taken"


@contextmanager
def postbox(tls: ssl.SSLContext | None = None, login: bool = False) -> Iterator[Postbox]:
    """A mail server on a free port of this machine; with `login` it lets nobody in."""
    box = Postbox(port=free_port())
    more = {"tls_context": tls} if tls else {}
    if login:
        more |= {
            "auth_required": True,
            "auth_require_tls": False,
            "authenticator": lambda *_: AuthResult(success=False, handled=False),
        }
    server = Controller(box, hostname="127.0.0.1", port=box.port, **more)
    server.start()
    box.sessions = 0
    try:
        yield box
    finally:
        server.stop()


def mail_settings(box: Postbox, **more: str) -> dict[str, str]:
    """The settings of a desk that sends through it."""
    return {"DESK_SMTP_URL": box.url, "DESK_MAIL_FROM": SENDER, **more}


def own_certificate(home: Path) -> ssl.SSLContext:
    """TLS with a certificate that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (home / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (home / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / "certificate.pem", home / "key.pem")
    return context
