"""Amazon having a bad day: slow, failing, throttling, silent, answering in HTML, or out."""

import asyncio
import contextlib

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from amazon_stand_in.stand_in import Answered, StandIn

_SP_API_PATHS = ("/sellers/", "/listings/", "/orders/")

# LWA: the errors of Amazon's LWAExceptionErrorCode, in clients/sellingpartner-api-aa-java of
# https://github.com/amzn/selling-partner-api-models. What LWA says when throttling is not
# published; a retriable error of that list stands for it.
_LWA_ERRORS = {
    400: "invalid_request",
    401: "unauthorized_client",
    403: "access_denied",
    429: "temporarily_unavailable",
    500: "server_error",
    503: "temporarily_unavailable",
}
# SP-API: shape and 403 as observed, https://github.com/amzn/selling-partner-api-docs/issues/2147;
# 429: https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits. No example of a
# 500 or 503 body is published: their codes are ours.
_SP_API_ERRORS = {
    400: ("InvalidInput", "Request has missing or invalid parameters and cannot be parsed."),
    401: ("Unauthorized", "Access to requested resource is denied."),
    403: ("Unauthorized", "Access to requested resource is denied."),
    429: ("QuotaExceeded", "You exceeded your quota for the requested resource."),
    500: ("InternalFailure", "An unexpected condition occurred."),
    503: ("ServiceUnavailable", "Temporary overloading or maintenance of the server."),
}


def area_of(route: str) -> str | None:
    """The part of Amazon a path belongs to: lwa, sp_api or pages; None for the stand-in's own."""
    if route == "/auth/o2/token":
        return "lwa"
    if route.startswith(_SP_API_PATHS):
        return "sp_api"
    return "pages" if route.startswith("/apps/") else None


def failure(area: str, status: int, html: bool = False) -> Response:
    """The body with which this part of Amazon fails."""
    if html or area == "pages":
        return HTMLResponse(
            "<!doctype html><html lang=en><title>Error</title><h1>Sorry, something went wrong</h1>"
            "<p>This is not Amazon: a local stand-in, told to fail.</p></html>",
            status,
        )
    if area == "lwa":
        body = {"error": _LWA_ERRORS[status], "error_description": "The stand-in was told to fail."}
        return JSONResponse(body, status)
    code, message = _SP_API_ERRORS[status]
    return JSONResponse({"errors": [{"code": code, "message": message, "details": ""}]}, status)


class Faults:
    """Middleware that lets a request through, or lets it meet the trouble that is switched on."""

    def __init__(self, app: ASGIApp, stand_in: StandIn) -> None:
        self._app = app
        self._stand_in = stand_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record each request of Amazon's areas with its status, after any trouble."""
        area = area_of(scope["state"]["route"]) if scope["type"] == "http" else None
        if area is None:
            await self._app(scope, receive, send)
            return
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._record(scope, status)
            await send(message)

        await self._answer(area, scope, receive, watched)
        if status == 0:
            self._record(scope, 0)

    def _record(self, scope: Scope, status: int) -> None:
        # Before the first byte is sent, so that a client that has an answer finds it recorded.
        self._stand_in.answered.append(Answered(scope["method"], scope["path"], status))

    async def _answer(self, area: str, scope: Scope, receive: Receive, send: Send) -> None:
        switches = self._stand_in.switches
        strikes = switches.applies_to == "everything" or switches.applies_to == area
        strikes = strikes or (switches.applies_to == "apis" and area != "pages")
        if not strikes:
            await self._app(scope, receive, send)
            return
        if switches.latency_seconds:
            await asyncio.sleep(switches.latency_seconds)
        failing = self._is_failing()
        if not (failing or switches.html or switches.hang_seconds):
            await self._app(scope, receive, send)
            return
        if switches.after_work:
            await self._app(scope, receive, _swallow)
        else:
            # Read to its end even so: a client still sending would see a broken pipe instead.
            await Request(scope, receive).body()
        if switches.hang_seconds and not await _is_still_there(receive, switches.hang_seconds):
            return
        status = switches.fail_status if failing or not switches.html else 200
        answer = failure(area, 503 if switches.hang_seconds else status, switches.html)
        await answer(scope, receive, send)

    def _is_failing(self) -> bool:
        stand_in, switches = self._stand_in, self._stand_in.switches
        if stand_in.is_out:
            return True
        if switches.fail_next:
            stand_in.set(fail_next=switches.fail_next - 1)
            return True
        return stand_in.chance.random() < switches.fail_rate


async def _swallow(message: Message) -> None:
    """Where an answer goes that nobody gets."""


async def _is_still_there(receive: Receive, seconds: float) -> bool:
    """Wait so long; False at once when the client gives up first."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(gone(), seconds)
        return False
    return True
