"""Manage Your Apps: the seller's own list, and the renewals and revocations that start there.

A renewal from here is the Appstore workflow: Amazon opens the application's login URI, the
application sends the seller to ``amazon_callback_uri``, and Amazon redirects as ever:
https://developer-docs.amazon.com/sp-api/docs/selling-partner-appstore-authorization-workflow-renew.
"""

import secrets

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amazon_stand_in.authorizations import CONSENT_SECONDS
from amazon_stand_in.consent import ask_consent, grant, refusal, seller_in, sign_in, started_in
from amazon_stand_in.consent_request import Refused, check_seller, check_version, with_query
from amazon_stand_in.hosts import amazon_host_of, own_url
from amazon_stand_in.marketplaces import SCOPES, scope_of_host
from amazon_stand_in.pages import page, see_other
from amazon_stand_in.stand_in import StandIn, stand_in_of
from amazon_stand_in.tokens import SELLING_PARTNER_ID

PATH = "/apps/manage"
CALLBACK_PATH = "/apps/authorize/callback"


async def manage(request: Request) -> Response:
    """``/apps/manage``: sign in, see the authorizations with their dates, renew or revoke one."""
    stand_in = stand_in_of(request)
    try:
        if request.method != "POST":
            seller = request.query_params.get("selling_partner_id", "")
            if SELLING_PARTNER_ID.fullmatch(seller):
                return _list_page(request, stand_in, seller)
            return sign_in(request, request.query_params.get("demo_seller", ""))
        form = await request.form()
        seller, scope = seller_in(form), str(form.get("scope", ""))
        if not seller:
            return sign_in(request, "", "Enter a selling partner id: letters and digits.", 400)
        step = _STEPS.get(str(form.get("step")))
        if step is None or scope not in SCOPES:
            return _back_to_list(request, seller)
        return step(request, stand_in, seller, scope, form)
    except Refused as refused:
        return refusal(request, refused)


async def amazon_callback(request: Request) -> Response:
    """``amazon_callback_uri``: the application has signed the seller in and sends them back here.

    Takes ``amazon_state`` (once, within 10 minutes), the application's own ``state``, an optional
    ``redirect_uri``, and ``version=beta`` for a draft.
    """
    stand_in, query = stand_in_of(request), request.query_params
    try:
        seller, scope, made = stand_in.amazon_states.pop(
            query.get("amazon_state", ""), ("", "", float("-inf"))
        )
        if not seller or stand_in.now() - made > CONSENT_SECONDS:
            raise Refused("amazon_state")
        check_version(query.get("version", ""), stand_in.switches)
        if not query.get("state"):
            raise Refused("state")
        redirect_uri = query.get("redirect_uri", "")
        return grant(request, stand_in, seller, scope, redirect_uri, query["state"])
    except Refused as refused:
        return refusal(request, refused)


def _list_page(request: Request, stand_in: StandIn, seller: str) -> Response:
    listed = stand_in.authorizations.of_seller(seller)
    have = {each.authorization.scope for each in listed}
    here = scope_of_host(amazon_host_of(request)) or stand_in.switches.default_scope
    missing = [scope for scope in SCOPES if scope not in have]
    return page(
        request,
        "manage.html",
        selling_partner_id=seller,
        listed=listed,
        # The region of this central comes first: it is the one that is meant.
        missing=sorted(missing, key=lambda scope: scope != here),
    )


def _back_to_list(request: Request, seller: str) -> Response:
    return see_other(with_query(own_url(request, PATH), selling_partner_id=seller))


def _revoke(
    request: Request, stand_in: StandIn, seller: str, scope: str, _form: FormData
) -> Response:
    stand_in.authorizations.revoke(seller, scope)
    return _back_to_list(request, seller)


def _authorize(
    request: Request, stand_in: StandIn, seller: str, scope: str, _form: FormData
) -> Response:
    switches = stand_in.switches
    if switches.consent_error:
        raise Refused(switches.consent_error)
    if not switches.login_uri:
        raise Refused("MD9100")
    check_seller(stand_in, seller)
    return ask_consent(request, seller, scope, stand_in.now())


def _confirm(
    request: Request, stand_in: StandIn, seller: str, scope: str, form: FormData
) -> Response:
    started = started_in(form, stand_in)
    if form.get("agree") != "on":
        error = "Tick the box first: without it nothing is authorized."
        return ask_consent(request, seller, scope, started, error)
    switches = stand_in.switches
    if not switches.login_uri:
        raise Refused("MD9100")
    amazon_state = secrets.token_urlsafe(24)
    stand_in.amazon_states[amazon_state] = (seller, scope, stand_in.now())
    return see_other(
        with_query(
            switches.login_uri,
            amazon_callback_uri=own_url(request, CALLBACK_PATH),
            amazon_state=amazon_state,
            selling_partner_id=seller,
            version="beta" if switches.draft else "",
        )
    )


def _cancel(
    request: Request, _stand_in: StandIn, seller: str, _scope: str, _form: FormData
) -> Response:
    return _back_to_list(request, seller)


_STEPS = {"authorize": _authorize, "confirm": _confirm, "cancel": _cancel, "revoke": _revoke}

ROUTES = [
    Route(PATH, manage, methods=["GET", "POST"]),
    Route(CALLBACK_PATH, amazon_callback),
]
