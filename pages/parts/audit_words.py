"""Entries of the audit trail in words."""

from collections.abc import Mapping
from datetime import datetime

from pages.parts import audit_names, formats
from pages.parts.viewer import Viewer
from rules.acts import Act, Role


def acts(viewer: Viewer) -> dict[str, str]:
    """Every deed by its name in the trail."""
    _ = viewer.text
    return {
        Act.SIGN_IN: _("Signed in"),
        Act.SIGN_OUT: _("Signed out"),
        Act.EXPORT: _("Exported accounts"),
        Act.MAKE_LINK: _("Made a renew link"),
        Act.SEND_MESSAGE: _("Sent a message"),
        Act.WRITE_NOTE: _("Wrote a note"),
        Act.WITHDRAW_NOTE: _("Withdrew a note"),
        Act.ASSIGN: _("Changed the owner"),
        Act.SNOOZE: _("Put aside"),
        Act.WAKE: _("Took up again"),
        Act.PROMISE: _("Wrote down a promise"),
        Act.END_PROMISE: _("Ended a promise"),
        Act.OPT_OUT: _("Stopped reminders"),
        Act.OPT_IN: _("Allowed reminders again"),
        Act.TRY_JOBS: _("Tried the three jobs"),
        Act.SAVE_VIEW: _("Saved a view"),
        Act.DELETE_VIEW: _("Deleted a view"),
        Act.MAKE_CALENDAR_KEY: _("Made a calendar key"),
        Act.REVOKE_CALENDAR_KEY: _("Revoked a calendar key"),
        Act.SET_ASSUMPTION: _("Changed an assumption"),
        Act.RUN_REMINDERS: _("Ran the reminders"),
        Act.EXPORT_AUDIT: _("Exported the audit trail"),
        Act.ERASE_SELLER: _("Erased a seller"),
        Act.END_SESSION: _("Ended a session"),
        Act.IMPORT: _("Imported accounts"),
        Act.CHANGE_KEYS: _("Changed the keys"),
        Act.BACK_UP: _("Made a backup"),
        Act.RESTORE: _("Put a backup back"),
    }


def act(viewer: Viewer, name: str, said: dict | None = None) -> str:
    """A deed in words, by what its entry said of it; one that this version does not know is shown
    as it stands."""
    _, said = viewer.text, said or {}
    if name == Act.SIGN_IN and "refused" in said:
        return _("Sign-in refused")
    # Any other deed is undone by its opposite.
    if name == Act.SEND_MESSAGE and "undo" in said:
        return _("“Sent” taken back")
    return acts(viewer).get(name, name.replace("_", " "))


def role(viewer: Viewer, name: str, said: dict | None = None) -> str:
    """A role in words; whoever was refused at the door has none."""
    _ = viewer.text
    if "refused" in (said or {}):
        return "–"
    known = {Role.VIEWER: _("Viewer"), Role.AGENT: _("Agent"), Role.ADMIN: _("Admin")}
    return known.get(name, name)


NUMBERED = frozenset(
    {Act.WRITE_NOTE, Act.WITHDRAW_NOTE, Act.SNOOZE, Act.WAKE, Act.PROMISE, Act.END_PROMISE}
)
"""Deeds whose entries name the note, snooze or promise before and after by its number."""


def details(viewer: Viewer, deed: str, said: dict, views: Mapping[str, str]) -> str:
    """What an entry says beside who, when and what: "Anna → Ben · reason: holidays".

    deed: its name in the trail
    views: the names of those that there are; another one stays what the trail calls it
    """
    if "view" in said:
        said = said | {"view": views.get(str(said["view"]), said["view"])}
    known, parts = audit_names.names(viewer), []
    if "before" in said or "after" in said:
        told = [_value(viewer, said.get(name)) for name in ("before", "after")]
        if deed in NUMBERED:
            no = viewer.text("no. {n}")
            told = [each if each == "–" else no.format(n=each) for each in told]
        parts.append(" → ".join(told))
    parts += [
        f"{known.get(name, name.replace('_', ' '))}: {_value(viewer, value)}"
        for name, value in said.items()
        if name not in ("before", "after")
    ]
    return " · ".join(parts)


def _value(viewer: Viewer, value: object) -> str:
    if value is None or value == "" or value == {}:
        return "–"
    if isinstance(value, dict):
        known = audit_names.names(viewer)
        return ", ".join(
            f"{known.get(name, name)}={_value(viewer, each)}" for name, each in value.items()
        )
    if isinstance(value, list):
        return ", ".join(_value(viewer, each) for each in value)
    return audit_names.value(viewer, value) or _moment(viewer, str(value))


def _moment(viewer: Viewer, text: str) -> str:
    """A moment as everywhere else on the screens, any other text as it is."""
    if len(text) < len("2026-11-23 08:30") or not text[:4].isdigit():
        return text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return formats.moment_with_zone(viewer, at) if at.tzinfo else text
