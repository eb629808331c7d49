"""The renewal of one authorization, from the seller's return to the kept token, as one story.

The story does nothing itself. It yields what is to be done, one step after the other, and is sent
what came of it; at the end it returns the outcome that the seller reads. The route that Amazon
calls drives it from the beginning (`came_back`), the recovery after a crash from wherever the
attempt was left (`resumed`): both are the same story.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hmac import compare_digest

from rules.amazon_answers import Answer, Verdict
from rules.renewal_steps import (
    At,
    Attempt,
    Callback,
    Claim,
    Exchange,
    FindScope,
    GiveUp,
    Grant,
    KeepCode,
    KeepToken,
    LookUp,
    Outcome,
    Refuse,
    State,
    Story,
)

STATE_LIFETIME = timedelta(minutes=15)
"""How long a seller may take at Amazon.

Source: https://github.com/amzn/selling-partner-api-samples (auth-lifecycle-management)
"""

CODE_LIFETIME = timedelta(minutes=5)
"""How long Amazon's code can be exchanged.

Source: https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow
"""

LEASE = timedelta(seconds=60)
"""An exchange that has not ended for so long was left by a process that is no more."""

SHORT_LEASE = timedelta(seconds=5)
"""The same for the other steps, which two processes may take without harm."""

MAX_PARAMETER = 2_048


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
    if "state" not in found:
        return None
    if "error" in found:
        return Callback(found["state"], error=found["error"][:40])
    if len(found) != 3:
        return None
    return Callback(found["state"], found["selling_partner_id"], found["spapi_oauth_code"])


def came_back(callback: Callback, browser_digest: str, now: datetime) -> Story:
    """The whole story, from Amazon's redirect on."""
    state = yield LookUp(callback)
    if _is_known_to(browser_digest, state):
        return state.came_to
    why_not = _why_not(state, callback, browser_digest, now)
    if why_not:
        if state is not None:
            yield Refuse(callback, state, why_not)
        return why_not
    attempt = yield KeepCode(callback, state)
    if attempt is Outcome.STATE_USED:
        # Somebody was quicker since the look-up: their attempt is the one that counts.
        state = yield LookUp(callback)
        return state.came_to if _is_known_to(browser_digest, state) else attempt
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


def is_abandoned(step: At, stepped_at: datetime, now: datetime) -> bool:
    """Whether nobody is at work on an attempt any more, so that it may be resumed."""
    return now - stepped_at >= (LEASE if step is At.EXCHANGING else SHORT_LEASE)


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


_WHY_NO_CONSENT = {
    # What Amazon sends where a seller cancels is undocumented; this was seen at another consent.
    # Source: https://app.sellerwerk.de/en/docs/common-errors
    "access_denied": Outcome.CANCELLED,
    "server_error": Outcome.AMAZON_SILENT,
    "temporarily_unavailable": Outcome.AMAZON_SILENT,
}
"""The errors of a consent; those that are not here say that our application asked for it wrongly.

Source: https://github.com/amzn/selling-partner-api-models (LWAExceptionErrorCode)
"""


def _is_known_to(browser_digest: str, state: State | None) -> bool:
    """Whether an attempt was made of the state, and this browser may know what became of it: the
    same address loaded twice leads to the same end."""
    if state is None or state.came_to is None:
        return False
    return compare_digest(browser_digest, state.browser_digest)


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
    if not compare_digest(browser_digest, state.browser_digest):
        return Outcome.OTHER_BROWSER
    if callback.error:
        return _WHY_NO_CONSENT.get(callback.error, Outcome.OUR_SIDE)
    if callback.selling_partner_id != state.selling_partner_id:
        return Outcome.WRONG_SELLER
    return None
