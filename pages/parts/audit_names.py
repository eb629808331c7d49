"""What the details of an audit entry are called: the trail keeps names, the screen says words."""

from pages.parts import statuses
from pages.parts.viewer import Viewer
from rules.authorization import Job


def names(viewer: Viewer) -> dict[str, str]:
    """The words for each name that a deed notes."""
    _ = viewer.text
    return {
        "accounts": _("accounts"),
        "agent": _("by"),
        "batch": _("batch"),
        "began_at": _("signed in"),
        "by": _("by"),
        "changed": _("changed"),
        "did": _("did"),
        "due_on": _("due on"),
        "encrypted_anew": _("encrypted anew"),
        "file": _("file"),
        "filter": _("filter"),
        "granted": _("granted"),
        "key": _("key"),
        "keys": _("keys"),
        "kind": _("kind"),
        "language": _("language"),
        "made_at": _("at"),
        "message": _("message"),
        "name": _("name"),
        "owner": _("owner"),
        "passed": _("passed"),
        "reason": _("reason"),
        "refused": _("refused"),
        "removals": _("removals"),
        "removed": _("removed"),
        "renewed": _("renewed"),
        "rows": _("rows"),
        "searched": _("searched for"),
        "sent": _("sent"),
        "source": _("source"),
        "subject": _("id"),
        "table": _("table"),
        "undo": _("by “Undo”"),
        "until": _("until"),
        "view": _("view"),
        "with_keys": _("with keys"),
        **{job: statuses.job(viewer, job) for job in Job},
    }


def value(viewer: Viewer, said: object) -> str | None:
    """The words for the few values that are names themselves, and for yes and no; else None."""
    _ = viewer.text
    if isinstance(said, bool):
        return _("yes") if said else _("no")
    if not isinstance(said, str):
        return None
    return {
        "allowed": _("allowed"),
        "by hand": _("by hand"),
        "no role": _("no role"),
    }.get(said)
