"""States, kinds and reasons of messages in the viewer's words."""

from data_access.digest_mail import DAY_OVER, NOT_WANTED
from data_access.outbox import CLAIMED, FAILED, LEFT_OUT, SENT, WAITING
from data_access.outreach import LeftOut
from data_access.smtp import can_send
from pages.parts.viewer import Viewer
from rules.reminders import Withheld


def state(viewer: Viewer, of: str) -> str:
    """A state with its mark, so that it is not told by colour alone."""
    _ = viewer.text
    return {
        WAITING: _("◷ waiting"),
        CLAIMED: _("◷ being sent"),
        SENT: _("✔ sent"),
        FAILED: _("✖ failed"),
        LEFT_OUT: _("– left out"),
    }.get(of, of)


def none_is(viewer: Viewer, of: str) -> str:
    """What an empty list of that state means."""
    _ = viewer.text
    return {
        WAITING: _("No message waits to be sent."),
        FAILED: _("No message has failed."),
        LEFT_OUT: _("No message was left out."),
        SENT: _("No message was sent yet."),
    }[of]


def kind(viewer: Viewer, of: str) -> str:
    """What a message is."""
    _ = viewer.text
    return {
        "outreach": _("Message"),
        "reminder": _("Reminder"),
        "digest": _("Digest"),
    }.get(of, of)


def reason(viewer: Viewer, of: str) -> str:
    """Why somebody is left out, or gets no reminder; a server's words stay as they are."""
    _ = viewer.text
    return {
        LeftOut.INCIDENT: _("An incident is open: no mail until it is over"),
        LeftOut.PAUSED: _("Paused"),
        LeftOut.OTHER_APPLICATION: _("Belongs to another application: no renew link"),
        LeftOut.NOT_DUE: _("Not due: active, or renewed just now"),
        LeftOut.NO_ADDRESS: _("No mail address"),
        LeftOut.WRONG_ADDRESS: _("The mail address is none"),
        LeftOut.OPTED_OUT: _("Wants no reminders"),
        LeftOut.SNOOZED: _("Snoozed"),
        LeftOut.WRITTEN_LATELY: _("Written to in the last days"),
        LeftOut.RENEWED: _("Renewed meanwhile"),
        LeftOut.REMOVED: _("No longer in the token database"),
        LeftOut.CANCELLED: _("Cancelled"),
        Withheld.REFUSED: _("Amazon refuses: renewing may not be the answer"),
        Withheld.VERIFYING: _("Renewed just now, being verified"),
        Withheld.NOT_AUTHORIZED: _("Never authorized: nothing lapses"),
        Withheld.NIGHT: _("Night where the seller is"),
        Withheld.GONE: _("No longer in the token database"),
        DAY_OVER: _("The day was over before it could be sent"),
        NOT_WANTED: _("No longer on the list of those who get the digest"),
        Withheld.SUPERSEDED: _("Its day passed; a later reminder stands for it"),
    }.get(of, of)


def variant(viewer: Viewer, of: str) -> str:
    """Which message a seller gets."""
    _ = viewer.text
    return {
        "expiring": _("“expires soon”"),
        "expired": _("“has expired”"),
        "refused": _("“Amazon refuses”"),
        "not_authorized": _("“not connected yet”"),
    }[of]


def why_not_sending(viewer: Viewer) -> str:
    """What to set where the desk sends no mail itself; empty where it does."""
    _ = viewer.text
    if can_send():
        return ""
    return _(
        "The desk sends no mail itself: no mail server is set. An admin sets DESK_SMTP_URL and "
        "DESK_MAIL_FROM."
    )
