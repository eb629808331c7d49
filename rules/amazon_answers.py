"""What an answer of Amazon means: is the authorization fine, refused, or is it nobody's fault?

The same few words come for very different troubles, so the body is read and not only the status.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MAX_WORDS = 200
_TOKEN = re.compile(r"Atz[ar]\|\S+")


class Verdict(StrEnum):
    """What follows from an answer.

    FINE             the authorization works
    REFUSED          Amazon does not accept this authorization
    ACCOUNT_PROBLEM  the authorization is fine, the seller account is not: dormant, card, closed
    OUR_SIDE         our own client id, secret or request is wrong: says nothing about the seller
    NO_ANSWER        throttled, failing, silent or unreadable: says nothing at all
    """

    FINE = "fine"
    REFUSED = "refused"
    ACCOUNT_PROBLEM = "account_problem"
    OUR_SIDE = "our_side"
    NO_ANSWER = "no_answer"


COUNTS_AGAINST_THE_ACCOUNT = frozenset({Verdict.REFUSED, Verdict.ACCOUNT_PROBLEM})


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, the reason for the program ("invalid_grant"), and Amazon's own words."""

    verdict: Verdict
    reason: str = ""
    words: str = ""


def judge_lwa(status: int, body: object) -> Answer:
    """What the token endpoint says; `body` is the decoded JSON, None where there was none.

    Sources: https://github.com/amzn/selling-partner-api-docs/issues/2723 (invalid_grant, 400),
    https://github.com/jlevers/selling-partner-api/issues/602 (invalid_client, 401).
    """
    if status == 200 and isinstance(body, Mapping) and body.get("access_token"):
        return Answer(Verdict.FINE)
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, str) or status == 429 or status >= 500:
        return _no_answer(status, body)
    words = _words(body.get("error_description"))
    if error == "invalid_grant":
        return Answer(Verdict.REFUSED, error, words)
    if error in ("server_error", "temporarily_unavailable"):
        return Answer(Verdict.NO_ANSWER, error, words)
    return Answer(Verdict.OUR_SIDE, error[:40], words)


def judge_sp_api(status: int, body: object) -> Answer:
    """What an SP-API operation says.

    A 403 covers access denied, expired and revoked alike, and also an expired client secret,
    which its details name. A 400 comes for dormant and inactive accounts.
    Sources: https://github.com/amzn/selling-partner-api-docs/issues/2147,
    https://developer-docs.amazon.com/sp-api/docs/resolving-400-errors
    """
    if status == 200 and isinstance(body, Mapping):
        return Answer(Verdict.FINE)
    error = _first_error(body)
    if error is None or status == 429 or status >= 500:
        return _no_answer(status, body)
    reason = str(error.get("code", ""))[:40]
    words = _words(error.get("details") or error.get("message"))
    if status in (401, 403):
        if "secret" in words.lower():
            return Answer(Verdict.OUR_SIDE, "client_secret", words)
        return Answer(Verdict.REFUSED, reason, words)
    if status == 400:
        return Answer(Verdict.ACCOUNT_PROBLEM, reason, words)
    return Answer(Verdict.NO_ANSWER, f"status_{status}", words)


def _first_error(body: object) -> Mapping | None:
    errors = body.get("errors") if isinstance(body, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return first if isinstance(first, Mapping) else None


def _no_answer(status: int, body: object) -> Answer:
    if status == 429:
        return Answer(Verdict.NO_ANSWER, "throttled")
    if body is None:
        return Answer(Verdict.NO_ANSWER, "unreadable" if status < 500 else f"status_{status}")
    return Answer(Verdict.NO_ANSWER, f"status_{status}")


def _words(text: object) -> str:
    # Amazon has no reason to repeat a token in an error; should it do so, we do not keep it.
    return _TOKEN.sub("(token)", text)[:MAX_WORDS] if isinstance(text, str) else ""
