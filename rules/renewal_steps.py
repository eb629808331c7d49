"""What the renewal is told with: its outcomes, the values it passes on, the steps it takes."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from rules.amazon_answers import Answer


class Outcome(StrEnum):
    """How a renewal ended, for the seller's page, the event and the agent."""

    CONNECTED = "connected"
    CANCELLED = "cancelled"
    UNREADABLE = "unreadable"
    STATE_UNKNOWN = "state_unknown"
    STATE_USED = "state_used"
    STATE_TOO_OLD = "state_too_old"
    OTHER_BROWSER = "other_browser"
    WRONG_SELLER = "wrong_seller"
    WRONG_REGION = "wrong_region"
    CODE_USED = "code_used"
    CODE_TOO_LATE = "code_too_late"
    AMAZON_SILENT = "amazon_silent"
    OUR_SIDE = "our_side"
    INTERRUPTED = "interrupted"
    IN_PROGRESS = "in_progress"


class At(StrEnum):
    """Where an attempt stands; written before the next thing is done."""

    RECEIVED = "received"  # the code is kept and surely unused
    EXCHANGING = "exchanging"  # the code may have been used
    EXCHANGED = "exchanged"  # the new token is kept, the authorization still the old one
    GRANTED = "granted"  # the authorization has the new token; not yet confirmed
    CONFIRMED = "confirmed"
    CALLS_FAIL = "calls_fail"  # renewed, but for an hour no call succeeded
    FAILED = "failed"


UNFINISHED = (At.RECEIVED, At.EXCHANGING, At.EXCHANGED)


class Overtaken(StrEnum):
    """Why an attempt FAILED that nothing was wrong with."""

    SUPERSEDED = "superseded"  # the account has a later grant: it is connected all the same
    ERASED = "erased"  # the seller was erased meanwhile


def outcome_of(step: At, failure: str) -> Outcome:
    """What an attempt has come to, as far as it is; `failure` is the outcome of one that FAILED,
    or an Overtaken."""
    if step in UNFINISHED:
        return Outcome.IN_PROGRESS
    if step is not At.FAILED or failure == Overtaken.SUPERSEDED:
        return Outcome.CONNECTED
    return Outcome.INTERRUPTED if failure == Overtaken.ERASED else Outcome(failure)


@dataclass(frozen=True, slots=True)
class Callback:
    """What Amazon sent the seller back with; `error` instead of a code where they cancelled."""

    state: str = field(repr=False)
    selling_partner_id: str = ""
    code: str = field(default="", repr=False)
    error: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A consent under way, as it was begun; see the table consent_state.

    came_to  what has become so far of the attempt that used it; None where there is no attempt
    """

    authorization_id: int
    selling_partner_id: str
    browser_digest: str
    expires_at: datetime
    used_at: datetime | None
    came_to: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A consent that came back, as far as it has come; `scope` is its region and country."""

    id: int
    authorization_id: int
    step: At
    received_at: datetime
    scope: tuple[str, str]


@dataclass(frozen=True, slots=True)
class LookUp:
    """-> State or None: the consent that this callback claims to end."""

    callback: Callback


@dataclass(frozen=True, slots=True)
class Refuse:
    """-> nothing: the state is spent, the account's history says why; nothing else changes."""

    callback: Callback
    state: State
    why: Outcome


@dataclass(frozen=True, slots=True)
class KeepCode:
    """-> Attempt, or the Outcome STATE_USED or CODE_USED: spends the state and keeps the code,
    encrypted, in one transaction."""

    callback: Callback
    state: State


@dataclass(frozen=True, slots=True)
class Claim:
    """-> bool: from now on the code may have been used; False where somebody else claimed it."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Exchange:
    """-> Exchanged: the code for tokens, at Amazon. Never repeated once it may have arrived."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What came of the exchange; tokens only with the verdict FINE."""

    answer: Answer
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class KeepToken:
    """-> bool: keeps the new token with the attempt, encrypted; False where the attempt was given
    up, or the token lost because it could not be written for long."""

    attempt: Attempt
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FindScope:
    """-> set of (region, country) that the new token opens; empty where Amazon does not say.

    Without an access token, after a restart, one has to be fetched first.
    """

    attempt: Attempt
    access_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """-> nothing: token, grant, expiry, event, lapse and rollup in one transaction."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class GiveUp:
    """-> nothing: code and token are wiped, the history says why, the account stays as it was."""

    attempt: Attempt
    why: Outcome
    answer: Answer | None = None


Step = LookUp | Refuse | KeepCode | Claim | Exchange | KeepToken | FindScope | Grant | GiveUp
Story = Generator[Step, object, Outcome]
