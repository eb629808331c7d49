"""Where Amazon sends sellers: back from a consent, or on a renewal that began on its side."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data_access import consents
from data_access.clock import utc_now
from data_access.consent_links import Central, is_amazons, region_of
from data_access.database import DatabaseAway
from data_access.failures import where
from data_access.measures import CALLBACKS
from data_access.renewals import Ended, Renewals
from data_access.seller_view import SellerView, seller_views
from data_access.settings import settings
from rules.renewal import MAX_PARAMETER, read_callback
from rules.renewal_steps import Outcome
from web.answers import Notice, answered, page
from web.background import background
from web.middleware import seller_policy
from web.outcome_page import outcome_here, to_outcome
from web.renew_page import BROWSER_COOKIE, browser_of, remember
from web.speaking import speech_for
from web.stopping import stopping

_NEVER = datetime.max.replace(tzinfo=UTC)

log = structlog.get_logger()


@answered
async def callback(request: Request) -> Response:
    """GET /amazon/callback: carries the renewal through and shows how it ended elsewhere."""
    if request.method != "GET":
        # Whoever only looks at the headers must not use the state up.
        return Response(status_code=405, headers={"allow": "GET"})
    read = read_callback(request.query_params.multi_items())
    if read is None:
        log.info("renewal.ended", outcome=Outcome.UNREADABLE.value)
        CALLBACKS.labels(Outcome.UNREADABLE.value).inc()
        return to_outcome(Ended(Outcome.UNREADABLE))
    try:
        ended = await Renewals().finish(read, request.cookies.get(BROWSER_COOKIE, ""))
    except DatabaseAway:
        # Nothing is lost: this very address still leads on when it is reloaded.
        CALLBACKS.labels("database_away").inc()
        raise
    except Exception as error:
        log.error("renewal.failed", **where(error))
        ended = Ended(Outcome.INTERRUPTED)
    CALLBACKS.labels(ended.outcome.value).inc()
    if ended.outcome is Outcome.CONNECTED:
        background.wake()
    if stopping.begun:
        return await outcome_here(request, ended)
    return to_outcome(ended)


@answered
async def login(request: Request) -> Response:
    """GET /amazon/login: a renewal begun in Manage Your Apps; asks before it goes on.

    Source: https://developer-docs.amazon.com/sp-api/docs/selling-partner-appstore-authorization-workflow-renew
    """
    asked = _asked(request.query_params.multi_items())
    view = await _account(asked)
    # Whoever opens this address only claims to be that seller: the page shows nothing of the shop.
    answer = page("authorize.html", speech_for(request), view=view, back="", hidden=asked)
    targets = Central(asked["amazon_callback_uri"]).form_targets
    answer.headers["content-security-policy"] = seller_policy(targets)
    return answer


@answered
async def login_authorize(request: Request) -> Response:
    """POST /amazon/login: back to Amazon with both states; it then calls /amazon/callback."""
    asked = _asked((await request.form()).multi_items())
    view = await _account(asked)
    browser = browser_of(request)
    state = await asyncio.to_thread(
        consents.begin, view.id, browser, utc_now(), agent="amazon", started_by="amazon"
    )
    query = {
        "amazon_state": asked["amazon_state"],
        "state": state,
        "redirect_uri": settings().redirect_uri,
    }
    if asked.get("version") == "beta" or settings().application_draft:
        query["version"] = "beta"
    target = asked["amazon_callback_uri"]
    joined = "&" if urlsplit(target).query else "?"
    log.info("renewal.begun", marketplace=view.home_marketplace, started_by="amazon")
    return remember(RedirectResponse(f"{target}{joined}{urlencode(query)}", 303), browser)


def _asked(parameters: list[tuple[str, object]]) -> dict[str, str]:
    """The parameters of Amazon's, each once. Raises Notice for anything that is not Amazon's."""
    wanted = ("amazon_callback_uri", "amazon_state", "selling_partner_id", "version")
    found: dict[str, str] = {}
    for name, value in parameters:
        if name not in wanted:
            continue
        if not isinstance(value, str) or name in found or not 0 < len(value) <= MAX_PARAMETER:
            raise Notice("not_from_amazon", 400)
        found[name] = value
    if not set(wanted[:3]) <= found.keys() or not all(v.isprintable() for v in found.values()):
        raise Notice("not_from_amazon", 400)
    if not is_amazons(found["amazon_callback_uri"]):
        log.warning("renewal.foreign_callback_uri")
        raise Notice("not_from_amazon", 400)
    return found


async def _account(asked: dict[str, str]) -> SellerView:
    """The account that is meant: this seller's, in the region of the Central that sent it. Where
    that tells no region it is the one that expires first: Amazon asks for its renewal. Where none
    is in that region too: the seller is known, and reads at the end what the consent was for."""
    if settings().renewal == "template":
        raise Notice("elsewhere", 409)
    views = await asyncio.to_thread(seller_views, asked["selling_partner_id"])
    region = region_of(asked["amazon_callback_uri"])
    fitting = [view for view in views if not region or region in (view.region, view.country)]
    if not views:
        raise Notice("unknown_seller", 404)
    return min(fitting or views, key=lambda view: view.expires_at or _NEVER)
