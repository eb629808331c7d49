"""The renewal of one authorization, from the seller's return to the kept token, as one story.

The story does nothing itself. It yields what is to be done, one step after the other, and is sent
what came of it; at the end it returns the outcome that the seller reads. The route that Amazon
calls drives it from the beginning (`came_back`), the recovery after a crash from wherever the
attempt was left (`resumed`): both are the same story.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from rules.amazon_answers import Answer, Verdict

STATE_LIFETIME = timedelta(minutes=15)
"""How long a seller may take at Amazon.

Source: https://github.com/amzn/selling-partner-api-samples (auth-lifecycle-management)
"""

CODE_LIFETIME = timedelta(minutes=5)
"""How long Amazon's code can be exchanged.

Source: https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow
"""

LEASE = timedelta(seconds=60)
"""An attempt that has not moved for so long was left by a process that is no more."""

MAX_PARAMETER = 2_048


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


@dataclass(frozen=True, slots=True)
class Callback:
    """What Amazon sent the seller back with; `error` instead of a code where they cancelled."""

    state: str = field(repr=False)
    selling_partner_id: str = ""
    code: str = field(default="", repr=False)
    error: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """A consent under way, as it was begun; see the table consent_state."""

    authorization_id: int
    selling_partner_id: str
    browser_digest: str
    expires_at: datetime
    used_at: datetime | None


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
    """-> bool: keeps the new token with the attempt, encrypted; False where it was given up."""

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


def read_callback(query: Iterable[tuple[str, str]]) -> Callback | None:
    """The callback's parameters; None where one is missing, doubled, empty or far too long.

    Parameters that are no concern of ours, like the mws_auth_token of old, are ignored.
    """
    wanted = {"state", "selling_partner_id", "spapi_oauth_code", "error"}
    found: dict[str, str] = {}
    for name, value in query:
        if name not in wanted:
            continue
        if name in found or not value or len(value) > MAX_PARAMETER or not value.isprintable():
            return None
        found[name] = value
    if "error" in found and "state" in found:
        return Callback(found["state"], error=found["error"][:40])
    if len(found) != 3:
        return None
    return Callback(found["state"], found["selling_partner_id"], found["spapi_oauth_code"])


def came_back(callback: Callback, browser_digest: str, now: datetime) -> Story:
    """The whole story, from Amazon's redirect on."""
    state = yield LookUp(callback)
    why_not = _why_not(state, callback, browser_digest, now)
    if why_not:
        if state is not None:
            yield Refuse(callback, state, why_not)
        return why_not
    attempt = yield KeepCode(callback, state)
    if isinstance(attempt, Outcome):
        return attempt
    return (yield from resumed(attempt, now))


def resumed(attempt: Attempt, now: datetime) -> Story:
    """The rest of the story, from the step at which the attempt stands."""
    if attempt.step is At.RECEIVED:
        return (yield from _exchange(attempt, now))
    if attempt.step is At.EXCHANGING:
        # Whether Amazon saw the code is unknown, and a code must not be used twice.
        return (yield from _give_up(attempt, Outcome.INTERRUPTED))
    return (yield from _grant(attempt))


def _exchange(attempt: Attempt, now: datetime) -> Story:
    if now - attempt.received_at >= CODE_LIFETIME:
        return (yield from _give_up(attempt, Outcome.CODE_TOO_LATE))
    if not (yield Claim(attempt)):
        return Outcome.IN_PROGRESS
    exchanged = yield Exchange(attempt)
    if exchanged.answer.verdict is not Verdict.FINE:
        why = _WHY_NO_TOKEN.get(exchanged.answer.verdict, Outcome.AMAZON_SILENT)
        return (yield from _give_up(attempt, why, exchanged.answer))
    if not (yield KeepToken(attempt, exchanged.refresh_token)):
        return Outcome.INTERRUPTED
    return (yield from _grant(attempt, exchanged.access_token))


def _grant(attempt: Attempt, access_token: str = "") -> Story:
    opened = yield FindScope(attempt, access_token)
    if opened and attempt.scope not in opened:
        return (yield from _give_up(attempt, Outcome.WRONG_REGION))
    yield Grant(attempt)
    return Outcome.CONNECTED


def _give_up(attempt: Attempt, why: Outcome, answer: Answer | None = None) -> Story:
    yield GiveUp(attempt, why, answer)
    return why


_WHY_NO_TOKEN = {
    # A code that Amazon refuses was late, used before, or not made for us: starting again helps.
    Verdict.REFUSED: Outcome.CODE_TOO_LATE,
    Verdict.OUR_SIDE: Outcome.OUR_SIDE,
    Verdict.NO_ANSWER: Outcome.AMAZON_SILENT,
}


def _why_not(
    state: State | None, callback: Callback, browser_digest: str, now: datetime
) -> Outcome | None:
    """Why this callback must not be followed; None where it may. The order is that of trust:
    nothing about the account is said to a browser that did not begin the consent."""
    if state is None:
        return Outcome.STATE_UNKNOWN
    if state.used_at is not None:
        return Outcome.STATE_USED
    if now >= state.expires_at:
        return Outcome.STATE_TOO_OLD
    if browser_digest != state.browser_digest:
        return Outcome.OTHER_BROWSER
    if callback.error:
        return Outcome.CANCELLED
    if callback.selling_partner_id != state.selling_partner_id:
        return Outcome.WRONG_SELLER
    return None
