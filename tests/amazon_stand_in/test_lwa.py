import httpx
import pytest

from tests.amazon_stand_in.running import CLIENT, RunningStandIn, http

DAY = 86400
REFUSED_CODE = "The request has an invalid grant parameter : code"
REFUSED_TOKEN = (
    "The request has an invalid grant parameter : refresh_token. "
    "User may have revoked or didn't grant the permission."
)


def a_code(amazon: RunningStandIn, seller: str = "A1SELLER") -> str:
    return amazon.consent(amazon.consent_url(), seller)[1]["spapi_oauth_code"]


def assert_refused(answer: httpx.Response, status: int, error: str, description: str = "") -> None:
    assert answer.status_code == status
    body = answer.json()
    assert set(body) == {"error", "error_description"}
    assert body["error"] == error
    assert description in body["error_description"]


def test_a_code_becomes_an_access_token_and_a_refresh_token(amazon):
    answer = amazon.token(
        grant_type="authorization_code",
        code=a_code(amazon),
        redirect_uri="https://desk.example/amazon/callback",
    )
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert body["access_token"].startswith("Atza|")
    assert body["refresh_token"].startswith("Atzr|demo.A1SELLER.EU.1800000000.")
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)
    assert answer.headers["cache-control"] == "no-store"


def test_a_code_may_be_exchanged_without_the_redirect_uri(amazon):
    assert amazon.token(grant_type="authorization_code", code=a_code(amazon)).status_code == 200


def test_a_code_works_once(amazon):
    code = a_code(amazon)
    amazon.token(grant_type="authorization_code", code=code)
    again = amazon.token(grant_type="authorization_code", code=code)
    assert_refused(again, 400, "invalid_grant", REFUSED_CODE)


def test_a_code_lives_five_minutes(amazon):
    code, late = a_code(amazon), a_code(amazon)
    amazon.advance(300)
    assert amazon.token(grant_type="authorization_code", code=code).status_code == 200
    amazon.advance(1)
    answer = amazon.token(grant_type="authorization_code", code=late)
    assert_refused(answer, 400, "invalid_grant", REFUSED_CODE)


def test_a_code_is_for_its_redirect_uri_only(amazon):
    answer = amazon.token(
        grant_type="authorization_code", code=a_code(amazon), redirect_uri="https://else.example/"
    )
    assert_refused(answer, 400, "invalid_grant", REFUSED_CODE)


def test_a_code_dies_with_a_revocation(amazon):
    code = a_code(amazon)
    amazon.authorizations.revoke("A1SELLER", "EU")
    answer = amazon.token(grant_type="authorization_code", code=code)
    assert_refused(answer, 400, "invalid_grant", REFUSED_CODE)


def test_a_refresh_token_comes_back_unchanged(amazon):
    refresh_token = amazon.refresh_token("A1SELLER", "JP", granted_days_ago=100)
    answer = amazon.token(grant_type="refresh_token", refresh_token=refresh_token)
    assert answer.status_code == 200
    assert answer.json()["refresh_token"] == refresh_token


def test_a_demo_token_without_a_random_part_is_accepted(amazon):
    granted = int(amazon.now()) - 364 * DAY
    token = f"Atzr|demo.ADEMO.NA.{granted}"
    assert amazon.token(grant_type="refresh_token", refresh_token=token).status_code == 200


def test_a_refresh_token_expires_after_365_days(amazon):
    token = amazon.refresh_token("A1SELLER", granted_days_ago=364)
    amazon.advance(DAY - 1)
    assert amazon.token(grant_type="refresh_token", refresh_token=token).status_code == 200
    amazon.advance(1)
    answer = amazon.token(grant_type="refresh_token", refresh_token=token)
    assert_refused(answer, 400, "invalid_grant", REFUSED_TOKEN)


@pytest.mark.parametrize(
    "token",
    [
        "Atzr|demo",
        "Atzr|demo.A1.XX.1800000000",
        "Atzr|demo.A1.EU.soon",
        "Atzr|demo.A1.EU.1800000000.00112233445566778899aabbccddeeff",
        "Atzr|demo..EU.1800000000",
        "x" * 100_000,
    ],
)
def test_a_token_we_never_made_is_refused(amazon, token):
    answer = amazon.token(grant_type="refresh_token", refresh_token=token)
    assert_refused(answer, 400, "invalid_grant", REFUSED_TOKEN)


def test_a_revoked_authorization_is_refused_until_it_is_granted_again(amazon):
    old = amazon.refresh_token("A1SELLER", "EU", granted_days_ago=10)
    other_region = amazon.refresh_token("A1SELLER", "NA", granted_days_ago=10)
    amazon.authorizations.revoke("A1SELLER", "EU")
    answer = amazon.token(grant_type="refresh_token", refresh_token=old)
    assert_refused(answer, 400, "invalid_grant", REFUSED_TOKEN)
    assert amazon.token(grant_type="refresh_token", refresh_token=other_region).status_code == 200

    # In the same second: the new grant must not count as revoked.
    code = a_code(amazon)
    new = amazon.token(grant_type="authorization_code", code=code).json()["refresh_token"]
    assert amazon.token(grant_type="refresh_token", refresh_token=new).status_code == 200
    assert amazon.token(grant_type="refresh_token", refresh_token=old).status_code == 400


@pytest.mark.parametrize(("ends", "status"), [(False, 200), (True, 400)])
def test_a_renewal_ends_the_old_token_only_if_switched_so(amazon, ends, status):
    amazon.set(renewal_ends_old_token=ends)
    old = amazon.refresh_token("A1SELLER", "EU", granted_days_ago=300)
    a_code(amazon)
    assert amazon.token(grant_type="refresh_token", refresh_token=old).status_code == status


def test_client_credentials_get_an_access_token_alone(amazon):
    answer = amazon.token(grant_type="client_credentials", scope="sellingpartnerapi::notifications")
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
    refused = amazon.token(grant_type="client_credentials", scope="everything")
    assert_refused(refused, 400, "invalid_scope")


def test_json_bodies_are_read_like_forms(amazon):
    fields = {**CLIENT, "grant_type": "refresh_token", "refresh_token": amazon.refresh_token("A1")}
    answer = http.post(f"{amazon.base_url}/auth/o2/token", json=fields)
    assert answer.status_code == 200
    for body in ("[]", "no json", '{"grant_type": 1}'):
        answer = http.post(
            f"{amazon.base_url}/auth/o2/token",
            content=body,
            headers={"content-type": "application/json"},
        )
        assert answer.status_code in (400, 401)
        assert answer.json()["error"] in ("invalid_request", "invalid_client")


@pytest.mark.parametrize("wrong", [{"client_secret": "old"}, {"client_id": "x"}])
def test_a_wrong_client_is_refused(amazon, wrong):
    answer = amazon.token(grant_type="refresh_token", refresh_token="Atzr|demo", **wrong)
    assert_refused(answer, 401, "invalid_client", "Client authentication failed")


def test_a_rotated_secret_fails_every_seller(amazon):
    amazon.set(secret_rotated=True)
    token = amazon.refresh_token("A1SELLER")
    answer = amazon.token(grant_type="refresh_token", refresh_token=token)
    assert_refused(answer, 401, "invalid_client", "Client authentication failed")


def test_other_grants_are_not_supported(amazon):
    assert_refused(amazon.token(grant_type="password"), 400, "unsupported_grant_type")


@pytest.mark.parametrize("fields", [{}, {"grant_type": "authorization_code"}])
def test_a_missing_field_is_an_invalid_request(amazon, fields):
    assert_refused(amazon.token(**fields), 400, "invalid_request")


def test_the_token_endpoint_answers_under_amazons_host_name_too(amazon):
    fields = {**CLIENT, "grant_type": "refresh_token", "refresh_token": amazon.refresh_token("A1")}
    url = f"{amazon.base_url}/api.amazon.com/auth/o2/token"
    assert http.post(url, data=fields).status_code == 200
