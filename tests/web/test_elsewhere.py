"""An address that the desk does not have."""

import pytest

from tests.signing_in import VISIT, Guest, LoginDesk
from web.streamlit_routes import STREAMLITS


@pytest.fixture(scope="module")
def anna(login_desk: LoginDesk) -> Guest:
    """Somebody who is signed in."""
    guest = Guest(login_desk)
    guest.sign_in("anna")
    return guest


@pytest.mark.parametrize("path", ["/konten", "/account/7", "/today/x?id=1", "/Today"])
def test_it_says_so_in_the_readers_language_and_leads_to_the_accounts(anna: Guest, path):
    german = anna.http.get(path, headers=VISIT | {"accept-language": "de-AT,de;q=0.9,en;q=0.8"})
    assert german.status_code == 404
    assert '<html lang="de">' in german.text and "gibt es keine Seite" in german.text
    assert 'href="/"' in german.text and "Streamlit" not in german.text
    assert "There is no page at this address" in anna.visit(path).text


def test_what_the_screens_fetch_and_streamlit_answers_is_not_taken_for_one(anna: Guest):
    assert anna.http.get("/favicon.png").headers["content-type"] == "image/png"
    for path in (*STREAMLITS, "/static/js/nothing.js"):
        assert "no page at this address" not in anna.visit(path).text, path


@pytest.mark.parametrize("path", ["/", "/today", "/account?id=1", "/accounts", "/today/"])
def test_every_screen_is_still_there_with_a_slash_too_many_as_well(anna: Guest, path):
    assert anna.http.get(path, headers=VISIT, follow_redirects=True).status_code == 200


def test_who_is_not_signed_in_hears_nothing_of_what_there_is(login_desk: LoginDesk):
    answer = Guest(login_desk).visit("/account/7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Faccount%2F7")
