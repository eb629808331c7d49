"""The website workflow: sign in, consent page, and back to the application with a code.

https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow. All steps are forms
that post to the link itself: its own query carries what was asked, and no cookie is needed.
"""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from amazon_stand_in.authorizations import CONSENT_SECONDS
from amazon_stand_in.consent_request import (
    ConsentRequest,
    Refused,
    check,
    check_seller,
    redirect_uri_for,
    with_query,
)
from amazon_stand_in.hosts import amazon_host_of
from amazon_stand_in.marketplaces import is_vendor_host
from amazon_stand_in.pages import notice, page, see_other
from amazon_stand_in.stand_in import StandIn, stand_in_of
from amazon_stand_in.tokens import SELLING_PARTNER_ID

# Whom one can be without being able to consent: button, then why Amazon refuses.
CANNOT_CONSENT = {
    "sub_user": "SPDC8143",
    "no_rights": "no rights",
    "individual": "individual",
    "vendor_user": "SPSA2043",
}
WRONG_SELLER = "A0WRONGSELLER0"


async def consent(request: Request) -> Response:
    """``/apps/authorize/consent``: GET shows the sign-in, POST takes the step named in the form."""
    stand_in, asked = stand_in_of(request), ConsentRequest.of(request)
    try:
        check(asked, stand_in.switches)
        if request.method != "POST":
            return _sign_in_page(request, asked)
        form = await request.form()
        steps = {"sign_in": _signed_in, "confirm": _confirmed, "cancel": _cancelled}
        step = steps.get(str(form.get("step")), _signed_in)
        return step(request, stand_in, asked, form)
    except Refused as refused:
        return refusal(request, refused)


def refusal(request: Request, refused: Refused) -> Response:
    """The page on which Amazon refuses; nothing is sent to the application."""
    return notice(
        request,
        "This authorization is not possible",
        [str(refused), "Nothing was changed, and the application was not told."],
        code=refused.code,
    )


def seller_in(form: FormData) -> str:
    """Whom the form signs in; empty if the id is none.

    Raises Refused for those who can sign in but not consent.
    """
    button = str(form.get("as", ""))
    if button in CANNOT_CONSENT:
        raise Refused(CANNOT_CONSENT[button])
    selling_partner_id = button or str(form.get("selling_partner_id", "")).strip()
    return selling_partner_id if SELLING_PARTNER_ID.fullmatch(selling_partner_id) else ""


def sign_in(request: Request, expected: str, error: str = "", status: int = 200) -> Response:
    """The sign-in page: as the expected seller, the wrong one, one without rights, or any."""
    return page(
        request,
        "sign_in.html",
        status,
        expected=expected if SELLING_PARTNER_ID.fullmatch(expected) else "",
        wrong=WRONG_SELLER,
        vendor=is_vendor_host(amazon_host_of(request)),
        sellers=stand_in_of(request).authorizations.sellers(),
        error=error,
    )


def ask_consent(
    request: Request, selling_partner_id: str, scope: str, started: float, error: str = ""
) -> Response:
    """The consent page itself: checkbox, Confirm, Cancel."""
    return page(
        request,
        "consent.html",
        400 if error else 200,
        selling_partner_id=selling_partner_id,
        scope=scope,
        started=started,
        error=error,
    )


def _sign_in_page(request: Request, asked: ConsentRequest, error: str = "") -> Response:
    return sign_in(request, asked.demo_seller, error, 400 if error else 200)


def _signed_in(
    request: Request, stand_in: StandIn, asked: ConsentRequest, form: FormData
) -> Response:
    selling_partner_id = stand_in.switches.consent_as or seller_in(form)
    if not selling_partner_id:
        return _sign_in_page(request, asked, "Enter a selling partner id: letters and digits.")
    check_seller(stand_in, selling_partner_id)
    scope = asked.scope(stand_in.switches)
    return ask_consent(request, selling_partner_id, scope, stand_in.now())


def _confirmed(
    request: Request, stand_in: StandIn, asked: ConsentRequest, form: FormData
) -> Response:
    selling_partner_id = stand_in.switches.consent_as or seller_in(form)
    if not selling_partner_id:
        return _sign_in_page(request, asked, "Sign in first.")
    scope = asked.scope(stand_in.switches)
    started = started_in(form, stand_in)
    if form.get("agree") != "on":
        error = "Tick the box first: without it nothing is authorized."
        return ask_consent(request, selling_partner_id, scope, started, error)
    return grant(request, stand_in, selling_partner_id, scope, asked.redirect_uri, asked.state)


def started_in(form: FormData, stand_in: StandIn) -> float:
    """When the seller signed in; raises Refused("late") if that is 10 minutes ago or no time."""
    try:
        started = float(str(form.get("started", "")))
    except ValueError:
        started = 0.0
    if not 0 <= stand_in.now() - started <= CONSENT_SECONDS:
        raise Refused("late")
    return started


def grant(
    request: Request,
    stand_in: StandIn,
    selling_partner_id: str,
    scope: str,
    redirect_uri: str,
    state: str,
) -> Response:
    """Give the consent and send the seller back with state, selling_partner_id, spapi_oauth_code.

    In a Vendor Central it is a vendor's. Raises Refused for a seller too many or a redirect URI
    that may not be used.
    """
    check_seller(stand_in, selling_partner_id)
    target = redirect_uri_for(redirect_uri, stand_in.switches)
    vendor = is_vendor_host(amazon_host_of(request))
    code = stand_in.authorizations.consent(selling_partner_id, scope, target, vendor)
    return see_other(
        with_query(
            target,
            state=state,
            selling_partner_id=selling_partner_id,
            mws_auth_token=stand_in.switches.mws_auth_token,
            spapi_oauth_code=code,
        )
    )


def _cancelled(
    request: Request, stand_in: StandIn, asked: ConsentRequest, _form: FormData
) -> Response:
    # What Amazon sends back on Cancel is undocumented; one vendor saw error=access_denied on
    # another of Amazon's consents, hence the switch:
    # https://app.sellerwerk.de/en/docs/common-errors
    if stand_in.switches.cancel_redirects:
        target = redirect_uri_for(asked.redirect_uri, stand_in.switches)
        return see_other(with_query(target, state=asked.state, error="access_denied"))
    return notice(
        request,
        "You cancelled",
        ["Nothing was authorized, and the application was not told. You may close this window."],
        status=200,
    )


ROUTES = [Route("/apps/authorize/consent", consent, methods=["GET", "POST"])]
