import re
from html import unescape

import httpx
import pytest

from amazon_stand_in.stand_in import StandIn
from tests.amazon_stand_in.running import http


def post(amazon, path: str, body: object) -> httpx.Response:
    return http.post(f"{amazon.base_url}/stand-in/{path}", json=body)


def test_switches_are_read_and_set_as_json(amazon):
    answer = post(amazon, "switches", {"fail_next": 3, "redirect_uris": ["https://a.example/"]})
    assert answer.json()["switches"]["fail_next"] == 3
    assert amazon.switches.redirect_uris == ("https://a.example/",)
    read = http.get(f"{amazon.base_url}/stand-in/switches").json()
    assert post(amazon, "switches", read).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"no_such": 1},
        {"fail_next": -1},
        {"fail_next": "many"},
        {"fail_rate": 1.1},
        {"clock_offset_seconds": 1e300},
        {"fail_rate": "nan"},
        {"fail_status": 200},
        {"draft": "perhaps"},
        {"applies_to": "moon"},
        {"default_scope": "FE"},
        {"redirect_uris": 5},
        [],
    ],
)
def test_a_wrong_switch_changes_nothing_and_is_explained(amazon, wrong):
    before = amazon.switches
    if isinstance(wrong, dict):
        wrong = {"latency_seconds": 1, **wrong}
    answer = post(amazon, "switches", wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert amazon.switches == before


def test_a_constructor_refuses_a_wrong_setting():
    with pytest.raises(ValueError, match="There is no switch"):
        StandIn(no_such=1)


def test_reset_forgets_everything_or_the_switches_only(amazon):
    token = amazon.refresh_token("A1SELLER")
    amazon.authorizations.revoke("A1SELLER", "EU")
    amazon.set(fail_next=5, clock_offset_seconds=10)
    post(amazon, "reset", {"switches_only": True})
    assert amazon.switches.fail_next == 0
    assert amazon.token(grant_type="refresh_token", refresh_token=token).status_code == 400
    http.post(f"{amazon.base_url}/stand-in/reset")
    assert amazon.authorizations.sellers() == []
    assert amazon.token(grant_type="refresh_token", refresh_token=token).status_code == 200


def test_a_grant_can_be_made_and_revoked_from_outside(amazon):
    body = {"selling_partner_id": "A1SELLER", "scope": "JP", "granted_days_ago": 300}
    token = post(amazon, "refresh-token", body).json()["refresh_token"]
    assert amazon.token(grant_type="refresh_token", refresh_token=token).status_code == 200
    assert post(amazon, "revoke", body).status_code == 200
    assert amazon.token(grant_type="refresh_token", refresh_token=token).status_code == 400
    assert post(amazon, "revoke", {"selling_partner_id": "a.b"}).status_code == 400
    assert post(amazon, "revoke", {**body, "scope": "FE"}).status_code == 400
    for days in (-1, 10**9, "Infinity", "nan"):
        answer = post(amazon, "refresh-token", {**body, "granted_days_ago": days})
        assert answer.status_code == 400


def test_the_log_has_paths_and_statuses_but_no_query(amazon):
    http.get(amazon.consent_url(state="secret-state"))
    amazon.token(grant_type="x")
    log = http.get(f"{amazon.base_url}/stand-in/log")
    assert log.json()["answered"] == [
        {"method": "GET", "path": "/apps/authorize/consent", "status": 200},
        {"method": "POST", "path": "/auth/o2/token", "status": 400},
    ]
    assert "secret-state" not in log.text
    assert amazon.count("/auth/o2/token") == amazon.count("/auth/o2/token", 400) == 1


def form_of(page: str) -> dict[str, str]:
    """What a browser would submit without touching anything."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)[1]
        if 'type="checkbox"' in tag:
            if " checked" in tag:
                fields[name] = "on"
        else:
            fields[name] = unescape(re.search(r' value="([^"]*)"', tag)[1])
    for name, choices in re.findall(r'<select id="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        fields[name] = re.search(r'value="([^"]*)" selected', choices)[1]
    for name, text in re.findall(r'<textarea id="(\w+)".*?>\n?(.*?)</textarea>', page, re.DOTALL):
        fields[name] = unescape(text)
    return fields


def test_the_form_changes_what_was_changed_and_nothing_else(amazon):
    amazon.set(
        redirect_uris=("https://a.example/", "https://b.example/"),
        clock_offset_seconds=1234567.25,
        rate_limits=False,
        application_name='"A" & <b>',
    )
    before = amazon.switches
    url = f"{amazon.base_url}/stand-in/"
    fields = form_of(http.get(url).text)
    assert http.post(url, data=fields | {"step": "set"}).status_code == 303
    assert amazon.switches == before
    http.post(url, data=fields | {"step": "set", "draft": "on", "fail_status": "429"})
    assert amazon.switches == before.changed(draft=True, fail_status=429)


def test_the_form_says_what_is_wrong(amazon):
    url = f"{amazon.base_url}/stand-in/"
    fields = form_of(http.get(url).text)
    answer = http.post(url, data=fields | {"step": "set", "fail_rate": "7"})
    assert answer.status_code == 400
    assert "fail_rate: a share, from 0 to 1." in answer.text


def test_the_forms_other_buttons_reset(amazon):
    url = f"{amazon.base_url}/stand-in/"
    amazon.set(fail_next=3)
    amazon.refresh_token("A1SELLER")
    http.post(url, data={"step": "reset_switches"})
    assert amazon.switches.fail_next == 0
    assert amazon.authorizations.sellers() == ["A1SELLER"]
    http.post(url, data={"step": "reset"})
    assert amazon.authorizations.sellers() == []


def test_home_leads_to_the_switches(amazon):
    assert http.get(f"{amazon.base_url}/").headers["location"] == "/stand-in/"
