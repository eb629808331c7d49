"""What a role may not do is shown, but cannot be pressed, and says why."""

from pages.parts.viewer import Viewer
from rules.acts import Act, Role, needs


def only(viewer: Viewer, act: Act, disabled: bool = False) -> dict[str, object]:
    """How a button looks that does `act`, to be handed to it; `disabled` for another reason.

    The button is a courtesy: what it calls checks the role itself.
    """
    if viewer.may(act):
        return {"disabled": disabled}
    return {"disabled": True, "help": refusal(viewer, act)}


def refusal(viewer: Viewer, act: Act) -> str:
    """Why `act` is not offered."""
    _ = viewer.text
    if needs(act) is Role.ADMIN:
        return _("Only admins may do this.")
    if act is Act.MAKE_LINK:
        return _("Only agents and admins get the renew link.")
    if act is Act.SEND_MESSAGE:
        return _("Only agents and admins write to sellers.")
    return _("Only agents and admins may do this.")


def role_name(viewer: Viewer) -> str:
    """The viewer's role in words."""
    _ = viewer.text
    return {
        Role.VIEWER: _("viewer: sees everything, changes nothing"),
        Role.AGENT: _("agent: works with the accounts"),
        Role.ADMIN: _("admin: works with the accounts and configures the desk"),
    }[viewer.role]
