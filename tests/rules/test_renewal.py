"""The renewal's story, told by hand: each step answered by the test, nothing done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rules.amazon_answers import Answer, Verdict
from rules.renewal import (
    CODE_LIFETIME,
    LEASE,
    came_back,
    is_abandoned,
    read_callback,
    resumed,
)
from rules.renewal_steps import (
    UNFINISHED,
    At,
    Attempt,
    Callback,
    Claim,
    Exchange,
    Exchanged,
    FindScope,
    GiveUp,
    Grant,
    KeepCode,
    KeepToken,
    LookUp,
    Outcome,
    Refuse,
    State,
    outcome_of,
)

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
CALLBACK = Callback("the state", "A1SELLER", "the code")
STATE = State(1, "A1SELLER", "browser", NOW + timedelta(minutes=10), None)
EU = ("EU", "")
TOKENS = Exchanged(Answer(Verdict.FINE), "access", "refresh")


def an_attempt(step: At = At.RECEIVED, received_at: datetime = NOW) -> Attempt:
    """A consent for the EU that came back."""
    return Attempt(5, 1, step, received_at, EU)


def tell(story, *results) -> tuple[list[str], Outcome]:
    """The steps that a story asks for when its steps have these results, and its outcome."""
    steps = []
    result = None
    answers = iter(results)
    try:
        while True:
            steps.append(story.send(result))
            result = next(answers)
    except StopIteration as end:
        return [type(step).__name__ for step in steps], end.value


def test_the_whole_story_ends_connected():
    story = came_back(CALLBACK, "browser", NOW)
    attempt = an_attempt()
    steps, outcome = tell(story, STATE, attempt, True, TOKENS, True, {EU}, None)
    assert steps == [
        each.__name__ for each in (LookUp, KeepCode, Claim, Exchange, KeepToken, FindScope, Grant)
    ]
    assert outcome is Outcome.CONNECTED


def test_the_code_is_kept_and_claimed_before_it_is_used():
    steps, _ = tell(came_back(CALLBACK, "browser", NOW), STATE, an_attempt(), True, TOKENS, False)
    assert steps.index("KeepCode") < steps.index("Claim") < steps.index("Exchange")


@pytest.mark.parametrize(
    ("state", "callback", "browser", "outcome"),
    [
        (None, CALLBACK, "browser", Outcome.STATE_UNKNOWN),
        (State(1, "A1SELLER", "browser", NOW, NOW), CALLBACK, "browser", Outcome.STATE_USED),
        (State(1, "A1SELLER", "browser", NOW, None), CALLBACK, "browser", Outcome.STATE_TOO_OLD),
        (STATE, CALLBACK, "another", Outcome.OTHER_BROWSER),
        (STATE, Callback("the state", error="access_denied"), "browser", Outcome.CANCELLED),
        (STATE, Callback("the state", error="server_error"), "browser", Outcome.AMAZON_SILENT),
        (STATE, Callback("the state", error="unauthorized_client"), "browser", Outcome.OUR_SIDE),
        (STATE, Callback("the state", "A0STRANGER", "c"), "browser", Outcome.WRONG_SELLER),
    ],
)
def test_what_must_not_be_followed_is_refused_before_any_code_is_kept(
    state, callback, browser, outcome
):
    steps, ended = tell(came_back(callback, browser, NOW), state, None)
    assert ended is outcome
    assert steps == (["LookUp"] if state is None else ["LookUp", Refuse.__name__])


def test_a_code_that_was_used_before_gets_no_attempt():
    steps, ended = tell(came_back(CALLBACK, "browser", NOW), STATE, Outcome.CODE_USED)
    assert ended is Outcome.CODE_USED and steps == ["LookUp", "KeepCode"]


@pytest.mark.parametrize("came_to", [Outcome.IN_PROGRESS, Outcome.CONNECTED, Outcome.AMAZON_SILENT])
def test_the_same_browser_learns_what_became_of_its_used_state(came_to):
    used = replace(STATE, used_at=NOW, came_to=came_to)
    assert tell(came_back(CALLBACK, "browser", NOW), used) == (["LookUp"], came_to)
    assert tell(came_back(CALLBACK, "another", NOW), used, None)[1] is Outcome.STATE_USED


def test_who_is_overtaken_after_the_look_up_learns_what_the_quicker_one_comes_to():
    used = replace(STATE, used_at=NOW, came_to=Outcome.IN_PROGRESS)
    story = came_back(CALLBACK, "browser", NOW)
    steps, ended = tell(story, STATE, Outcome.STATE_USED, used)
    assert steps == ["LookUp", "KeepCode", "LookUp"] and ended is Outcome.IN_PROGRESS
    spent = replace(STATE, used_at=NOW)
    story = came_back(CALLBACK, "browser", NOW)
    assert tell(story, STATE, Outcome.STATE_USED, spent)[1] is Outcome.STATE_USED


@pytest.mark.parametrize("step", At)
def test_every_step_of_an_attempt_has_come_to_something(step):
    came_to = outcome_of(step, "our_side" if step is At.FAILED else "")
    assert (came_to is Outcome.IN_PROGRESS) is (step in UNFINISHED)
    assert (came_to is Outcome.OUR_SIDE) is (step is At.FAILED)


def test_an_attempt_that_nothing_was_wrong_with_has_come_to_something_too():
    assert outcome_of(At.FAILED, "superseded") is Outcome.CONNECTED
    assert outcome_of(At.FAILED, "erased") is Outcome.INTERRUPTED


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (Verdict.REFUSED, Outcome.CODE_TOO_LATE),
        (Verdict.OUR_SIDE, Outcome.OUR_SIDE),
        (Verdict.NO_ANSWER, Outcome.AMAZON_SILENT),
    ],
)
def test_an_exchange_without_a_token_is_given_up_and_not_repeated(verdict, outcome):
    failed = Exchanged(Answer(verdict))
    steps, ended = tell(resumed(an_attempt(), NOW), True, failed, None)
    assert steps == ["Claim", "Exchange", GiveUp.__name__]
    assert ended is outcome


def test_a_token_for_another_region_is_given_up():
    steps, ended = tell(resumed(an_attempt(At.EXCHANGED), NOW), {("NA", "")}, None)
    assert steps == ["FindScope", "GiveUp"] and ended is Outcome.WRONG_REGION


def test_a_region_that_amazon_does_not_tell_is_no_obstacle():
    steps, ended = tell(resumed(an_attempt(At.EXCHANGED), NOW), frozenset(), None)
    assert steps == ["FindScope", "Grant"] and ended is Outcome.CONNECTED


def test_a_code_that_may_have_been_used_is_never_used_again():
    steps, ended = tell(resumed(an_attempt(At.EXCHANGING), NOW), None)
    assert steps == ["GiveUp"] and ended is Outcome.INTERRUPTED


def test_a_code_older_than_five_minutes_is_not_tried():
    attempt = an_attempt(received_at=NOW - CODE_LIFETIME)
    steps, ended = tell(resumed(attempt, NOW), None)
    assert steps == ["GiveUp"] and ended is Outcome.CODE_TOO_LATE


def test_an_attempt_that_somebody_else_claimed_is_left_to_them():
    steps, ended = tell(resumed(an_attempt(), NOW), False)
    assert steps == ["Claim"] and ended is Outcome.IN_PROGRESS


def test_an_exchange_under_way_is_not_abandoned():
    assert not is_abandoned(At.EXCHANGING, NOW, NOW + LEASE - timedelta(seconds=1))
    assert is_abandoned(At.EXCHANGING, NOW, NOW + LEASE)
    assert is_abandoned(At.RECEIVED, NOW, NOW + timedelta(seconds=5))


def test_nothing_secret_is_in_the_text_of_a_step():
    steps = (CALLBACK, KeepToken(an_attempt(), "Atzr|x"), TOKENS, FindScope(an_attempt(), "Atza|x"))
    text = repr(steps)
    assert not any(secret in text for secret in ("the state", "the code", "Atz", "refresh='"))


@pytest.mark.parametrize("name", ["state", "selling_partner_id", "spapi_oauth_code"])
def test_a_callback_needs_each_parameter_once(name):
    whole = {"state": "s", "selling_partner_id": "A1", "spapi_oauth_code": "c"}
    assert read_callback(whole.items()) == Callback("s", "A1", "c")
    assert read_callback((whole | {name: ""}).items()) is None
    assert read_callback((whole | {name: "x" * 2_049}).items()) is None
    assert read_callback((whole | {name: "a\nb"}).items()) is None
    assert read_callback([*whole.items(), (name, "again")]) is None
    assert read_callback((k, v) for k, v in whole.items() if k != name) is None


def test_what_is_no_concern_of_ours_is_ignored():
    query = [("state", "s"), ("selling_partner_id", "A1"), ("spapi_oauth_code", "c")]
    assert read_callback([*query, ("mws_auth_token", "m"), ("mws_auth_token", "n")]) is not None


def test_an_error_belongs_to_a_state_whatever_else_stands_beside_it():
    error = {"error": "access_denied", "selling_partner_id": "A1", "spapi_oauth_code": "c"}
    assert read_callback(error.items()) is None
    whole = error | {"state": "s"}
    assert read_callback(whole.items()) == Callback("s", error="access_denied")
