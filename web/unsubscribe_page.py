"""The page that ends a seller's reminders (RFC 8058), and starts them again.

Only a POST does anything: mail scanners open every address that stands in a mail. Mail programs
post "List-Unsubscribe=One-Click", the page's own button posts which of the two is wanted.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from data_access.clock import utc_now
from data_access.seller_view import seller_view
from data_access.unsubscribe import NoSuchAddress, account_of, opted_out, set_by_seller
from web.answers import Notice, answered, page, speech_of

WANTED_AGAIN = "on"


@answered
async def unsubscribe(request: Request) -> Response:
    """GET and POST /unsubscribe/<token>."""
    try:
        number = account_of(request.path_params["token"])
    except NoSuchAddress:
        raise Notice("tampered", 404) from None
    view = await asyncio.to_thread(seller_view, number)
    if view is None:
        # As for an address that is not ours: who asks learns nothing of who was here.
        raise Notice("tampered", 404)
    if request.method == "POST":
        form = await request.form()
        again = form.get("reminders") == WANTED_AGAIN
        await asyncio.to_thread(set_by_seller, number, again, utc_now())
    return page(
        "unsubscribe.html",
        speech_of(request, view),
        view=view,
        stopped=await asyncio.to_thread(opted_out, number) is not None,
        changed=request.method == "POST",
    )
