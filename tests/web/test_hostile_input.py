"""Whatever anybody sends to the pages for everybody: an answer, no 500, and nothing written."""

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from starlette.routing import Route

from data_access import schema
from data_access.database import reading
from tests.accounts import an_account
from tests.renewing import Browser
from web.access import OPEN, OPEN_BELOW
from web.routes import ROUTES

MEANT = frozenset({"funnel_step"})
"""What opening a link of ours may write: that it was opened."""

FEW = settings(
    max_examples=4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def public_routes() -> list[Route]:
    """The routes that need no sign-in."""
    return [r for r in ROUTES if r.path in OPEN or r.path.startswith(OPEN_BELOW)]


def openapi() -> dict:
    """The public routes as OpenAPI describes them: every parameter a string of any kind."""
    named = ("lang", "state", "spapi_oauth_code", "selling_partner_id", "amazon_state", "key")
    text = {"type": "string"}
    query = [{"name": n, "in": "query", "schema": text} for n in (*named, "amazon_callback_uri")]
    fields = {name: text for name in ("amazon_callback_uri", "amazon_state", "selling_partner_id")}
    form = {
        "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": fields}}
    }
    paths: dict = {}
    for route in public_routes():
        in_path = [
            {"name": name, "in": "path", "required": True, "schema": {**text, "minLength": 1}}
            for name in route.param_convertors
        ]
        for method in sorted(route.methods - {"HEAD"}):
            operation: dict = {
                "parameters": in_path + query,
                "responses": {"default": {"description": ""}},
            }
            if method == "POST":
                operation["requestBody"] = {"content": form}
            address = route.path.replace(":path}", "}")
            paths.setdefault(address, {})[method.lower()] = operation
    return {"openapi": "3.0.3", "info": {"title": "desk", "version": "1"}, "paths": paths}


def counts(engine) -> dict[str, int]:
    """The number of rows of every table."""
    with reading(engine) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in schema.metadata.sorted_tables
        }


@pytest.fixture
def nothing_written(browser: Browser, database, live_now) -> Iterator[None]:
    """A desk with one seller; afterwards every table has as many rows as before."""
    an_account(database, live_now)
    before = counts(database)
    yield
    after = counts(database)
    assert {n for n in after if after[n] != before[n]} <= MEANT


def refused_or_answered(answer: httpx.Response) -> None:
    """No answer may be a failure of ours, nor come without the headers."""
    assert answer.status_code < 500 or answer.headers.get("retry-after"), answer.status_code
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Traceback" not in answer.text


def test_every_public_route_is_described():
    described = openapi()["paths"]
    assert len(described) == len({route.path for route in public_routes()}) >= 7


def test_hostile_input_by_schema_gets_an_answer_and_writes_nothing(browser, nothing_written):
    made = schemathesis.openapi.from_dict(openapi())
    operations = [each.ok() for each in made.get_all_operations()]
    assert len(operations) >= 9
    for operation in operations:
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

            @FEW
            @given(case=operation.as_strategy(generation_mode=mode))
            def run(case):
                refused_or_answered(_sent(browser, case))

            run()


def _sent(browser: Browser, case) -> httpx.Response:
    """The answer to a case."""
    answer = case.call(base_url=browser.desk_url, timeout=20)
    headers = [(name, value) for name, values in answer.headers.items() for value in values]
    return httpx.Response(answer.status_code, headers=headers, text=answer.text)


odd = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
in_path = st.one_of(
    odd.map(lambda text: quote(text, safe="")),
    st.binary(max_size=40).map(lambda some: "".join(f"%{each:02x}" for each in some)),
)
in_header = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_categories=["Cc"]))
in_cookie = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=80)


@FEW
@given(path=in_path)
def test_any_text_in_place_of_a_link_gets_an_answer(browser, nothing_written, path):
    for address in ("/renew/", "/renewed/", "/amazon/", "/unsubscribe/", "/calendar/"):
        refused_or_answered(browser.http.get(address + path))


@FEW
@given(query=st.dictionaries(odd, odd, max_size=4), form=st.dictionaries(odd, odd, max_size=4))
def test_any_query_and_form_get_an_answer(browser, nothing_written, query, form):
    for address in ("/amazon/callback", "/amazon/login", "/renew/x/authorize"):
        refused_or_answered(browser.http.get(address, params=query))
        refused_or_answered(browser.http.post(address, params=query, data=form))


@FEW
@given(cookie=in_cookie, language=in_header)
def test_any_cookie_and_language_get_an_answer(browser, nothing_written, cookie, language):
    headers = {"cookie": f"renewal_browser={cookie}", "accept-language": language.encode("latin-1")}
    refused_or_answered(browser.http.get("/amazon/callback?state=x", headers=headers))


def test_the_link_itself_with_anything_around_it_writes_only_that_it_was_opened(
    browser: Browser, database, live_now
):
    link = browser.link(an_account(database, live_now))
    before = counts(database)
    for around in ("?lang=xx", "?lang=%00", "?x=" + "y" * 500, "#a", "?lang=de&lang=fr", "/", "//"):
        refused_or_answered(browser.http.get(link + around))
    after = counts(database)
    assert {name for name in after if after[name] != before[name]} == {"funnel_step"}
    assert after["funnel_step"] == 1
