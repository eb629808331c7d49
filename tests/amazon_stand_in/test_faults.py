import threading
import time

import httpx
import pytest

from tests.amazon_stand_in.running import http

PATH = "/sellers/v1/marketplaceParticipations"


def refresh(amazon) -> httpx.Response:
    token = f"Atzr|demo.A1SELLER.EU.{int(amazon.now())}"
    return amazon.token(grant_type="refresh_token", refresh_token=token)


def participations(amazon, token: str) -> httpx.Response:
    return http.get(f"{amazon.base_url}{PATH}", headers={"x-amz-access-token": token})


@pytest.mark.parametrize(
    ("status", "lwa", "sp_api"),
    [
        (400, "invalid_request", "InvalidInput"),
        (401, "unauthorized_client", "Unauthorized"),
        (403, "access_denied", "Unauthorized"),
        (429, "temporarily_unavailable", "QuotaExceeded"),
        (500, "server_error", "InternalFailure"),
        (503, "temporarily_unavailable", "ServiceUnavailable"),
    ],
)
def test_the_next_answers_fail_as_told(amazon, status, lwa, sp_api):
    token = amazon.access_token()
    amazon.set(fail_next=2, fail_status=status)
    failed = refresh(amazon)
    assert (failed.status_code, failed.json()["error"]) == (status, lwa)
    failed = participations(amazon, token)
    assert (failed.status_code, failed.json()["errors"][0]["code"]) == (status, sp_api)
    assert refresh(amazon).status_code == 200
    assert amazon.switches.fail_next == 0


def test_a_share_of_answers_fails(amazon):
    amazon.set(fail_rate=1)
    assert refresh(amazon).status_code == 503
    amazon.set(fail_rate=0.5, fail_status=500)
    statuses = [refresh(amazon).status_code for _ in range(40)]
    assert set(statuses) == {200, 500}


def test_it_can_be_out_for_a_while(amazon):
    amazon.set(out_for_seconds=1500, applies_to="everything")
    assert refresh(amazon).status_code == 503
    assert http.get(amazon.consent_url()).status_code == 503
    assert http.get(f"{amazon.base_url}/stand-in/").status_code == 200
    amazon.advance(1500)
    assert refresh(amazon).status_code == 200


@pytest.mark.parametrize(
    ("area", "lwa", "sp_api", "pages"),
    [
        ("apis", 503, 503, 200),
        ("lwa", 503, 200, 200),
        ("sp_api", 200, 503, 200),
        ("pages", 200, 200, 503),
        ("everything", 503, 503, 503),
    ],
)
def test_trouble_strikes_where_it_is_told(amazon, area, lwa, sp_api, pages):
    token = amazon.access_token()
    amazon.set(fail_rate=1, applies_to=area)
    assert refresh(amazon).status_code == lwa
    assert participations(amazon, token).status_code == sp_api
    assert http.get(amazon.consent_url()).status_code == pages


def test_an_answer_can_be_html_where_json_is_due(amazon):
    amazon.set(html=True)
    answer = refresh(amazon)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "not Amazon" in answer.text
    amazon.set(fail_next=1)
    assert refresh(amazon).status_code == 503


def test_a_code_can_be_used_up_by_an_answer_that_fails(amazon):
    _, query = amazon.consent(amazon.consent_url(), "A1SELLER")
    exchange = {"grant_type": "authorization_code", "code": query["spapi_oauth_code"]}
    amazon.set(fail_next=1, fail_status=500, after_work=True)
    assert amazon.token(**exchange).status_code == 500
    assert amazon.token(**exchange).json()["error"] == "invalid_grant"


def test_a_code_survives_a_failure_before_the_work(amazon):
    _, query = amazon.consent(amazon.consent_url(), "A1SELLER")
    exchange = {"grant_type": "authorization_code", "code": query["spapi_oauth_code"]}
    amazon.set(fail_next=1, fail_status=500)
    assert amazon.token(**exchange).status_code == 500
    assert amazon.token(**exchange).status_code == 200


def test_it_can_hang_until_the_caller_gives_up(amazon):
    amazon.set(hang_seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        http.post(f"{amazon.base_url}/auth/o2/token", data={"grant_type": "x"}, timeout=0.1)
    amazon.reset_switches()
    assert refresh(amazon).status_code == 200


def test_after_hanging_long_enough_it_answers_503(amazon):
    amazon.set(hang_seconds=0.05)
    assert refresh(amazon).status_code == 503


def test_it_can_be_slow_without_keeping_others_waiting(amazon):
    amazon.set(latency_seconds=0.2)
    statuses = []
    callers = [
        threading.Thread(target=lambda: statuses.append(refresh(amazon).status_code))
        for _ in range(5)
    ]
    before = time.monotonic()
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert statuses == [200] * 5
    assert time.monotonic() - before >= 0.2
