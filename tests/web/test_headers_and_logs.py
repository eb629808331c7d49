"""What every page carries, how much a stranger may send, and what is never logged."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.accounts import an_account
from tests.renewing import Browser, served
from web.logs import scrubbed
from web.middleware import MIDDLEWARE

SELLER_PAGES = (
    "/renew/x",
    "/renewed/x",
    "/amazon/callback",
    "/amazon/login",
    "/renew-assets/renew.css",
)


@pytest.mark.parametrize("path", SELLER_PAGES)
def test_every_page_for_sellers_carries_the_headers(browser: Browser, path):
    headers = browser.get(path).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_only_the_style_sheet_may_be_cached(browser: Browser):
    for path in SELLER_PAGES:
        cached = browser.get(path).headers["cache-control"]
        assert cached == ("max-age=3600" if path.endswith(".css") else "no-store")


def test_screens_may_style_but_not_run_what_is_inline(configured):
    async def screen(_request):
        return PlainTextResponse("a screen")

    with served(Starlette(routes=[Route("/", screen)], middleware=MIDDLEWARE)) as url:
        import httpx

        policy = httpx.get(url).headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self' 'unsafe-inline'"
    assert directives["connect-src"] == "'self' ws: wss:"


@pytest.mark.parametrize("path", ["/renew/x/authorize", "/amazon/login"])
def test_large_bodies_are_refused_before_they_are_read(browser: Browser, path):
    assert browser.http.post(path, data={"a": "x" * 20_000}).status_code == 413

    def endless():
        yield b"a=b"

    assert browser.http.post(path, content=endless()).status_code == 413


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(browser: Browser, method):
    assert browser.http.request(method, "/amazon/callback").status_code == 405


def test_an_unexpected_error_is_a_page_with_headers_and_without_details(
    browser: Browser, database, live_now, monkeypatch, capfd
):
    from web import opening

    def broken(*_):
        raise RuntimeError("the secret detail")

    link = browser.link(an_account(database, live_now))
    monkeypatch.setattr(opening, "seller_view", broken)
    page = browser.get(link)
    assert page.status_code == 500 and "went wrong on our side" in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    printed = "".join(capfd.readouterr())
    assert "secret detail" not in page.text + printed
    assert "RuntimeError" in printed


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/renew/the-token/authorize?lang=de", "/renew/…/authorize?lang=de"),
        ("/renewed/the-token", "/renewed/…"),
        ("/amazon/callback?state=s&spapi_oauth_code=c", "/amazon/callback?…"),
        ("/amazon/login?amazon_state=s", "/amazon/login?…"),
        ("/accounts?q=mueller&sort=name", "/accounts?q=…&sort=name"),
    ],
)
def test_the_log_of_requests_holds_no_token_code_or_state(path, logged):
    line = "127.0.0.1:5 GET {} 1.1 200"
    assert scrubbed(line.format(path)) == line.format(logged)
