"""What people do with the desk, and the role that each deed needs."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Viewers see, agents act, admins configure; each may what the one before it may."""

    VIEWER = "viewer"
    AGENT = "agent"
    ADMIN = "admin"


class Act(StrEnum):
    """A deed that is checked before it is done and stands in the audit trail afterwards."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"

    EXPORT = "export"
    MAKE_LINK = "make_link"
    SEND_MESSAGE = "send_message"
    WRITE_NOTE = "write_note"
    WITHDRAW_NOTE = "withdraw_note"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    WAKE = "wake"
    PROMISE = "promise"
    END_PROMISE = "end_promise"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    TRY_JOBS = "try_jobs"
    SAVE_VIEW = "save_view"
    DELETE_VIEW = "delete_view"
    MAKE_CALENDAR_KEY = "make_calendar_key"
    REVOKE_CALENDAR_KEY = "revoke_calendar_key"

    SET_ASSUMPTION = "set_assumption"
    RUN_REMINDERS = "run_reminders"
    EXPORT_AUDIT = "export_audit"
    ERASE_SELLER = "erase_seller"
    END_SESSION = "end_session"
    IMPORT = "import"
    CHANGE_KEYS = "change_keys"
    BACK_UP = "back_up"
    RESTORE = "restore"


_BY_EVERYBODY = frozenset({Act.SIGN_IN, Act.SIGN_OUT})
_BY_ADMINS = frozenset(
    {
        Act.SET_ASSUMPTION,
        Act.RUN_REMINDERS,
        Act.EXPORT_AUDIT,
        Act.ERASE_SELLER,
        Act.END_SESSION,
        Act.IMPORT,
        Act.CHANGE_KEYS,
        Act.BACK_UP,
        Act.RESTORE,
    }
)
_RANKS = tuple(Role)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person by the name they signed in with, or a part of the desk itself."""

    name: str
    role: Role

    def may(self, act: Act) -> bool:
        """Whether the actor's role is enough for `act`."""
        return self.is_at_least(needs(act))

    def is_at_least(self, role: Role) -> bool:
        """Whether the actor has `role` or a higher one."""
        return _RANKS.index(self.role) >= _RANKS.index(role)


class NotAllowed(Exception):
    """The actor's role is not enough; nothing was done. `act` and `needs` are for the screen."""

    def __init__(self, actor: Actor, act: Act) -> None:
        super().__init__(f"{act.value} needs the role {needs(act).value}, not {actor.role.value}")
        self.act, self.needs = act, needs(act)


def needs(act: Act) -> Role:
    """The least role for `act`."""
    if act in _BY_EVERYBODY:
        return Role.VIEWER
    return Role.ADMIN if act in _BY_ADMINS else Role.AGENT


def check(actor: Actor, act: Act) -> None:
    """Nothing where the actor may do it. Raises NotAllowed."""
    if not actor.may(act):
        raise NotAllowed(actor, act)
