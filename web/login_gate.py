"""The gate in front of everything: nobody passes who is not signed in, or not at this machine."""

import asyncio
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data_access.database import DatabaseAway
from data_access.login_sessions import NOBODY, Login, cookie_name, login_of
from data_access.settings import settings
from rules.acts import Actor
from web.access import WITHOUT_ROLE, is_closed, is_local, is_open, is_visit, is_way_in
from web.coming_back import coming_back, could_not_begin
from web.once_more import once_more
from web.open_tabs import open_tabs
from web.return_path import asked_path
from web.streamlit_routes import CALLBACK, SIGN_IN
from web.unanswered import database_away

ACTOR, LOGIN = "desk.actor", "desk.login"
"""Where a route finds who asks."""

ONLY_HERE = (
    "Without a login the desk is for this machine alone. Set it up (README, section Login), or "
    "open http://127.0.0.1 on the machine that it runs on.\n"
)


def actor_of(request: Request) -> Actor:
    """Who asks; the gate has let them pass. Raises PermissionError where there was no gate."""
    if ACTOR in request.scope:
        return request.scope[ACTOR]
    if settings().login:
        raise PermissionError("no gate")
    return NOBODY


class LoginGate:
    """Lets a request pass, or answers it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every request and every websocket; the lifespan passes."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if settings().over_https:
            send = _with_secure_cookies(send)
        path = scope["path"]
        if is_closed(path):
            await _refuse(scope, receive, send, PlainTextResponse("Not found\n", 404))
        elif scope["type"] == "http" and is_open(path):
            await self._app(scope, receive, send)
        elif not settings().open_to_others and not is_local(scope):
            await _refuse(scope, receive, send, PlainTextResponse(ONLY_HERE, 403))
        elif not settings().login:
            await self._app({**scope, ACTOR: NOBODY}, receive, send)
        elif scope["type"] == "http" and is_way_in(path):
            await self._way_in(scope, receive, send)
        else:
            await self._signed_in(scope, receive, send)

    async def _way_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == CALLBACK:
            await coming_back(self._app, scope, receive, send)
        elif scope["path"] == SIGN_IN:
            await could_not_begin(self._app, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _signed_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        try:
            token = connection.cookies.get(cookie_name(), "")
            login = await asyncio.to_thread(login_of, token) if token else None
        except DatabaseAway:
            answer = database_away("Nobody can be recognized. Try again in a minute.")
            await _refuse(scope, receive, send, answer)
            return
        if login is None:
            await _refuse(scope, receive, send, _to_sign_in(scope))
            return
        actor = login.actor
        if actor is None and scope["path"] not in WITHOUT_ROLE:
            answer = RedirectResponse("/no-role", 303) if is_visit(scope) else _no_role()
            await _refuse(scope, receive, send, answer)
            return
        known = {**scope, LOGIN: login, ACTOR: actor}
        if scope["type"] == "http":
            await self._app(known, receive, send)
        else:
            await self._tab(known, receive, send, login)

    async def _tab(self, scope: Scope, receive: Receive, send: Send, login: Login) -> None:
        tab = open_tabs.opened(login.digest, receive, send)
        try:
            await self._app(scope, tab.receive, tab.send)
        finally:
            open_tabs.closed(login.digest, tab)


async def _refuse(scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    answer.headers["cache-control"] = "no-store"
    await answer(scope, receive, send)


def _to_sign_in(scope: Scope) -> Response:
    if scope["type"] != "http" or not is_visit(scope):
        return PlainTextResponse("Sign in first.\n", 401)
    request = Request(scope)
    wanted = asked_path(request)
    if _led_here_by_others(request):
        return once_more(wanted)
    query = "" if wanted == "/" else f"?{urlencode({'next': wanted})}"
    return RedirectResponse(f"/sign-in{query}", 303)


def _led_here_by_others(request: Request) -> bool:
    """Whether a mail or another site led here: a session's cookie was then held back."""
    site = request.headers.get("sec-fetch-site", "none")
    return site not in ("same-origin", "none") and cookie_name() not in request.cookies


def _no_role() -> Response:
    return PlainTextResponse("You are signed in, but have no role here.\n", 403)


def _with_secure_cookies(send: Send) -> Send:
    """Streamlit leaves Secure out of its cookies."""

    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            cookies = headers.getlist("set-cookie")
            if cookies:
                del headers["set-cookie"]
                for cookie in cookies:
                    is_secure = "; secure" in cookie.lower()
                    headers.append("set-cookie", cookie if is_secure else f"{cookie}; Secure")
        await send(message)

    return secured
