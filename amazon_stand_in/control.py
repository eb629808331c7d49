"""``/stand-in/``: the switches, as a page with a form for people and as JSON for programs."""

import json
from dataclasses import fields
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from amazon_stand_in.marketplaces import SCOPES
from amazon_stand_in.pages import page, see_other
from amazon_stand_in.stand_in import StandIn, stand_in_of
from amazon_stand_in.switches import Switches
from amazon_stand_in.tokens import SELLING_PARTNER_ID

_GROUPS: dict[str, list] = {}
for _each in fields(Switches):
    _GROUPS.setdefault(_each.metadata["group"], []).append(_each)


async def show(request: Request) -> Response:
    """``GET /stand-in/``: the form."""
    return _form_page(request)


async def submit(request: Request) -> Response:
    """``POST /stand-in/``: the form sent; ``step`` says set, reset_switches or reset."""
    stand_in, form = stand_in_of(request), await request.form()
    if form.get("step") == "reset":
        stand_in.reset()
    elif form.get("step") == "reset_switches":
        stand_in.reset_switches()
    else:
        # A browser leaves an unticked box out; what has not changed is not set again, or an outage
        # would begin anew with every submit.
        wanted = {each.name: form.get(each.name, "") for each in fields(Switches)}
        try:
            changed = Switches().changed(**wanted).as_json()
        except ValueError as error:
            return _form_page(request, str(error))
        now = stand_in.switches.as_json()
        stand_in.set(**{name: value for name, value in changed.items() if value != now[name]})
    return see_other(f"{request.scope.get('root_path', '')}/stand-in/?saved=1")


def _form_page(request: Request, error: str = "") -> Response:
    stand_in = stand_in_of(request)
    return page(
        request,
        "switches.html",
        400 if error else 200,
        groups=_GROUPS,
        values=stand_in.switches.as_json(),
        error=error,
        saved="saved" in request.query_params,
        answered=list(stand_in.answered)[-20:][::-1],
        is_out=stand_in.is_out,
    )


async def read_switches(request: Request) -> Response:
    """``GET /stand-in/switches``: all of them as JSON."""
    return JSONResponse(stand_in_of(request).switches.as_json())


async def set_switches(request: Request) -> Response:
    """``POST /stand-in/switches``: change those named; 400 with ``error`` changes none."""
    stand_in = stand_in_of(request)
    return await _told(request, lambda body: stand_in.set(**body))


async def reset(request: Request) -> Response:
    """``POST /stand-in/reset``: as newly started; ``{"switches_only": true}`` keeps the memory."""
    stand_in = stand_in_of(request)

    def work(body: dict[str, Any]) -> None:
        stand_in.reset_switches() if body.get("switches_only") else stand_in.reset()

    return await _told(request, work)


async def revoke(request: Request) -> Response:
    """``POST /stand-in/revoke``: ``selling_partner_id`` and ``scope``, as the seller would."""
    stand_in = stand_in_of(request)
    return await _told(request, lambda body: stand_in.authorizations.revoke(*_whose(body)))


async def grant(request: Request) -> Response:
    """``POST /stand-in/refresh-token``: one for ``selling_partner_id``, ``scope`` and, if given,
    ``granted_days_ago``; answered as ``refresh_token``."""
    stand_in = stand_in_of(request)

    def work(body: dict[str, Any]) -> dict:
        days = float(body.get("granted_days_ago", 0))
        return {"refresh_token": stand_in.refresh_token(*_whose(body), days)}

    return await _told(request, work)


async def log(request: Request) -> Response:
    """``GET /stand-in/log``: the last requests (method, path, status) and what was written."""
    stand_in = stand_in_of(request)
    answered = [each._asdict() for each in stand_in.answered]
    return JSONResponse({"answered": answered, "written": list(stand_in.written)})


def _whose(body: dict[str, Any]) -> tuple[str, str]:
    seller, scope = str(body.get("selling_partner_id", "")), body.get("scope", "EU")
    if not SELLING_PARTNER_ID.fullmatch(seller):
        raise ValueError("selling_partner_id: letters and digits.")
    if scope not in SCOPES:
        raise ValueError(f"scope: one of {', '.join(SCOPES)}.")
    return seller, scope


async def _told(request: Request, work: Any) -> Response:
    try:
        body = json.loads(await request.body() or b"{}")
        if not isinstance(body, dict):
            raise ValueError("The body must be a JSON object.")
        answer = work(body)
    except (TypeError, ValueError) as error:
        return JSONResponse({"error": str(error)}, 400)
    return JSONResponse(answer or _state(stand_in_of(request)))


def _state(stand_in: StandIn) -> dict:
    return {"switches": stand_in.switches.as_json(), "now": stand_in.now()}


ROUTES = [
    Route("/stand-in/", show, methods=["GET"]),
    Route("/stand-in/", submit, methods=["POST"]),
    Route("/stand-in/switches", read_switches, methods=["GET"]),
    Route("/stand-in/switches", set_switches, methods=["POST"]),
    Route("/stand-in/reset", reset, methods=["POST"]),
    Route("/stand-in/revoke", revoke, methods=["POST"]),
    Route("/stand-in/refresh-token", grant, methods=["POST"]),
    Route("/stand-in/log", log, methods=["GET"]),
]
