"""The pages before the screens: sign in, signed out, signed in without a role."""

import asyncio
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)

from data_access import login_sessions
from data_access.addresses import whole_address
from data_access.clock import utc_now
from data_access.database import DatabaseAway
from data_access.settings import settings
from web import return_path
from web.login_gate import LOGIN
from web.middleware import FOR_SELLERS
from web.rendering import rendered
from web.sign_in_words import FAILURES, SignInWords, language_of
from web.streamlit_login import login_address


def team_page(
    template: str, words: SignInWords, status: int = 200, **values: object
) -> HTMLResponse:
    """A page for the team that Streamlit does not draw."""
    html = rendered(template, words=words, demo=settings().mode == "demo", **values)
    return HTMLResponse(html, status, FOR_SELLERS)


async def sign_in(request: Request) -> Response:
    """GET /sign-in?next=: who we are, and one button; above it why the last try failed."""
    here, public = request.url.hostname, urlsplit(settings().public_url)
    if not settings().login:
        return RedirectResponse("/", 303)
    wanted = return_path.safe_path(request.query_params.get("next", "/"))
    if here != public.hostname:
        # The provider sends everybody back to the public address, where this one's cookies are
        # not known. They are of the name alone: a proxy may leave out the port, or add one.
        query = f"?{urlencode({'next': wanted})}" if wanted != "/" else ""
        return RedirectResponse(whole_address(f"/sign-in{query}"), 303)
    failed = request.query_params.get("failed", "")
    said = "left" if "left" in request.query_params else ""
    had_session = login_sessions.cookie_name() in request.cookies
    if had_session and not failed and not said:
        try:
            if await asyncio.to_thread(_session_of, request):
                return RedirectResponse(wanted, 303)
            said = "ended"
        except DatabaseAway:
            failed = "database"
    words = SignInWords(language_of(request))
    answer = team_page(
        "sign_in.html",
        words,
        failure=words.failure(failed) if failed in FAILURES else None,
        said=said if not failed else "",
        begin=f"/sign-in/begin?{urlencode({'next': wanted})}",
        provider=urlsplit(settings().oidc_metadata_url).hostname,
        contact=settings().role_contact,
    )
    # Its session has ended. Where another site led here the cookie of a living one is held back.
    if had_session and said:
        answer.delete_cookie(login_sessions.cookie_name(), path="/")
    return answer


async def begin(request: Request) -> Response:
    """GET /sign-in/begin?next=: remembers the way back, and off to the provider. Whoever is signed
    in already is no longer."""
    if not settings().login:
        return RedirectResponse("/", 303)
    try:
        before = await asyncio.to_thread(_session_of, request)
        if before is not None:
            actor = login_sessions.self_of(before)
            await asyncio.to_thread(login_sessions.end, before, actor, utc_now())
    except DatabaseAway:
        return RedirectResponse("/sign-in?failed=database", 303)
    answer = RedirectResponse(login_address(), 303, {"cache-control": "no-store"})
    return_path.remember(answer, request.query_params.get("next", "/"))
    return answer


async def no_role(request: Request) -> Response:
    """GET /no-role: who one is signed in as, and whom to ask."""
    login = request.scope.get(LOGIN)
    if login is None or login.role is not None:
        return RedirectResponse("/", 303)
    words = SignInWords(language_of(request))
    return team_page("no_role.html", words, name=login.name, contact=settings().role_contact)


async def sign_out(request: Request) -> Response:
    """POST /sign-out: ends the session, if the press came from a page of ours."""
    if not _from_here(request):
        return PlainTextResponse("Sign out on a page of the desk.\n", 403)
    login = request.scope.get(LOGIN)
    if login is not None:
        actor = login_sessions.self_of(login)
        try:
            await asyncio.to_thread(login_sessions.end, login, actor, utc_now())
        except DatabaseAway:
            # The session lives on. Without its cookie nobody could end it any more.
            return RedirectResponse("/sign-in?failed=still_in", 303)
    answer = RedirectResponse("/sign-in?left=1", 303)
    answer.delete_cookie(login_sessions.cookie_name(), path="/")
    return answer


def _session_of(request: Request) -> login_sessions.Login | None:
    return login_sessions.login_of(request.cookies.get(login_sessions.cookie_name(), ""))


def _from_here(request: Request) -> bool:
    """Whether the browser says that one of our own pages sent this. Every browser of today says
    where a POST comes from; what does not is not obeyed."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    return urlsplit(origin).netloc == request.url.netloc != ""
