"""What a renew link opens: the account behind it, or the notice that it is no longer of use."""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request

from data_access.applications import is_ours
from data_access.clock import utc_now
from data_access.consent_links import Central, NoCentral, central
from data_access.links import Link, LinkExpired, LinkTampered, read_link
from data_access.seller_view import SellerView, seller_view
from data_access.settings import settings
from web.answers import Notice, speech_of
from web.speaking import Speech

NOBODY = 0
"""No account has this number."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that works: whose it is, where its consent is given, and how to speak."""

    link: Link
    view: SellerView
    central: Central
    speech: Speech


async def open_link(request: Request) -> Opened:
    """The account of the link in the path. Raises Notice for every link that leads nowhere."""
    try:
        link = read_link(request.path_params["token"])
    except LinkTampered:
        # An account that we do not have is looked for as well: neither the answer nor its time
        # tells a link that nobody made from that of a seller who was erased.
        await asyncio.to_thread(seller_view, NOBODY)
        raise Notice("tampered", 404) from None
    except LinkExpired:
        raise Notice("too_old", 410) from None
    view = await asyncio.to_thread(seller_view, link.authorization_id)
    if view is None:
        raise Notice("tampered", 404)
    speech = speech_of(request, view)
    if settings().renewal == "template":
        raise Notice("elsewhere", 409, speech)
    if not is_ours(view.application_id):
        raise Notice("other_application", 409, speech, ours=settings().application_name)
    if link.is_done(view.facts, utc_now()):
        raise already_renewed(view, speech)
    if view.paused:
        raise Notice("paused", 200, speech)
    return Opened(link, view, central_of(view, speech), speech)


def central_of(view: SellerView, speech: Speech) -> Central:
    """Where the account consents. Raises Notice where that is not known."""
    try:
        return central(view.home_marketplace, view.partner_kind)
    except NoCentral:
        raise Notice("no_central", 409, speech, marketplace=view.home_marketplace) from None


def already_renewed(view: SellerView, speech: Speech) -> Notice:
    """The notice that the link has done its work."""
    until = speech.moment(view.expires_at) if view.expires_at else "–"
    return Notice("renewed", 200, speech, until=until)
