"""What Streamlit's part of a sign-in comes to: a session of ours, or a reason why not."""

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_access import login_sessions
from data_access.clock import utc_now
from data_access.database import DatabaseAway
from data_access.settings import settings
from data_access.sign_in_refusals import note_refusal
from rules.roles import claimed, grounds_of, person_of
from web import return_path
from web.once_more import once_more
from web.streamlit_login import SIGN_IN_COOKIE, claims_in, is_streamlits

UNKNOWN = "failed"
SHORTEST_STATE = 16
REASONS = {
    "access_denied": "denied",
    "login_required": "denied",
    "consent_required": "denied",
    "interaction_required": "denied",
    "account_selection_required": "denied",
    "server_error": "away",
    "temporarily_unavailable": "away",
    "invalid_request": "setup",
    "invalid_scope": "setup",
    "unauthorized_client": "setup",
    "unsupported_response_type": "setup",
}
"""The provider's words for a refusal, and ours for the sign-in page."""

log = structlog.get_logger()


async def coming_back(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """GET /oauth2callback: Streamlit asks the provider who it is; then they are signed in here."""
    request = Request(scope)
    headers = await _headers_of(app, scope, receive)
    cookies = headers.getlist("set-cookie")
    claims = claims_in(cookies)
    try:
        if claims is not None:
            answer = await asyncio.to_thread(_signed_in, request, claims)
        else:
            answer = await asyncio.to_thread(_refused, request)
    except DatabaseAway:
        answer = _back_to_sign_in("database")
    for cookie in cookies:
        # Who somebody is and their tokens stay here.
        if not is_streamlits(cookie):
            answer.headers.append("set-cookie", cookie)
    return_path.forget(answer)
    answer.headers["cache-control"] = "no-store"
    await answer(scope, receive, send)


async def could_not_begin(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """GET /auth/login: Streamlit's way to the provider; a plain page where that is not there."""
    failed = False

    async def unless_failed(message: Message) -> None:
        nonlocal failed
        failed |= message["type"] == "http.response.start" and message["status"] >= 400
        if not failed:
            await send(message)

    try:
        await app(scope, receive, unless_failed)
    except Exception as error:
        log.error("sign_in.provider_away", error=type(error).__name__)
        failed = True
    if failed:
        await _back_to_sign_in("away")(scope, receive, send)


def _signed_in(request: Request, claims: Mapping[str, object]) -> Response:
    person = person_of(claims)
    if person is None:
        log.error("sign_in.without_subject")
        return _back_to_sign_in(UNKNOWN)
    claim = settings().role_claim
    values = claimed(claims, claim) if claim else (person.name,)
    now = utc_now()
    token, login = login_sessions.begin(person, grounds_of(values, settings().roles), now)
    log.info("sign_in.done", role=login.role)
    # The provider's site has led here, so a redirect would come without the cookie.
    answer = once_more(return_path.remembered(request))
    answer.set_cookie(
        login_sessions.cookie_name(),
        token,
        max_age=int(timedelta(hours=settings().session_hours).total_seconds()),
        path="/",
        secure=settings().over_https,
        httponly=True,
        samesite="strict",
    )
    return answer


def _refused(request: Request) -> RedirectResponse:
    error = request.query_params.get("error", "")
    if not error and _has_begun(request):
        # Streamlit could not have the code exchanged: a wrong client secret, or no answer.
        log.error("sign_in.not_exchanged")
        return _back_to_sign_in(UNKNOWN)
    if not error:
        # Reloaded, gone back to, or begun in another browser.
        return _back_to_sign_in("stale")
    reason = REASONS.get(error, UNKNOWN)
    # Only for those whom we sent to the provider: nobody fills the trail with made-up refusals.
    if SIGN_IN_COOKIE in request.cookies:
        note_refusal(error if error in REASONS else "other", utc_now())
    log.warning("sign_in.refused", reason=reason)
    return _back_to_sign_in(reason)


def _has_begun(request: Request) -> bool:
    """Whether the browser brings back what it was sent to the provider with. Streamlit forgets it
    with the answer, so that it is true once. Only a sentence depends on it: no signature is
    checked."""
    state = request.query_params.get("state", "")
    begun = request.cookies.get(SIGN_IN_COOKIE, "").partition(".")[0]
    with suppress(ValueError):
        return len(state) >= SHORTEST_STATE and state.encode() in b64decode(begun + "==")
    return False


def _back_to_sign_in(reason: str) -> RedirectResponse:
    return RedirectResponse(f"/sign-in?failed={reason}", 303)


async def _headers_of(app: ASGIApp, scope: Scope, receive: Receive) -> Headers:
    """What the application would have answered with, which is not sent."""
    start: Message = {}

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)

    await app(scope, receive, keep)
    return Headers(raw=start.get("headers", []))
