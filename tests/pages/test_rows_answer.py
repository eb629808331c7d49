"""What a browser shows ahead of Streamlit, over HTTP: rows of the list, a picture of the chart."""

import json
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from data_access.database import DatabaseAway
from pages.parts import rows_answer
from pages.parts.listed_page import PAGE_SIZE
from pages.parts.rows_ahead import PATH
from pages.parts.rows_answer import ROWS
from rules.acts import Actor, Role
from rules.folding import folded
from tests.forgetting import forget
from tests.pages.conftest import open_page

PICTURE = f"{PATH}/timeline"


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=ROWS))


def test_it_answers_with_a_page_of_the_list_and_nobody_keeps_it(demo_desk, client):
    answer = client.get(f"{PATH}?status=expired&sort=name")
    listed = answer.json()
    assert {row["cells"]["status"]["text"] for row in listed["rows"]} == {"✖ Expired"}
    names = [folded(row["cells"]["seller"]) for row in listed["rows"]]
    assert names == sorted(names)
    assert len(client.get(PATH).json()["rows"]) == PAGE_SIZE
    assert answer.headers["cache-control"] == "no-store"


def test_it_speaks_as_the_screen_does(demo_desk, client):
    query = "within=30&viewer_language=de&viewer_locale=de_AT&viewer_zone=Asia/Tokyo"
    listed = client.get(f"{PATH}?{query}").json()
    assert listed["name"] == "Konten"
    assert "Asia/Tokyo" in str(listed["columns"])
    assert client.get(f"{PATH}?within=30&language=en").json()["which"] == "within=30&language=en"


@pytest.mark.parametrize(
    "viewer", ["viewer_language=xx", "viewer_locale=%00", "viewer_zone=../../etc/passwd", "viewer="]
)
def test_whatever_an_address_says_of_the_viewer_there_is_an_answer(demo_desk, client, viewer):
    assert client.get(f"{PATH}?{viewer}").json()["name"] == "Accounts"


@pytest.mark.parametrize("query", ["page=nonsense", "q=nobody-has-this-name&page=last"])
def test_where_the_screen_has_something_else_to_say_there_are_no_rows(demo_desk, client, query):
    assert client.get(f"{PATH}?{query}").status_code == 404


def test_a_filter_that_nothing_meets_is_a_list_that_says_so(demo_desk, client):
    listed = client.get(f"{PATH}?q=nobody-has-this-name&viewer_language=de").json()
    assert listed["rows"] == [] and listed["words"]["none"] == "Kein Konto passt dazu."


@pytest.mark.parametrize(("path", "asks"), [(PATH, "listed"), (PICTURE, "timeline")])
def test_a_database_that_is_away_is_said_so(demo_desk, client, monkeypatch, path, asks):
    def away(*_, **__):
        raise DatabaseAway("away")

    monkeypatch.setattr(rows_answer, asks, away)
    assert client.get(path).status_code == 503


@pytest.mark.parametrize("query", [{}, {"status": "expired"}, {"region": "EU", "within": "30"}])
def test_the_first_picture_shows_what_the_chart_will(demo_desk, client, query):
    chart = open_page("accounts", **query).get("plotly_chart")[0].proto
    figure = json.loads(chart.spec)
    answer = client.get(PICTURE, params={**query, "viewer_language": "en", "viewer_locale": "en"})
    picture = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert picture["alt"] == chart.alt
    assert picture["bars"] == [
        {part: trace[part] for part in ("name", "x", "y", "width", "marker")}
        for trace in figure["data"]
    ]
    del figure["layout"]["template"]
    assert picture["layout"] == figure["layout"]


def test_where_the_chart_has_no_bar_there_is_no_first_picture(demo_desk, client):
    assert client.get(f"{PICTURE}?q=nobody-has-this-name").status_code == 404


def test_the_first_picture_speaks_as_the_screen_does(demo_desk, client):
    german = client.get(f"{PICTURE}?viewer_language=de&viewer_locale=de_DE").json()
    assert german["layout"]["separators"] == ",."
    assert "✖ Abgelaufen" in [bar["name"] for bar in german["bars"]]


@pytest.fixture
def with_login(demo_desk, at_desk):
    """A desk where people sign in."""
    for name, value in {
        "DESK_PUBLIC_URL": "https://desk.example",
        "DESK_OIDC_METADATA_URL": "https://login.example/.well-known/openid-configuration",
        "DESK_OIDC_CLIENT_ID": "desk",
        "DESK_OIDC_CLIENT_SECRET": "secret",
        "DESK_COOKIE_SECRET": "c" * 40,
        "DESK_ROLES": '{"viewer": ["*@vendor.example"]}',
    }.items():
        at_desk.setenv(name, value)
    forget()
    return demo_desk


@pytest.mark.parametrize("path", [PATH, PICTURE])
def test_it_looks_for_itself_who_asks(with_login, client, path):
    assert client.get(path).status_code == 401


def test_whoever_may_hand_out_no_link_gets_none(with_login, client, monkeypatch):
    viewer = Actor("vera", Role.VIEWER)
    monkeypatch.setattr(rows_answer, "login_of", lambda _token: SimpleNamespace(actor=viewer))
    listed = client.get(PATH).json()
    assert "renew" not in [column["name"] for column in listed["columns"]]
    assert all(row["cells"]["renew"] is None for row in listed["rows"])
