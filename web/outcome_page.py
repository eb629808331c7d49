"""How a renewal ended: an address of its own, so that no code or state stays in the browser."""

import asyncio
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data_access import attempts
from data_access.clock import utc_now
from data_access.links import FRESH_DAYS, Link, renew_path
from data_access.renewals import Ended
from data_access.seller_view import SellerView, seller_view
from data_access.settings import settings
from data_access.signed import Signed, Tampered
from rules.renewal_steps import Outcome
from web.answers import Notice, answered, page, speech_of
from web.notices import OUTCOMES
from web.opening import already_renewed
from web.speaking import Speech, speech_for

_LINK = Signed("outcome", longest=2_000, lifetime=24 * 3600)
LOOKS_AGAIN_AFTER = 3
"""Seconds until the page of a renewal under way loads itself anew, without any script."""

_STATUSES = {
    Outcome.CONNECTED: 200,
    Outcome.CANCELLED: 200,
    Outcome.IN_PROGRESS: 200,
    Outcome.AMAZON_SILENT: 502,
    Outcome.OUR_SIDE: 503,
    Outcome.INTERRUPTED: 503,
}
_MAY_HAVE_SUCCEEDED = (
    Outcome.STATE_USED,
    Outcome.CODE_USED,
    Outcome.IN_PROGRESS,
    Outcome.INTERRUPTED,
)


def to_outcome(ended: Ended) -> RedirectResponse:
    """Sends the browser to the page of an outcome, off the address that Amazon made."""
    chosen = f"?lang={ended.language}" if ended.language else ""
    return RedirectResponse(f"/renewed/{_token(ended)}{chosen}", 303)


async def outcome_here(request: Request, ended: Ended) -> Response:
    """The same page at once, where nobody would be there any more to be redirected to."""
    request.scope["path_params"] = {"token": _token(ended)}
    return await outcome(request)


@answered
async def outcome(request: Request) -> Response:
    """GET /renewed/<token>: the end of a renewal in the seller's words, and the way on."""
    token = request.path_params["token"]
    try:
        name, identity, renews, agent, stranger, attempt_id = _LINK.read(token)
    except (Tampered, ValueError, TypeError):
        raise Notice("tampered", 404) from None
    ended = Outcome(name)
    if ended is Outcome.IN_PROGRESS and attempt_id is not None:
        ended = await asyncio.to_thread(attempts.came_to, attempt_id) or ended
    view = await asyncio.to_thread(seller_view, identity) if identity is not None else None
    if view is None:
        return _page(ended, speech_for(request), {}, "")
    speech = speech_of(request, view)
    granted_at = datetime.fromtimestamp(renews, UTC) if renews is not None else None
    link = Link(view.id, granted_at, agent)
    if ended in _MAY_HAVE_SUCCEEDED and link.is_done(view.facts, utc_now()):
        # Reloaded, or finished by the recovery meanwhile: what counts is that it is renewed.
        raise already_renewed(view, speech)
    return _page(ended, speech, _values(view, speech, stranger), _again(view, agent))


def _token(ended: Ended) -> str:
    renews = int(ended.renews.timestamp()) if ended.renews else None
    return _LINK.write(
        [
            ended.outcome.value,
            ended.authorization_id,
            renews,
            ended.agent,
            ended.stranger[:60],
            ended.attempt_id,
        ]
    )


def is_ours(token: str) -> bool:
    """Whether we signed it, however long ago."""
    return _LINK.is_ours(token)


def _page(ended: Outcome, speech: Speech, values: dict, again: str) -> Response:
    good = ended in (Outcome.CONNECTED, Outcome.IN_PROGRESS)
    answer = page(
        "notice.html",
        speech,
        _STATUSES.get(ended, 400),
        words=OUTCOMES[ended.value],
        values=values,
        again="" if good else again,
    )
    if ended is Outcome.IN_PROGRESS:
        answer.headers["refresh"] = str(LOOKS_AGAIN_AFTER)
    return answer


def _values(view: SellerView, speech: Speech, stranger: str) -> dict[str, str]:
    return {
        "until": speech.moment(view.expires_at) if view.expires_at else "–",
        "expected": view.selling_partner_id,
        "stranger": stranger,
        "region": region_name(view, speech),
    }


def region_name(view: SellerView, speech: Speech) -> str:
    """A region as its seller knows it: the country in the Far East, else the marketplaces."""
    codes = (view.country,) if view.country else view.marketplaces or (view.home_marketplace,)
    return speech.countries(codes)


def _again(view: SellerView, agent: str) -> str:
    """A fresh link for another try; the one in the seller's mail keeps its own end."""
    if settings().renewal == "template" or view.paused:
        return ""
    return renew_path(view.id, view.granted_at, agent, days=FRESH_DAYS)
