"""What each kind of message is asked and made into, right before it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row

from data_access import digest_day, digest_mail, outreach, reminder_accounts, reminder_sending
from data_access.mails import Mail


@dataclass(frozen=True, slots=True)
class MessageKind:
    """One kind of message.

    check   "" or the code of why it must not go any more
    render  the mail, as it is true at this moment
    """

    check: Callable[[Connection, Row, datetime], str]
    render: Callable[[Connection, Row, datetime], Mail]


KINDS = {
    digest_day.KIND: MessageKind(digest_mail.check, digest_mail.render),
    outreach.KIND: MessageKind(outreach.still_fits, outreach.render),
    reminder_accounts.KIND: MessageKind(reminder_sending.check, reminder_sending.render),
}
