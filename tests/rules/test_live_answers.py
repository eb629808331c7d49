"""What Amazon's answers mean, and what they change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rules.amazon_answers import Answer, Verdict, judge_lwa, judge_sp_api
from rules.client_secret import secret_clock
from rules.renewal_steps import At
from rules.verification import Health, after, is_over, is_storm, next_check, step_after_check

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
WELL = Health(NOW - HOUR, None, None)
REFUSED = Answer(Verdict.REFUSED, "invalid_grant")


@pytest.mark.parametrize(
    ("status", "body", "verdict", "reason"),
    [
        (200, {"access_token": "Atza|x"}, Verdict.FINE, ""),
        (200, {}, Verdict.NO_ANSWER, "status_200"),
        (200, None, Verdict.NO_ANSWER, "unreadable"),
        (400, {"error": "invalid_grant"}, Verdict.REFUSED, "invalid_grant"),
        (401, {"error": "invalid_client"}, Verdict.OUR_SIDE, "invalid_client"),
        (400, {"error": "invalid_request"}, Verdict.OUR_SIDE, "invalid_request"),
        (400, {"error": ["odd"]}, Verdict.NO_ANSWER, "status_400"),
        (400, None, Verdict.NO_ANSWER, "unreadable"),
        (429, {"error": "invalid_grant"}, Verdict.NO_ANSWER, "throttled"),
        (500, {"error": "server_error"}, Verdict.NO_ANSWER, "status_500"),
        (503, None, Verdict.NO_ANSWER, "status_503"),
        (400, {"error": "temporarily_unavailable"}, Verdict.NO_ANSWER, "temporarily_unavailable"),
        (200, ["access_token"], Verdict.NO_ANSWER, "status_200"),
    ],
)
def test_what_the_token_endpoint_says_is_judged_by_status_and_error(status, body, verdict, reason):
    answer = judge_lwa(status, body)
    assert (answer.verdict, answer.reason) == (verdict, reason)


def error(code: str, details: str = "") -> dict:
    """The body in which SP-API says no."""
    return {"errors": [{"code": code, "message": "Access is denied.", "details": details}]}


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, {"payload": []}, Verdict.FINE),
        (200, None, Verdict.NO_ANSWER),
        (403, error("Unauthorized", "The access token you provided has expired."), Verdict.REFUSED),
        (401, error("Unauthorized"), Verdict.REFUSED),
        (403, error("Unauthorized", "The LWA client secret has expired."), Verdict.OUR_SIDE),
        (403, None, Verdict.NO_ANSWER),
        (400, error("InvalidInput"), Verdict.ACCOUNT_PROBLEM),
        (404, error("NotFound"), Verdict.NO_ANSWER),
        (429, error("QuotaExceeded"), Verdict.NO_ANSWER),
        (500, error("InternalFailure"), Verdict.NO_ANSWER),
        (503, None, Verdict.NO_ANSWER),
        (403, {"errors": []}, Verdict.NO_ANSWER),
        (403, {"errors": ["odd"]}, Verdict.NO_ANSWER),
    ],
)
def test_what_the_selling_partner_api_says_is_judged_by_status_and_error(status, body, verdict):
    assert judge_sp_api(status, body).verdict is verdict


def test_amazons_words_are_kept_without_any_token():
    answer = judge_lwa(400, {"error": "invalid_grant", "error_description": "bad Atzr|secret one"})
    assert answer.words == "bad (token) one"
    assert len(judge_lwa(400, {"error": "e", "error_description": "x" * 999}).words) == 200


def test_one_failure_is_only_remembered():
    once = after(WELL, REFUSED, NOW)
    assert (once.first_failed_at, once.refused_at) == (NOW, None)
    assert once.refusal == "refused: invalid_grant"


def test_a_second_failure_an_hour_later_is_a_refusal():
    once = after(WELL, REFUSED, NOW)
    assert after(once, REFUSED, NOW + HOUR - timedelta(seconds=1)).refused_at is None
    assert after(once, REFUSED, NOW + HOUR).refused_at == NOW + HOUR


def test_a_refusal_keeps_its_first_moment():
    refused = after(after(WELL, REFUSED, NOW), REFUSED, NOW + HOUR)
    assert after(refused, REFUSED, NOW + 5 * HOUR).refused_at == NOW + HOUR


def test_failures_of_a_clock_that_was_ahead_count_from_the_next_answer_on():
    once = after(WELL, REFUSED, NOW + 400 * 24 * HOUR)
    again = after(once, REFUSED, NOW)
    assert (again.first_failed_at, again.refused_at) == (NOW, None)
    assert after(again, REFUSED, NOW + HOUR).refused_at == NOW + HOUR
    refused = after(once, REFUSED, NOW + 401 * 24 * HOUR)
    assert after(refused, REFUSED, NOW).refused_at == NOW


def test_a_good_answer_forgets_every_failure():
    refused = after(after(WELL, REFUSED, NOW), REFUSED, NOW + HOUR)
    assert after(refused, Answer(Verdict.FINE), NOW + 2 * HOUR) == Health(
        NOW + 2 * HOUR, None, None
    )


@pytest.mark.parametrize("verdict", [Verdict.NO_ANSWER, Verdict.OUR_SIDE])
def test_what_says_nothing_about_the_account_changes_nothing(verdict):
    once = after(WELL, REFUSED, NOW)
    assert after(once, Answer(verdict), NOW + HOUR) is once


def test_a_new_grant_is_checked_every_five_minutes_and_once_after_the_hour():
    moments = [NOW]
    while step_after_check(NOW, REFUSED, moments[-1], len(moments)) is At.GRANTED:
        moments.append(next_check(NOW, moments[-1]))
    assert [int((moment - NOW).total_seconds() // 60) for moment in moments] == list(
        range(0, 66, 5)
    )
    assert step_after_check(NOW, REFUSED, moments[-1], 14) is At.CALLS_FAIL
    assert step_after_check(NOW, Answer(Verdict.FINE), moments[-1], 14) is At.CONFIRMED


@pytest.mark.parametrize(
    ("refused", "asked", "storm"), [(9, 9, False), (10, 10, True), (10, 40, True), (10, 41, False)]
)
def test_many_refusals_at_once_are_a_storm(refused, asked, storm):
    assert is_storm(refused, asked) is storm


@pytest.mark.parametrize(
    ("fine", "asked", "over"), [(9, 9, False), (10, 10, True), (30, 40, False), (31, 40, True)]
)
def test_a_storm_is_over_when_most_work_again(fine, asked, over):
    assert is_over(fine, asked) is over


def test_in_a_storm_no_failure_counts_and_who_works_does():
    failed = Health(None, first_failed_at=NOW - 2 * HOUR, refused_at=None)
    assert after(failed, REFUSED, NOW, storm=True) == failed
    assert after(failed, Answer(Verdict.FINE), NOW, storm=True).confirmed_at == NOW


@pytest.mark.parametrize(
    ("day", "left", "warning"),
    [
        (date(2026, 1, 1), 180, None),
        (date(2026, 4, 1), 90, 90),
        (date(2026, 5, 2), 59, 60),
        (date(2026, 5, 31), 30, 30),
        (date(2026, 6, 22), 8, 15),
        (date(2026, 6, 23), 7, 7),
        (date(2026, 6, 29), 1, 1),
        (date(2026, 6, 30), 0, 0),
        (date(2026, 8, 1), -32, 0),
    ],
)
def test_our_secret_is_counted_down_from_180_days(day, left, warning):
    clock = secret_clock(date(2026, 1, 1), day)
    assert (clock.days_left, clock.warning) == (left, warning)
    assert clock.expires_on == date(2026, 6, 30)
