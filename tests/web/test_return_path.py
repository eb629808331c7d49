"""After signing in one lands where one wanted to go, and never on another site."""

from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.return_path import safe_path

HERE = "https://desk.example"


@pytest.mark.parametrize(
    "path",
    ["/", "/account?id=5", "/?status=expired&q=M%C3%BCller", "/sync-effect?until=2027-01-01"],
)
def test_a_path_of_the_desk_stays(path):
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "/%2Fevil.example",
        "/%252Fevil.example",
        "%2F%2Fevil.example",
        "/%5Cevil.example",
        "/%5C%5Cevil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "/%0d%0aset-cookie:a=b",
        "/\r\n//evil.example",
        " //evil.example",
        "evil.example",
        "",
        "/" + "x" * 3_000,
    ],
)
def test_anything_else_is_the_start_page(path):
    assert safe_path(path) == "/"


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-in?next=/x", "/oauth2callback?code=1", "/auth/logout", "/sign-out"]
)
def test_nobody_is_sent_round_in_a_circle(path):
    assert safe_path(path) == "/"


@given(st.text(alphabet="/\\%2F5Cc:@.?#evil\t\r\n", max_size=30))
def test_whatever_is_asked_stays_here_as_browsers_read_it(asked):
    for form in (asked, quote(asked)):
        to = safe_path(form).replace("\\", "/")
        assert urlsplit(urljoin(HERE, to)).netloc == "desk.example"
