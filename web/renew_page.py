"""The seller's renew page, and the question "authorize ... for Amazon?" behind its button."""

import asyncio
import secrets

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data_access import consents, openings
from data_access.clock import utc_now
from data_access.consent_links import consent_url
from data_access.openings import Opening
from data_access.settings import settings
from rules.authorization import Status, days_left, status
from rules.renewal import STATE_LIFETIME
from web.answers import answered, page
from web.middleware import seller_policy
from web.opening import open_link

BROWSER_COOKIE = "renewal_browser"
COOKIE_LENGTH = 43

log = structlog.get_logger()


@answered
async def renew(request: Request) -> Response:
    """GET /renew/<token>: what the seller has to know, and the button."""
    opened = await open_link(request)
    view = opened.view
    if request.method == "GET":
        opening = Opening(view.id, view.granted_at, utc_now(), opened.link.agent)
        await asyncio.to_thread(openings.note, opening)
    now = utc_now().astimezone(opened.speech.zone)
    return page(
        "renew.html",
        opened.speech,
        view=view,
        state=_state(status(view.facts, now, settings().bands)),
        expires=view.expires_at,
        days_left=days_left(view.expires_at, now) if view.expires_at else None,
        authorize=f"{request.url.path}/authorize{_asked_language(request)}",
    )


@answered
async def ask(request: Request) -> Response:
    """GET /renew/<token>/authorize: "authorize <application> for Amazon?" with OK and Cancel."""
    opened = await open_link(request)
    answer = page(
        "authorize.html",
        opened.speech,
        view=opened.view,
        back=request.url.path.removesuffix("/authorize") + _asked_language(request),
        hidden={},
    )
    answer.headers["content-security-policy"] = seller_policy(opened.central.form_targets)
    return answer


@answered
async def authorize(request: Request) -> Response:
    """POST /renew/<token>/authorize: a state of its own for this press, and off to Amazon."""
    opened = await open_link(request)
    view = opened.view
    browser = browser_of(request)
    state = await asyncio.to_thread(
        consents.begin,
        view.id,
        browser,
        utc_now(),
        agent=opened.link.agent,
        language=opened.speech.language,
    )
    url = consent_url(view.home_marketplace, view.partner_kind, state, view.selling_partner_id)
    log.info("renewal.begun", marketplace=view.home_marketplace, started_by="link")
    return remember(RedirectResponse(url, 303), browser)


def browser_of(request: Request) -> str:
    """What tells this browser from others: the cookie it has, or a new one."""
    known = request.cookies.get(BROWSER_COOKIE, "")
    return known if len(known) == COOKIE_LENGTH else secrets.token_urlsafe(32)


def remember(answer: Response, browser: str) -> Response:
    """Sets the cookie that the browser brings back from Amazon, for as long as a state lives."""
    answer.set_cookie(
        BROWSER_COOKIE,
        browser,
        max_age=int(STATE_LIFETIME.total_seconds()),
        # Also sent with the next press, so that two consents in two tabs do not end each other.
        path="/",
        secure=settings().over_https,
        httponly=True,
        # Strict would leave it out when Amazon redirects here.
        samesite="lax",
    )
    return answer


def _state(of: Status) -> str:
    """Which variant of the page: a new grant that is being verified reads as a working one."""
    return Status.ACTIVE.value if of is Status.VERIFYING else of.value


def _asked_language(request: Request) -> str:
    asked = request.query_params.get("lang", "")
    return f"?lang={asked}" if asked.isalpha() and len(asked) == 2 else ""
