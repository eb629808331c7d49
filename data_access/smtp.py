"""The mail server: one connection for a whole batch, and failures told apart by what they mean.

SMTP has one gap that nobody can close: a server that dies after it has taken a message and before
it says so. Such a message counts as not sent and is tried again with the same Message-ID, by which
servers and mail programs can see that it is the same one.
"""

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from data_access.settings import settings
from data_access.settings_mail import an_address, is_this_machine

PORTS = {"smtp": 587, "smtps": 465}
WORDS = 300
"""How much of the server's words is kept."""


class MailProblem(Exception):
    """A message was not accepted; the text is what the server said, or what became of it."""


class Refused(MailProblem):
    """The server will not take this message, now or later."""


class Deferred(MailProblem):
    """The server will not take this message now."""


class ServerAway(MailProblem):
    """Nothing can be sent now: no connection, no trust, no login, or it broke off."""


def can_send() -> bool:
    """Whether a mail server is set; without one the desk sends nothing itself."""
    return settings().smtp_url is not None


class Sending:
    """A connection to the mail server of the settings, opened when the first message needs it."""

    def __init__(self) -> None:
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type | BaseException | TracebackType | None) -> None:
        self._close()

    def send(self, message: EmailMessage) -> None:
        """Returns when the server has accepted the message for its one recipient.

        Raises Refused, Deferred, ServerAway.
        """
        try:
            if self._server is None:
                self._server = _connect()
            self._server.send_message(message, from_addr=_envelope_sender())
        except smtplib.SMTPRecipientsRefused as error:
            ((code, words),) = list(error.recipients.values())[:1]
            raise self._answer(code, words) from None
        except smtplib.SMTPSenderRefused as error:
            # That is about us and not about this message.
            self._close()
            raise ServerAway(_said(error.smtp_code, error.smtp_error)) from None
        except smtplib.SMTPDataError as error:
            raise self._answer(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(str(error)[:WORDS]) from None
        except smtplib.SMTPResponseException as error:
            self._close()
            raise ServerAway(_said(error.smtp_code, error.smtp_error)) from None
        except ssl.SSLCertVerificationError as error:
            self._close()
            raise ServerAway(f"The certificate is not trusted: {error.verify_message}") from None
        except (OSError, ValueError) as error:
            # smtplib's own errors are OSErrors; ValueError is what an unreadable answer becomes.
            self._close()
            raise ServerAway(_plain(str(error)) or type(error).__name__) from None

    def _answer(self, code: int, words: bytes | str) -> MailProblem:
        if code == 421:
            self._close()
            return ServerAway(_said(code, words))
        return (Deferred if 400 <= code < 500 else Refused)(_said(code, words))

    def _close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError, ValueError):
                server.close()


def _connect() -> smtplib.SMTP:
    parts, timeout = _address(), settings().smtp_timeout_seconds
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=timeout, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=timeout)
    try:
        server.ehlo_or_helo_if_needed()
        # Nothing crosses a network in clear; on this machine a server without TLS will do.
        if parts.scheme == "smtp" and (server.has_extn("starttls") or not is_this_machine(host)):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except smtplib.SMTPNotSupportedError as error:
        server.close()
        raise ServerAway(_plain(str(error))) from None
    except BaseException:
        server.close()
        raise
    return server


def _address() -> SplitResult:
    if settings().smtp_url is None:
        raise ServerAway("No mail server is set: DESK_SMTP_URL.")
    return urlsplit(settings().smtp_url.get_secret_value())


def _envelope_sender() -> str:
    return an_address(settings().mail_bounces or settings().mail_from).addr_spec


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return _plain(f"{code} {text}")


def _plain(text: str) -> str:
    return " ".join(text.split())[:WORDS]
